#define CAF_SUITE config_address
#include "config/address.hpp"

#include <caf/test/unit_test.hpp>

#include "tests/config/check.hpp"

using namespace troupe::config;

namespace {

std::string bound(std::string_view text) {
  const auto result = parse_bind(text);
  if (!result) return "bad";
  return result->is_unix() ? "unix " + result->unix_path : result->host + " " + std::to_string(result->port);
}

}  // namespace

CAF_TEST(binds_are_host_and_port_or_a_path) {
  struct row {
    const char* text;
    const char* expected;
  };
  const row rows[] = {
    {"127.0.0.1:1883", "127.0.0.1 1883"},
    {"broker.example.org:65535", "broker.example.org 65535"},
    {"localhost:0", "localhost 0"},
    {"[::1]:8083", "::1 8083"},
    {"[::]:8083", ":: 8083"},
    {"*:1883", "* 1883"},
    {":1883", " 1883"},
    {"unix:/run/troupe.sock", "unix /run/troupe.sock"},
    {"unix:relative", "unix relative"},
    {"unix:", "bad"},
    {"1883", "bad"},
    {"127.0.0.1", "bad"},
    {"127.0.0.1:", "bad"},
    {"127.0.0.1:65536", "bad"},
    {"127.0.0.1:-1", "bad"},
    {"127.0.0.1:1x", "bad"},
    {"::1:1883", "bad"},
    {"[::1]", "bad"},
    {"[::1]1883", "bad"},
    {"[::1:1883", "bad"},
    {"[localhost]:1", "bad"},
    {"[127.0.0.1]:1", "bad"},
    {"a b:1", "bad"},
    {"", "bad"},
    {"a:99999999999999999999", "bad"},
    {"[::1]:", "bad"},
    {"http://a:1", "bad"},
  };
  for (const auto& row : rows) CAF_CHECK_EQUAL(bound(row.text), row.expected);
}

CAF_TEST(loopback_and_unix_sockets_are_local) {
  for (auto local : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1", "unix:/x"})
    CHECK_FOR(local, parse_bind(local)->is_local());
  for (auto open : {"0.0.0.0:1", "[::]:1", ":1", "*:1", "10.0.0.1:1", "[fe80::1]:1", "example.org:1"})
    CHECK_FOR(open, !parse_bind(open)->is_local());
}

CAF_TEST(two_binds_overlap_where_one_takes_the_others_connections) {
  struct example {
    const char *a, *b;
    bool result;
  };
  const example table[] = {
    {"127.0.0.1:1883", "127.0.0.1:1883", true},
    {"127.0.0.1:1883", "127.0.0.1:1884", false},
    {"127.0.0.1:0", "127.0.0.1:0", false},
    {"0.0.0.0:1883", "127.0.0.1:1883", true},
    {":1883", "127.0.0.1:1883", true},
    {"[::]:1883", "[::1]:1883", true},
    {"[::]:1883", "0.0.0.0:1883", false},
    {"127.0.0.1:1883", "127.0.0.2:1883", false},
    {"[::1]:1883", "[0:0::1]:1883", true},
    {"localhost:1883", "localhost:1883", true},
    {"unix:/a", "unix:/a", true},
    {"unix:/a", "unix:/b", false},
    {"unix:/a", "127.0.0.1:1883", false},
  };
  for (const auto& [a, b, result] : table) {
    CHECK_FOR(a << " and " << b, overlap(*parse_bind(a), *parse_bind(b)) == result);
    CHECK_FOR(b << " and " << a, overlap(*parse_bind(b), *parse_bind(a)) == result);
  }
}

CAF_TEST(networks_are_addresses_with_or_without_a_prefix) {
  for (auto good : {"10.0.0.0/8", "10.1.2.3", "fd00::/8", "::1", "0.0.0.0/0", "unix", "10.0.0.1/32"})
    CHECK_FOR(good, is_network(good));
  for (auto bad : {"", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "example.org", "10.0.0.0/", "10.0.0.0/x"})
    CHECK_FOR(bad, !is_network(bad));
}
