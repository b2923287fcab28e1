#define CAF_SUITE actors_tracing_packet_words
#include "actors/tracing/packet_words.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;
using actors::quoted;
using actors::words_of;

namespace {

constexpr auto v5 = mqtt::version::v5;
constexpr auto v3 = mqtt::version::v3_1_1;

mqtt::bytes_view bytes(std::string_view text) { return std::as_bytes(std::span{text}); }

}  // namespace

CAF_TEST(a_PUBLISH_is_told_with_its_topic_and_the_beginning_of_its_payload) {
  mqtt::publish what{.duplicate = true, .qos = qos::at_least_once, .retain = true, .topic = "a/b", .packet_id = 7};
  what.payload = bytes("hello");
  CAF_CHECK_EQUAL(words_of(what, v5), R"(PUBLISH id 7, QoS 1, DUP, retain, topic "a/b", 5 bytes "hello")");
  const std::string large(1000, 'x');
  what.payload = bytes(large);
  CAF_CHECK_EQUAL(words_of(what, v3), R"(PUBLISH id 7, QoS 1, DUP, retain, topic "a/b", 1000 bytes ")" +
                                        std::string(actors::shown_payload_bytes_max, 'x') + "\"...");
}

CAF_TEST(nothing_that_a_client_wrote_ends_the_line_or_steers_a_terminal) {
  CAF_CHECK_EQUAL(quoted("a\n\x1b[2J\"\\", 100), R"("a\x0a\x1b[2J\"\\")");
  CAF_CHECK_EQUAL(quoted("\xff\xc0\xaf", 100), R"("\xff\xc0\xaf")");
  CAF_CHECK_EQUAL(quoted("\xc2\x9b"
                         "2J",
                         100),
                  R"("\xc2\x9b2J")");
  CAF_CHECK_EQUAL(quoted("\xe2\x80\xae", 100), R"("\xe2\x80\xae")");
  CAF_CHECK_EQUAL(quoted("\xe6\x97\xa5", 100), "\"\xe6\x97\xa5\"");
  CAF_CHECK_EQUAL(quoted("\xed\xa0\x80", 100), R"("\xed\xa0\x80")");
  CAF_CHECK_EQUAL(quoted("\xe6\x97", 100), R"("\xe6\x97")");
}

CAF_TEST(a_password_is_not_told) {
  mqtt::connect what{.version = v5, .client_id = "c"};
  what.user_name = "ann";
  what.password = bytes("secret");
  const auto text = words_of(what, v5);
  CAF_CHECK(text.find("secret") == std::string::npos);
  CAF_CHECK(text.find("password not shown") != std::string::npos);
  CAF_CHECK(text.find(R"(user name "ann")") != std::string::npos);
}

CAF_TEST(a_SUBSCRIBE_with_many_filters_is_told_in_part) {
  mqtt::subscribe what{.packet_id = 1};
  for (auto i = 0; i < 30; ++i) what.entries.push_back({"t/#", {.maximum_qos = qos::exactly_once, .no_local = true}});
  const auto text = words_of(what, v5);
  CAF_CHECK(text.starts_with(R"(SUBSCRIBE id 1, "t/#" QoS 2 no local, )"));
  CAF_CHECK(text.ends_with("and 10 more"));
}

CAF_TEST(reason_codes_are_told_where_there_are_some) {
  const mqtt::acknowledgement done{.type = mqtt::packet_type::puback, .packet_id = 3};
  CAF_CHECK_EQUAL(words_of(done, v5), "PUBACK id 3, 0x00 (success)");
  CAF_CHECK_EQUAL(words_of(done, v3), "PUBACK id 3");
}
