#define CAF_SUITE admin_host
#include "actors/admin/http/host.hpp"

#include <caf/test/unit_test.hpp>

#include "tests/config/check.hpp"

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

CAF_TEST(pages_of_other_sites_are_told_apart) {
  struct row {
    const char *fetch_site, *origin;
    bool secure;
    bool is_other;
  };
  const row rows[] = {
    {"", "", false, false},
    {"same-origin", "", false, false},
    {"none", "", false, false},
    {"same-site", "", false, true},
    {"cross-site", "", false, true},
    {"cross-site", "http://node:18083", false, true},
    {"same-origin", "http://evil.example", false, true},
    {"", "http://node:18083", false, false},
    {"", "http://NODE:18083", false, false},
    {"", "http://node:80", false, true},
    {"", "https://node:18083", false, false},
    {"", "https://node:18083", true, false},
    {"", "http://node:18083", true, true},
    {"", "http://node:18084", false, true},
    {"", "http://node", false, true},
    {"", "http://node:18083.evil.example", false, true},
    {"", "http://evil.example/http://node:18083", false, true},
    {"", "null", false, true},
    {"", "file://", false, true},
    {"", "ftp://node:18083", false, true},
  };
  for (const auto& [fetch_site, origin, secure, is_other] : rows) {
    credentials shown;
    shown.host = "node:18083";
    shown.fetch_site = fetch_site;
    shown.origin = origin;
    shown.secure = secure;
    CHECK_FOR(fetch_site << " " << origin, is_cross_site(shown) == is_other);
  }
}

CAF_TEST(a_proxy_in_front_has_its_port_for_default) {
  credentials shown;
  shown.host = "console.example.org";
  for (const char* same : {"https://console.example.org", "https://Console.example.org:443"}) {
    shown.origin = same;
    CAF_CHECK(!is_cross_site(shown));
  }
  for (const char* other : {"https://console.example.org:8443", "https://evil.example", "https://example.org"}) {
    shown.origin = other;
    CAF_CHECK(is_cross_site(shown));
  }
}
