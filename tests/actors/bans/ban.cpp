#define CAF_SUITE actors_ban
#include "actors/bans/ban.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::actors;
using enum ban_kind;

namespace {

bool is_wrong(ban_kind kind, std::string_view value) {
  return std::holds_alternative<std::string>(key_of(kind, value));
}

bool same(ban_kind kind, std::string_view a, std::string_view b) {
  return std::get<ban_key>(key_of(kind, a)) == std::get<ban_key>(key_of(kind, b));
}

}  // namespace

CAF_TEST(kinds_have_the_names_of_the_api) {
  for (const auto kind : {client, user, address}) CAF_CHECK(ban_kind_of(name_of(kind)) == kind);
  CAF_CHECK_EQUAL(name_of(address), "address");
  CAF_CHECK(!ban_kind_of("planet"));
  CAF_CHECK(!ban_kind_of(""));
}

CAF_TEST(texts_of_the_same_network_are_the_same_ban) {
  CAF_CHECK(same(address, "192.0.2.7", "192.0.2.7/32"));
  CAF_CHECK(same(address, "10.1.2.3/8", "10.0.0.0/8"));
  CAF_CHECK(same(address, "10.1.2.3/9", "10.127.0.0/9"));
  CAF_CHECK(!same(address, "10.1.2.3/9", "10.128.0.0/9"));
  CAF_CHECK(!same(address, "10.0.0.0/8", "10.0.0.0/9"));
  CAF_CHECK(same(address, "2001:db8::1", "2001:db8:0::1/128"));
  CAF_CHECK(same(address, "2001:db8:ffff::/33", "2001:db8:8000::/33"));
}

CAF_TEST(what_is_no_address_is_refused) {
  for (const auto* value : {"x", "192.0.2", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/8x", "192.0.2.0/-1", "::1/129",
                            "/8", "192.0.2.1:1883", "192.0.2.0/99999999999"})
    CAF_CHECK(is_wrong(address, value));
}

CAF_TEST(nobody_can_ban_everybody) {
  CAF_CHECK(is_wrong(client, "*"));
  CAF_CHECK(is_wrong(user, "*"));
  CAF_CHECK(is_wrong(address, "0.0.0.0/0"));
  CAF_CHECK(is_wrong(address, "::/0"));
}

CAF_TEST(a_star_at_the_end_is_a_prefix_and_elsewhere_a_star) {
  const auto prefix = std::get<ban_key>(key_of(client, "plant/*"));
  CAF_CHECK(prefix.prefix);
  CAF_CHECK_EQUAL(prefix.text, "plant/");
  CAF_CHECK_EQUAL(prefix.length, 6u);
  CAF_CHECK(!std::get<ban_key>(key_of(client, "pl*ant")).prefix);
  CAF_CHECK(!same(client, "a", "a*"));
}

CAF_TEST(values_have_limits) {
  CAF_CHECK(is_wrong(client, ""));
  CAF_CHECK(is_wrong(client, "\xff"));
  CAF_CHECK(is_wrong(client, std::string(ban_value_bytes_max + 1, 'a')));
  CAF_CHECK(!is_wrong(client, std::string(ban_value_bytes_max, 'a')));
}

CAF_TEST(a_ban_is_over_at_its_end) {
  ban tested;
  CAF_CHECK(!tested.is_over(1'000'000));
  tested.until = 1000;
  CAF_CHECK(!tested.is_over(999));
  CAF_CHECK(tested.is_over(1000));
}
