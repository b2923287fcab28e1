#define CAF_SUITE admin_host
#include "actors/admin/http/host.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;

CAF_TEST(loopback_has_many_names) {
  const std::vector<std::string> names{"console.example.org"};
  for (const char* host : {"localhost", "LOCALHOST:18083", "127.0.0.1", "127.0.0.1:80", "127.9.9.9", "[::1]", "[::1]:1",
                           "console.example.org", "Console.Example.org:18083"})
    CAF_CHECK(is_loopback_host(host, names));
  for (const char* host : {"", ":80", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1",
                           "[::1", "::1", "[fe80::1]", "127.0.0.1@evil", "evil:127.0.0.1", "console.example.org.evil"})
    CAF_CHECK(!is_loopback_host(host, names));
}

CAF_TEST(an_origin_is_scheme_and_host) {
  CAF_CHECK(is_same_origin("http://localhost:18083", "localhost:18083", false));
  CAF_CHECK(is_same_origin("http://LocalHost", "localhost:80", false));
  CAF_CHECK(is_same_origin("https://a:443", "a", true));
  CAF_CHECK(is_same_origin("http://[::1]:18083", "[::1]:18083", false));
  CAF_CHECK(!is_same_origin("https://localhost:18083", "localhost:18083", false));
  CAF_CHECK(!is_same_origin("http://localhost:18083", "localhost:18083", true));
  CAF_CHECK(!is_same_origin("http://localhost:18084", "localhost:18083", false));
  CAF_CHECK(!is_same_origin("http://evil.example", "localhost", false));
  CAF_CHECK(!is_same_origin("http://localhost.evil", "localhost", false));
  CAF_CHECK(!is_same_origin("null", "localhost", false));
  CAF_CHECK(!is_same_origin("http://", "", false));
}
