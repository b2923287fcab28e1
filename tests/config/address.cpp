#define CAF_SUITE config_address
#include "config/address.hpp"

#include <caf/test/unit_test.hpp>

#include "tests/config/check.hpp"

using namespace troupe::config;

CAF_TEST(binds_are_host_and_port_or_a_path) {
  for (auto good : {"127.0.0.1:1883", "[::1]:8083", "localhost:0", ":1883", "*:1883", "unix:/run/troupe.sock",
                    "broker.example.org:65535"})
    CHECK_FOR(good, parse_bind(good).has_value());
  for (auto bad : {"", "1883", "127.0.0.1", "::1:1883", "[::1]", "[x]:1883", "127.0.0.1:65536",
                   "127.0.0.1:", "unix:", "ws://host:80", "host name:80", "127.0.0.1:80x"})
    CHECK_FOR(bad, !parse_bind(bad).has_value());
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
