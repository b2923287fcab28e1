#define CAF_SUITE actors_ban_set
#include "actors/bans/ban_set.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::actors;
using enum ban_kind;

namespace {

struct fixture {
  ban_set tested;

  static ban_key key(ban_kind kind, std::string_view value) { return std::get<ban_key>(key_of(kind, value)); }

  void put(ban_kind kind, const std::string& value) {
    ban what;
    what.kind = kind;
    what.value = value;
    tested.put(key(kind, value), std::make_shared<const standing_ban>(what));
  }
  void remove(ban_kind kind, const std::string& value) { tested.remove(key(kind, value)); }
  /// The ban of an address, empty for none.
  std::string at(std::string_view address) const { return said(tested.address(*transport::parse_ip(address))); }
  static std::string said(const ban_ptr& by) { return by ? by->value : std::string{}; }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(ban_set_tests, fixture)

CAF_TEST(clients_and_users_are_looked_up_apart) {
  put(client, "ann");
  put(user, "bob");
  CAF_CHECK_EQUAL(said(tested.client("ann")), "ann");
  CAF_CHECK(!tested.user("ann"));
  CAF_CHECK_EQUAL(said(tested.user("bob")), "bob");
  CAF_CHECK(!tested.client("bob"));
  CAF_CHECK(!tested.client("an") && !tested.client("anna") && !tested.client(""));
}

CAF_TEST(prefixes_of_many_lengths_are_found) {
  for (const auto* value : {"a*", "plant/*", "plant/9/pump*"}) put(client, value);
  CAF_CHECK_EQUAL(said(tested.client("a")), "a*");
  CAF_CHECK_EQUAL(said(tested.client("abc")), "a*");
  CAF_CHECK_EQUAL(said(tested.client("plant/")), "plant/*");
  CAF_CHECK(!tested.client("plant"));
  remove(client, "plant/*");
  CAF_CHECK_EQUAL(said(tested.client("plant/9/pump 1")), "plant/9/pump*");
  CAF_CHECK(!tested.client("plant/8"));
}

CAF_TEST(the_smallest_network_is_named) {
  for (const auto* value : {"10.0.0.0/8", "10.1.0.0/16", "10.1.1.1"}) put(address, value);
  CAF_CHECK_EQUAL(at("10.1.1.1"), "10.1.1.1");
  CAF_CHECK_EQUAL(at("10.1.1.2"), "10.1.0.0/16");
  CAF_CHECK_EQUAL(at("10.2.0.0"), "10.0.0.0/8");
  CAF_CHECK_EQUAL(at("11.0.0.0"), "");
  CAF_CHECK_EQUAL(at("2001:db8::1"), "");
}

CAF_TEST(every_length_of_network_ends_where_it_ends) {
  for (int bits = 1; bits <= 32; ++bits) {
    ban_set one;
    const auto value = "255.255.255.255/" + std::to_string(bits);
    one.put(key(address, value), std::make_shared<const standing_ban>(ban{}));
    const auto last = 0xFFFFFFFFu << (32 - bits);  // the first address of the network
    const auto text = [](std::uint32_t of) {
      return std::to_string(of >> 24) + '.' + std::to_string(of >> 16 & 255) + '.' + std::to_string(of >> 8 & 255) +
             '.' + std::to_string(of & 255);
    };
    CAF_CHECK(one.address(*transport::parse_ip(text(last))));
    CAF_CHECK(!one.address(*transport::parse_ip(text(last - 1))));
  }
}

CAF_TEST(networks_of_both_families_do_not_meet) {
  put(address, "2001:db8::/32");
  put(address, "::/1");
  CAF_CHECK_EQUAL(at("2001:db8:1::"), "2001:db8::/32");
  CAF_CHECK_EQUAL(at("1::"), "::/1");
  CAF_CHECK_EQUAL(at("192.0.2.1"), "");
}

CAF_TEST(a_snapshot_stays_as_it_was) {
  put(client, "before");
  const auto then = tested.snapshot();
  put(client, "after");
  remove(client, "before");
  CAF_CHECK(then->client("before") && !then->client("after"));
  CAF_CHECK(!tested.client("before") && tested.client("after"));
  CAF_CHECK_EQUAL(then->size(), 1u);
  CAF_CHECK_EQUAL(tested.size(), 1u);
}

CAF_TEST(what_is_put_twice_is_there_once) {
  for (int i = 0; i < 2; ++i) put(address, "10.0.0.0/8");
  CAF_CHECK_EQUAL(tested.size(), 1u);
  CAF_CHECK(tested.any_address());
  remove(address, "10.0.0.0/8");
  remove(address, "10.0.0.0/8");
  CAF_CHECK_EQUAL(tested.size(), 0u);
  CAF_CHECK(!tested.any_address());
  CAF_CHECK_EQUAL(at("10.0.0.1"), "");
}

CAF_TEST(thousands_are_found_and_no_others) {
  for (int i = 0; i < 5000; ++i) put(client, "client " + std::to_string(i));
  CAF_CHECK_EQUAL(tested.size(), 5000u);
  int found = 0;
  for (int i = 0; i < 10000; ++i) found += tested.client("client " + std::to_string(i)) ? 1 : 0;
  CAF_CHECK_EQUAL(found, 5000);
}

CAF_TEST_FIXTURE_SCOPE_END()
