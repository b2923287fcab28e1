#define CAF_SUITE session_protocol_handshake

#include "actors/session/protocol/handshake.hpp"

#include <caf/test/unit_test.hpp>

#include "tests/actors/session/protocol/bench.hpp"
#include "tests/actors/session/protocol/challenge.hpp"

using namespace troupe;
using namespace troupe::session;
using namespace troupe::session::test;
using mqtt::reason;
using mqtt::version;

namespace {

config::limits limits;
const challenge_authenticator mechanism;

using outcome = std::variant<connect_request, refusal>;

outcome judge(const mqtt::connect& packet, const authenticator* authentication = nullptr) {
  return accept(encoded(packet, packet.version),
                {.limits = limits, .mount_point = "m/", .authentication = authentication, .unique_id = {1, 2}});
}

mqtt::connect connect_of(version speaks, std::string_view client_id) {
  mqtt::connect result;
  result.version = speaks;
  result.client_id = client_id;
  return result;
}

/// The reason CONNACK gives; nothing if there is none.
std::optional<reason> told(const outcome& of, version speaks) {
  const auto* refused = std::get_if<refusal>(&of);
  if (!refused || refused->connack.empty()) return std::nullopt;
  std::vector<std::byte> scratch;
  return std::get<mqtt::connack>(std::get<mqtt::packet>(mqtt::decode(refused->connack, speaks, scratch))).reason;
}

const connect_request& taken(const outcome& of) { return std::get<connect_request>(of); }
connect_request taken(outcome&& of) { return std::get<connect_request>(std::move(of)); }

}  // namespace

// MQTT-3.1.0-1, MQTT-3.14.0-1
CAF_TEST(anything_but_connect_is_refused_without_an_answer) {
  auto result = accept(encoded(mqtt::pingreq{}, version::v5), {.limits = limits});
  CAF_CHECK(std::get<refusal>(result).connack.empty());
  CAF_CHECK(std::holds_alternative<refusal>(accept(mqtt::bytes_view{}, {.limits = limits})));
}

// MQTT-3.1.2-2, MQTT3-3.1.2-2, MQTT-3.1.2-1
CAF_TEST(unknown_versions_are_told_so) {
  auto bytes_of = encoded(connect_of(version::v5, "c"), version::v5);
  bytes_of[8] = std::byte{6};
  CAF_CHECK(told(accept(bytes_of, {.limits = limits}), version::v5) == reason::unsupported_protocol_version);
  bytes_of = encoded(connect_of(version::v3_1_1, "c"), version::v3_1_1);
  bytes_of[8] = std::byte{2};
  CAF_CHECK(told(accept(bytes_of, {.limits = limits}), version::v3_1_1) == reason::unsupported_protocol_version);
  bytes_of[5] = std::byte{'X'};
  CAF_CHECK(std::get<refusal>(accept(bytes_of, {.limits = limits})).connack.empty());
}

// MQTT-3.1.4-1, MQTT3-3.1.4-1, MQTT-3.2.2-6
CAF_TEST(a_malformed_connect_is_answered_in_mqtt_5_only) {
  for (auto speaks : {version::v5, version::v3_1_1}) {
    auto bytes_of = encoded(connect_of(speaks, "c"), speaks);
    bytes_of[9] |= std::byte{1};
    auto why = told(accept(bytes_of, {.limits = limits}), speaks);
    CAF_CHECK(why == (speaks == version::v5 ? std::optional{reason::malformed_packet} : std::nullopt));
  }
}

// MQTT-3.1.3-5, MQTT-3.1.3-6, MQTT-3.1.3-7, MQTT-3.1.3-8, MQTT3-3.1.3-8, MQTT3-3.1.3-9
CAF_TEST(client_ids_are_taken_assigned_or_refused) {
  CAF_CHECK_EQUAL(taken(judge(connect_of(version::v3_1, "a"))).client_id, "a");
  CAF_CHECK_EQUAL(taken(judge(connect_of(version::v3_1_1, "0123456789abcdefghijXYZ"))).client_id.size(), 23u);
  auto assigned = judge(connect_of(version::v5, ""));
  CAF_CHECK(taken(assigned).client_id_assigned);
  CAF_CHECK_EQUAL(taken(assigned).client_id, "auto-00000000000000010000000000000002");
  CAF_CHECK(taken(judge(connect_of(version::v3_1_1, ""))).client_id_assigned);
  auto lasting = connect_of(version::v3_1_1, "");
  lasting.clean_start = false;
  CAF_CHECK(told(judge(lasting), version::v3_1_1) == reason::client_identifier_not_valid);
  CAF_CHECK(told(judge(connect_of(version::v3_1, "")), version::v3_1) == reason::client_identifier_not_valid);
  std::string long_id(limits.client_id_bytes_max + 1u, 'x');
  CAF_CHECK(told(judge(connect_of(version::v5, long_id)), version::v5) == reason::client_identifier_not_valid);
}

// MQTT-3.2.2-12, MQTT-3.2.2-13, MQTT-3.1.4-2, MQTT-3.2.2-7, MQTT-3.2.2-8
CAF_TEST(wills_are_held_against_the_limits) {
  auto packet = connect_of(version::v5, "c");
  auto& will = packet.will.emplace();
  will.topic = "will";
  will.payload = bytes("gone");
  will.qos = qos::exactly_once;
  will.retain = true;
  will.delay = 9;
  auto accepted = judge(packet);
  CAF_CHECK_EQUAL(taken(accepted).will->body->topic(), "m/will");
  CAF_CHECK_EQUAL(taken(accepted).will->delay, 9u);
  CAF_CHECK(taken(accepted).will->body->retain());
  limits.retain_available = false;
  CAF_CHECK(told(judge(packet), version::v5) == reason::retain_not_supported);
  limits.qos_max = 1;
  CAF_CHECK(told(judge(packet), version::v5) == reason::qos_not_supported);
  CAF_CHECK(!told(judge([&] {
                    auto old = packet;
                    old.version = version::v3_1_1;
                    return old;
                  }()),
                  version::v3_1_1));
  limits = {};
  will.topic = "$SYS/x";
  CAF_CHECK(told(judge(packet), version::v5) == reason::not_authorized);
}

CAF_TEST(keep_alive_and_expiry_are_granted_up_to_the_limits) {
  limits.keep_alive_max = std::chrono::seconds{60};
  limits.session_expiry_max = std::chrono::seconds{100};
  auto packet = connect_of(version::v5, "c");
  packet.session_expiry = 1000;
  auto granted = judge(packet);
  CAF_CHECK_EQUAL(taken(granted).keep_alive, 60);
  CAF_CHECK(taken(granted).keep_alive_capped);
  CAF_CHECK_EQUAL(taken(granted).session_expiry, 100u);
  CAF_CHECK(taken(granted).session_expiry_capped);
  packet.keep_alive = 30;
  packet.session_expiry = 50;
  granted = judge(packet);
  CAF_CHECK_EQUAL(taken(granted).keep_alive, 30);
  CAF_CHECK(!taken(granted).keep_alive_capped && !taken(granted).session_expiry_capped);
  limits = {};
}

CAF_TEST(mqtt_3_sessions_last_by_clean_session) {
  auto packet = connect_of(version::v3_1_1, "c");
  CAF_CHECK_EQUAL(taken(judge(packet)).session_expiry, 0u);
  packet.clean_start = false;
  CAF_CHECK_EQUAL(taken(judge(packet)).session_expiry, 0xFFFFFFFFu);
}

CAF_TEST(user_name_and_password_are_kept) {
  auto packet = connect_of(version::v5, "c");
  packet.user_name = "user";
  packet.password = bytes("secret");
  auto result = judge(packet);
  CAF_CHECK_EQUAL(taken(result).user_name.value_or(""), "user");
  CAF_CHECK_EQUAL(text(taken(result).password.value()), "secret");
}

CAF_TEST(a_well_formed_connect_can_be_refused_later) {
  auto refused = refuse(version::v3_1_1, reason::bad_user_name_or_password, "no");
  CAF_CHECK_EQUAL(refused.connack, (std::vector{std::byte{0x20}, std::byte{2}, std::byte{0}, std::byte{4}}));
}

// MQTT-4.12.0-1
CAF_TEST(unknown_authentication_methods_are_refused) {
  auto packet = connect_of(version::v5, "c");
  packet.authentication_method = "SOMETHING";
  CAF_CHECK(told(judge(packet), version::v5) == reason::bad_authentication_method);
  CAF_CHECK(told(judge(packet, &mechanism), version::v5) == reason::bad_authentication_method);
}

// MQTT-4.12.0-2, MQTT-4.12.0-3, MQTT-4.12.0-4, MQTT-4.12.0-5, MQTT-3.1.2-30
CAF_TEST(enhanced_authentication_challenges_before_connack) {
  auto packet = connect_of(version::v5, "c");
  packet.authentication_method = mechanism.method();
  packet.authentication_data = bytes("hello");
  auto result = judge(packet, &mechanism);
  auto request = taken(result);
  std::unique_ptr<authentication_exchange> exchange;
  auto progress = authenticate(request, mechanism, exchange);
  CAF_REQUIRE(progress.state == authentication_progress::state::wait);
  std::vector<std::byte> scratch;
  auto challenge = mqtt::decode(progress.send, version::v5, scratch);
  const auto& asked = std::get<mqtt::auth>(std::get<mqtt::packet>(challenge));
  CAF_CHECK(asked.reason == reason::continue_authentication);
  CAF_CHECK_EQUAL(asked.authentication_method.value_or(""), mechanism.method());

  mqtt::auth answer;
  answer.reason = reason::continue_authentication;
  answer.authentication_method = mechanism.method();
  answer.authentication_data = bytes("wrong");
  auto refused_request = request;
  auto refused_exchange = mechanism.begin()->next(bytes("hello"));
  auto refused = authenticate(refused_request, mechanism, refused_exchange, encoded(answer, version::v5));
  CAF_CHECK(refused.state == authentication_progress::state::refused);
  CAF_CHECK(!refused.send.empty());

  CAF_CHECK(authenticate(refused_request, mechanism, refused_exchange, encoded(mqtt::pingreq{}, version::v5)).state ==
            authentication_progress::state::refused);

  answer.authentication_data = bytes("olleh");
  progress = authenticate(request, mechanism, exchange, encoded(answer, version::v5));
  CAF_CHECK(progress.state == authentication_progress::state::done);
  CAF_CHECK_EQUAL(request.user_name.value_or(""), "mirror");

  bench b;
  b.request = request;
  b.connect();
  CAF_CHECK_EQUAL(b.got<mqtt::connack>().authentication_method.value_or(""), mechanism.method());
}
