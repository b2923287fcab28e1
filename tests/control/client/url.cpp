#define CAF_SUITE control_client_url
#include "control/client/url.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::control;

CAF_TEST(urls_name_a_host_and_its_port) {
  const auto plain = parse_url("http://localhost:18083");
  CAF_REQUIRE(plain);
  CAF_CHECK(!plain->secure);
  CAF_CHECK_EQUAL(plain->host, "localhost");
  CAF_CHECK_EQUAL(plain->port, "18083");
  CAF_CHECK_EQUAL(plain->authority(), "localhost:18083");
  const auto secure = parse_url("https://broker.example/");
  CAF_REQUIRE(secure);
  CAF_CHECK(secure->secure);
  CAF_CHECK_EQUAL(secure->port, "443");
  CAF_CHECK_EQUAL(secure->authority(), "broker.example");
  const auto six = parse_url("http://[::1]:80");
  CAF_REQUIRE(six);
  CAF_CHECK_EQUAL(six->host, "::1");
  CAF_CHECK_EQUAL(six->authority(), "[::1]");
}

CAF_TEST(what_is_no_url_of_a_node_is_refused) {
  for (const auto* text :
       {"", "localhost", "ftp://a", "http://", "http://a:", "http://a:b", "http://a/api", "http://[::1",
        "http://user@a", "http://a b", "http://a:123456", "http://a\r\nb", "http://[::1]x"})
    CAF_CHECK(!parse_url(text));
}

CAF_TEST(whatever_a_client_id_holds_it_is_one_segment) {
  CAF_CHECK_EQUAL(percent_encoded("a/b c%..?#"), "a%2Fb%20c%25%2E%2E%3F%23");
  CAF_CHECK_EQUAL(percent_encoded("\xc3\x84\n"), "%C3%84%0A");
  CAF_CHECK_EQUAL(api_target({"clients", "../x", "events"}, {{"limit", "10"}, {"cursor", ""}, {"user", "a&b"}}),
                  "/api/v1/clients/%2E%2E%2Fx/events?limit=10&user=a%26b");
}
