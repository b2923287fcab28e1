#include "tests/transport/mqtt/round_trip.hpp"

#define CAF_SUITE transport_mqtt_round_trip

#include <caf/test/unit_test.hpp>

#include <deque>
#include <random>

#include "tests/data/packets.hpp"
#include "tests/transport/mqtt/describe.hpp"
#include "transport/mqtt/codec.hpp"
#include "transport/mqtt/properties.hpp"

using namespace troupe;
using namespace troupe::mqtt;
using namespace troupe::mqtt::data;

namespace {

/// Makes packets that may be sent, from a seed. What they refer to lives as long as the generator.
class generator {
public:
  explicit generator(std::uint64_t seed) : engine_{seed} {}

  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(engine_() % limit); }
  bool chance() { return below(2) == 0; }
  std::uint32_t number() { return static_cast<std::uint32_t>(engine_()) >> below(32); }
  std::uint16_t id() { return static_cast<std::uint16_t>(1 + below(65'535)); }

  std::string_view text(std::size_t least = 0) {
    static constexpr std::string_view pieces[] = {
      "a", "/", "topic", " ", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\x7F", "$SYS", "\xEF\xBB\xBF"};
    auto& result = texts_.emplace_back();
    for (auto count = below(6); count > 0 || result.size() < least; count -= count > 0) result += pieces[below(10)];
    if (below(50) == 0) result.append(65'000, 'x');
    return result;
  }
  std::string_view some_text() { return chance() ? text() : std::string_view{}; }
  bytes_view data() {
    auto& result = buffers_.emplace_back();
    for (auto count = below(20); count > 0; --count) result.push_back(static_cast<std::byte>(below(256)));
    return result;
  }
  bytes_view user_properties() {
    auto& run = buffers_.emplace_back();
    for (auto count = below(3); count > 0; --count) append_user_property({text(), text()}, run);
    return run;
  }
  template <class T>
  std::optional<T> maybe(T value) {
    return chance() ? std::optional<T>{value} : std::nullopt;
  }

  packet make(version speaks) {
    switch (below(speaks == version::v5 ? 15 : 14)) {
      case 0: return connected(speaks);
      case 1: return accepted(speaks);
      case 2:
      case 3: return published(speaks);
      case 4:
      case 5:
      case 6:
      case 7: return acknowledged(speaks);
      case 8: return subscribed(speaks);
      case 9:
      case 10: return answered(speaks);
      case 11: return unsubscribed(speaks);
      case 12: return chance() ? packet{pingreq{}} : packet{pingresp{}};
      case 13: return disconnected(speaks);
      default: return authenticated();
    }
  }

private:
  troupe::qos qos() { return static_cast<troupe::qos>(below(3)); }
  reason reason_for(packet_type type) {
    for (;;) {
      const auto code = static_cast<std::uint8_t>(below(0xA3));
      if (valid_reason(type, code)) return static_cast<reason>(code);
    }
  }

  publish_properties message(bool for_publish) {
    publish_properties result;
    auto& run = buffers_.emplace_back();
    if (chance()) append_payload_format(result.payload_is_text = chance(), run);
    if (chance()) append_text(property::content_type, text(), run);
    if (chance()) append_text(property::response_topic, result.response_topic = text(), run);
    if (chance()) append_correlation_data(data(), run);
    while (chance()) append_user_property({text(), text()}, run);
    result.forwarded = run;
    result.message_expiry = maybe(number());
    if (!for_publish) return result;
    result.topic_alias = chance() ? id() : std::uint16_t{0};
    while (chance()) result.subscription_identifiers.push_back(1 + below(268'435'455));
    return result;
  }

  packet connected(version speaks) {
    connect p{.version = speaks, .clean_start = chance(), .keep_alive = id(), .client_id = text()};
    if (chance()) p.will = will{.topic = text(1), .payload = data(), .qos = qos(), .retain = chance()};
    p.user_name = maybe(text());
    if (p.user_name || speaks == version::v5) p.password = maybe(data());
    if (speaks != version::v5) return p;
    if (p.will) p.will->properties = message(false), p.will->delay = number();
    p.session_expiry = number();
    p.receive_maximum = id();
    p.maximum_packet_size = number();
    p.topic_alias_maximum = id();
    p.request_response_information = chance();
    p.request_problem_information = chance();
    p.authentication_method = maybe(text());
    if (p.authentication_method) p.authentication_data = maybe(data());
    p.user_properties = user_properties();
    return p;
  }

  packet accepted(version speaks) {
    static constexpr reason old_reasons[] = {reason::success,
                                             reason::unsupported_protocol_version,
                                             reason::client_identifier_not_valid,
                                             reason::server_unavailable,
                                             reason::bad_user_name_or_password,
                                             reason::not_authorized};
    connack p{.reason = speaks == version::v5 ? reason_for(packet_type::connack) : old_reasons[below(6)]};
    p.session_present = p.reason == reason::success && speaks != version::v3_1 && chance();
    if (speaks != version::v5) return p;
    p.session_expiry = maybe(number());
    p.receive_maximum = id();
    p.maximum_qos = static_cast<std::uint8_t>(below(3));
    p.retain_available = chance();
    p.maximum_packet_size = number();
    p.assigned_client_id = some_text();
    p.topic_alias_maximum = id();
    p.reason_string = some_text();
    p.wildcard_available = chance();
    p.subscription_identifiers_available = chance();
    p.shared_available = chance();
    p.server_keep_alive = maybe(id());
    p.response_information = some_text();
    p.server_reference = some_text();
    p.authentication_method = maybe(text());
    if (p.authentication_method) p.authentication_data = maybe(data());
    p.user_properties = user_properties();
    return p;
  }

  packet published(version speaks) {
    publish p{.qos = qos(), .retain = chance(), .topic = text(1)};
    if (p.qos != qos::at_most_once) p.packet_id = id(), p.duplicate = chance();
    if (speaks == version::v5) p.properties = message(true);
    if (p.properties.topic_alias != 0 && chance()) p.topic = {};
    p.payload = data();
    return p;
  }

  packet acknowledged(version speaks) {
    static constexpr packet_type types[] = {packet_type::puback, packet_type::pubrec, packet_type::pubrel,
                                            packet_type::pubcomp};
    acknowledgement p{.type = types[below(4)], .packet_id = id()};
    if (speaks != version::v5) return p;
    p.reason = reason_for(p.type);
    p.reason_string = some_text();
    p.user_properties = user_properties();
    return p;
  }

  packet subscribed(version speaks) {
    subscribe p{.packet_id = id()};
    do p.entries.push_back({text(1), {.maximum_qos = qos()}});
    while (chance());
    if (speaks != version::v5) return p;
    p.identifier = number() & 0xFFF'FFFF;
    for (auto& [filter, options] : p.entries)
      options = {options.maximum_qos, chance(), chance(), static_cast<retain_handling>(below(3))};
    p.user_properties = user_properties();
    return p;
  }

  packet answered(version speaks) {
    const bool v5 = speaks == version::v5;
    subscription_acknowledgement p{.type = chance() ? packet_type::suback : packet_type::unsuback, .packet_id = id()};
    if (!v5 && p.type == packet_type::unsuback) return p;
    static constexpr reason old_reasons[] = {reason::success, reason::granted_qos_1, reason::granted_qos_2,
                                             reason::unspecified_error};
    do p.reasons.push_back(v5 ? reason_for(p.type) : old_reasons[below(4)]);
    while (chance());
    if (!v5) return p;
    p.reason_string = some_text();
    p.user_properties = user_properties();
    return p;
  }

  packet unsubscribed(version speaks) {
    unsubscribe p{.packet_id = id()};
    do p.filters.push_back(text(1));
    while (chance());
    if (speaks == version::v5) p.user_properties = user_properties();
    return p;
  }

  packet disconnected(version speaks) {
    disconnect p;
    if (speaks != version::v5) return p;
    p.reason = reason_for(packet_type::disconnect);
    p.session_expiry = maybe(number());
    p.reason_string = some_text();
    p.server_reference = some_text();
    p.user_properties = user_properties();
    return p;
  }

  packet authenticated() {
    auth p{.reason = reason_for(packet_type::auth), .authentication_method = text()};
    p.authentication_data = maybe(data());
    p.reason_string = some_text();
    p.user_properties = user_properties();
    return p;
  }

  std::mt19937_64 engine_;
  std::deque<std::string> texts_;
  std::deque<std::vector<std::byte>> buffers_;
};

constexpr version versions[] = {version::v3_1, version::v3_1_1, version::v5};

/// Changes some bytes: flips a bit, puts in, takes out, copies a piece.
void mutate(std::vector<std::byte>& bytes, generator& random) {
  for (auto changes = 1 + random.below(3); changes > 0 && !bytes.empty(); --changes) {
    const auto at = bytes.begin() + random.below(static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(), 200)));
    switch (random.below(4)) {
      case 0: *at ^= static_cast<std::byte>(1u << random.below(8)); break;
      case 1: *at = static_cast<std::byte>(random.below(256)); break;
      case 2: bytes.insert(at, static_cast<std::byte>(random.below(256))); break;
      default: bytes.erase(at); break;
    }
  }
}

/// Sets Remaining Length to what there is, so that a mutation gets past the frame. Only for short packets.
void mend_length(std::vector<std::byte>& bytes) {
  if (bytes.size() >= 2 && bytes.size() < 130) bytes[1] = static_cast<std::byte>(bytes.size() - 2);
}

}  // namespace

CAF_TEST(what_is_encoded_decodes_to_the_same) {
  for (std::uint64_t seed = 0; seed < 6'000; ++seed) {
    generator random{seed};
    const auto speaks = versions[seed % 3];
    const auto value = random.make(speaks);
    const auto difference = difference_after_round_trip(value, speaks);
    if (!difference.empty()) CAF_FAIL("seed " << seed << ": " << difference);
  }
}

CAF_TEST(a_mutated_packet_is_refused_or_means_something) {
  std::vector<std::byte> scratch;
  std::size_t refused = 0, taken = 0;
  for (std::uint64_t seed = 0; seed < 30'000; ++seed) {
    generator random{seed};
    const auto speaks = versions[seed % 3];
    std::vector<std::byte> bytes;
    encode(random.make(speaks), speaks, bytes);
    mutate(bytes, random);
    if (random.below(8) != 0) mend_length(bytes);
    const std::vector<std::byte> exact{bytes};
    next_frame(exact, 1'000'000);
    const auto result = decode(exact, speaks, scratch);
    if (const auto* value = std::get_if<packet>(&result)) {
      ++taken;
      const auto* opened = std::get_if<connect>(value);
      const auto difference = difference_after_round_trip(*value, opened ? opened->version : speaks);
      if (!difference.empty()) CAF_FAIL("seed " << seed << ": " << difference);
    } else {
      ++refused;
    }
  }
  CAF_CHECK(refused > 1'000);
  CAF_CHECK(taken > 1'000);
}

CAF_TEST(every_prefix_of_a_random_packet_is_an_incomplete_frame) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    generator random{seed};
    std::vector<std::byte> bytes;
    encode(random.make(version::v5), version::v5, bytes);
    const auto step = bytes.size() / 500 + 1;
    for (std::size_t size = 0; size < bytes.size(); size += step)
      if (next_frame(bytes_view{bytes}.first(size), 0xFFFF'FFFF).state != frame::state::incomplete)
        CAF_FAIL("seed " << seed << ", " << size << " bytes");
  }
  CAF_CHECK(true);
}
