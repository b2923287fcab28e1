#define CAF_SUITE persistence_keys
#include "persistence/keys.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <caf/test/unit_test.hpp>

using namespace troupe::persistence;
using namespace std::string_literals;

CAF_TEST(keys_are_in_the_order_of_their_numbers) {
  std::vector<std::string> keys;
  for (std::uint64_t session : {1ull, 2ull, 255ull, 256ull, 65'536ull, 1ull << 40})
    for (std::uint64_t sequence : {0ull, 1ull, 127ull, 128ull, 1ull << 33})
      keys.push_back(queue_key{session, sequence}.str());
  CAF_CHECK(std::is_sorted(keys.begin(), keys.end()));
  CAF_CHECK_EQUAL(queue_key(1, 258).str(), "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\1\2"s);
}

CAF_TEST(keys_give_back_their_parts) {
  const queue_key entry{7, 9};
  CAF_CHECK_EQUAL(session_of(entry), 7u);
  CAF_CHECK_EQUAL(sequence_of(entry), 9u);
  const inbound_key id{1ull << 40, 65'535};
  CAF_CHECK_EQUAL(session_of(id), 1ull << 40);
  CAF_CHECK_EQUAL(packet_id_of(id), 65'535);
  const auto subscription = subscription_key(3, "a/\xff");
  CAF_CHECK_EQUAL(session_of(subscription), 3u);
  CAF_CHECK_EQUAL(filter_of(subscription), "a/\xff");
  CAF_CHECK_EQUAL(message_of(message_key{0xFFFFFFFFFFFFFFFF}), 0xFFFFFFFFFFFFFFFFu);
}

CAF_TEST(what_is_no_key_gives_nothing) {
  CAF_CHECK_EQUAL(session_of("1234567"), 0u);
  CAF_CHECK_EQUAL(sequence_of("12345678"), 0u);
  CAF_CHECK_EQUAL(packet_id_of("123456789"), 0);
  CAF_CHECK_EQUAL(message_of("123456789"), 0u);
  CAF_CHECK_EQUAL(filter_of("1234"), "");
}

CAF_TEST(the_end_of_a_prefix_is_behind_all_that_begin_with_it) {
  CAF_CHECK_EQUAL(behind("ab"), "ac");
  CAF_CHECK_EQUAL(behind("a\xff\xff"), "b");
  CAF_CHECK_EQUAL(behind("\xff"), "");
  CAF_CHECK_EQUAL(behind(""), "");
}
