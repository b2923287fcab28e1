#define CAF_SUITE admin_reason_words
#include "actors/admin/history/reason_words.hpp"

#include <algorithm>
#include <array>

#include <caf/test/unit_test.hpp>

#include "transport/mqtt/packets.hpp"
#include "transport/websocket/frame.hpp"

using namespace troupe;
using namespace troupe::admin;

namespace {

/// MQTT 5, table 2-6: the codes below 0x80, and those from there on, which have no gap.
constexpr std::array<unsigned, 8> successes = {0x00, 0x01, 0x02, 0x04, 0x10, 0x11, 0x18, 0x19};
constexpr auto first_failure = static_cast<unsigned>(mqtt::reason::unspecified_error);
constexpr auto last_failure = static_cast<unsigned>(mqtt::reason::wildcard_subscriptions_not_supported);

}  // namespace

CAF_TEST(every_reason_code_of_mqtt_has_words) {
  for (unsigned code = 0; code <= 0xFF; ++code) {
    const auto each = static_cast<std::uint8_t>(code);
    const bool failure = code >= first_failure && code <= last_failure;
    CAF_CHECK_EQUAL(reason_name(each) != "unknown", failure || std::ranges::count(successes, code) == 1);
    CAF_CHECK_EQUAL(reason_cause(each) != reason_cause(0xFF), failure);
  }
}

CAF_TEST(codes_are_written_as_the_standard_writes_them) {
  CAF_CHECK_EQUAL(reason_words(0x00), "0x00 (normal disconnection)");
  CAF_CHECK_EQUAL(reason_words(0x8E), "0x8E (session taken over)");
  CAF_CHECK_EQUAL(reason_words(0xFE), "0xFE (unknown)");
}

CAF_TEST(every_close_code_that_the_node_uses_has_words) {
  using enum websocket::close_code;
  for (const auto code : {normal, going_away, protocol_error, unsupported_data, no_status, invalid_payload,
                          policy_violation, too_large, internal_error, try_again_later})
    CAF_CHECK(close_code_words(static_cast<std::uint16_t>(code)).find("unknown") == std::string::npos);
  CAF_CHECK_EQUAL(close_code_words(1008), "1008 (policy violation)");
  CAF_CHECK_EQUAL(close_code_words(3001), "3001 (of a library)");
  CAF_CHECK_EQUAL(close_code_words(4001), "4001 (of the application)");
  CAF_CHECK_EQUAL(close_code_words(999), "999 (unknown)");
}
