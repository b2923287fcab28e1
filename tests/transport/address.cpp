#include "transport/address.hpp"

#define CAF_SUITE transport_address
#include <caf/test/unit_test.hpp>

using namespace troupe::transport;

namespace {

const peer_address unix_peer{peer_address::kind::unix_socket, {}, 0};

std::string peer(std::string_view text) {
  auto result = parse_peer(text);
  return result ? result->text() : "bad";
}

bool contains(std::string_view net, std::string_view address) {
  auto parsed = network::parse(net);
  CAF_CHECK(parsed.has_value());
  return parsed && parsed->contains(*parse_peer(address));
}

}  // namespace

CAF_TEST(addresses_print_as_they_are_written) {
  for (auto text : {"1.2.3.4", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::1"})
    CAF_CHECK_EQUAL(parse_ip(text)->text(), text);
  CAF_CHECK_EQUAL(parse_ip("::ffff:1.2.3.4")->text(), "1.2.3.4");
  CAF_CHECK(*parse_ip("::ffff:1.2.3.4") == *parse_ip("1.2.3.4"));
  for (auto text : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "[::1]", "::1%lo", "localhost", ":::"})
    CAF_CHECK(!parse_ip(text));
  CAF_CHECK(!parse_ip(std::string_view{"1.2.3.4\0x", 9}));
  CAF_CHECK(!parse_ip(std::string(1000, '1')));
}

CAF_TEST(loopback) {
  for (auto text : {"127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"}) CAF_CHECK(parse_ip(text)->is_loopback());
  for (auto text : {"128.0.0.1", "0.0.0.0", "::", "::2", "::ffff:1.0.0.127", "1::1"})
    CAF_CHECK(!parse_ip(text)->is_loopback());
  CAF_CHECK(parse_ip("0.0.0.0")->is_unspecified());
  CAF_CHECK(parse_ip("::")->is_unspecified());
  CAF_CHECK(!parse_ip("::1")->is_unspecified());
}

CAF_TEST(peers_as_proxies_write_them) {
  struct row {
    const char* text;
    const char* expected;
  };
  const row rows[] = {
    {"1.2.3.4", "1.2.3.4"},
    {"1.2.3.4:80", "1.2.3.4:80"},
    {"::1", "::1"},
    {"[::1]", "::1"},
    {"[::1]:80", "[::1]:80"},
    {"::ffff:1.2.3.4", "1.2.3.4"},
    {"[::ffff:1.2.3.4]:5", "1.2.3.4:5"},
    {"1.2.3.4:", "bad"},
    {"1.2.3.4:x", "bad"},
    {"1.2.3.4:70000", "bad"},
    {"[::1]x", "bad"},
    {"[::1]:", "bad"},
    {"[1.2.3.4]", "bad"},
    {"unknown", "bad"},
    {"", "bad"},
    {"_hidden", "bad"},
    {"[", "bad"},
    {"]", "bad"},
    {"[]", "bad"},
    {":", "bad"},
  };
  for (const auto& row : rows) CAF_CHECK_EQUAL(peer(row.text), row.expected);
  CAF_CHECK_EQUAL(peer_address{}.text(), "unknown");
  CAF_CHECK_EQUAL(unix_peer.text(), "unix");
  CAF_CHECK(unix_peer.is_local());
  CAF_CHECK(!peer_address{}.is_local());
  CAF_CHECK(parse_peer("[::1]:9")->is_local());
}

CAF_TEST(networks_contain_their_addresses) {
  struct row {
    const char* net;
    const char* address;
    bool result;
  };
  const row rows[] = {
    {"10.0.0.0/8", "10.255.1.2", true},
    {"10.0.0.0/8", "11.0.0.0", false},
    {"10.1.2.3/8", "10.9.9.9", true},
    {"192.168.4.0/22", "192.168.7.255", true},
    {"192.168.4.0/22", "192.168.8.0", false},
    {"1.2.3.4", "1.2.3.4", true},
    {"1.2.3.4", "1.2.3.5", false},
    {"1.2.3.4/32", "1.2.3.4", true},
    {"1.2.3.4/31", "1.2.3.5", true},
    {"0.0.0.0/0", "8.8.8.8", true},
    {"0.0.0.0/0", "2001:db8::1", false},
    {"::/0", "2001:db8::1", true},
    {"::/0", "8.8.8.8", false},
    {"fd00::/8", "fdff::1", true},
    {"fd00::/8", "fe00::1", false},
    {"::1", "::1", true},
    {"2001:db8::/33", "2001:db8:7fff::", true},
    {"2001:db8::/33", "2001:db8:8000::", false},
    {"10.0.0.0/8", "::ffff:10.1.1.1", true},
    {"::ffff:10.0.0.0/104", "10.1.1.1", true},
    {"::ffff:10.0.0.0/104", "11.1.1.1", false},
    {"::ffff:0.0.0.0/96", "9.9.9.9", true},
  };
  for (const auto& row : rows)
    if (contains(row.net, row.address) != row.result) CAF_ERROR(row.net << " and " << row.address);
  for (auto bad :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/8/8", "10/8", "host"})
    CAF_CHECK(!network::parse(bad));
}

CAF_TEST(lists_of_networks) {
  std::string bad;
  network_list list{{"10.0.0.0/8", "oops", "fd00::/8", "again"}, &bad};
  CAF_CHECK_EQUAL(bad, "oops");
  CAF_CHECK(list.contains(*parse_peer("10.1.1.1:5")));
  CAF_CHECK(list.contains(*parse_peer("fd00::1")));
  CAF_CHECK(!list.contains(*parse_peer("11.1.1.1")));
  CAF_CHECK(!list.contains(peer_address{}));
  auto local = unix_peer;
  CAF_CHECK(!list.contains(local));
  CAF_CHECK(network_list{{"unix"}}.contains(local));
  CAF_CHECK(!network_list{{"unix"}}.contains(*parse_peer("::1")));
  CAF_CHECK(network_list{}.empty());
}
