#define CAF_SUITE session_protocol_auth

#include <caf/test/unit_test.hpp>

#include "tests/actors/session/protocol/bench.hpp"
#include "tests/actors/session/protocol/challenge.hpp"

using namespace troupe;
using namespace troupe::session;
using namespace troupe::session::test;
using mqtt::reason;
using mqtt::version;

namespace {

const challenge_authenticator mechanism;

mqtt::auth auth_of(reason why, std::string_view data, std::string_view method = "MIRROR") {
  mqtt::auth result;
  result.reason = why;
  result.authentication_method = method;
  result.authentication_data = bytes(data);
  return result;
}

bench authenticated() {
  bench b;
  b.authentication = &mechanism;
  b.request.authentication_method = "MIRROR";
  b.connect();
  return b;
}

}  // namespace

// MQTT-4.12.0-2, MQTT-4.12.0-5, MQTT-3.15.2-1
CAF_TEST(a_client_may_authenticate_again) {
  auto b = authenticated();
  b.send(auth_of(reason::re_authenticate, "abc"));
  CAF_CHECK(b.got<mqtt::auth>().reason == reason::continue_authentication);
  CAF_CHECK_EQUAL(b.got<mqtt::auth>().authentication_method.value_or(""), "MIRROR");
  b.send(mqtt::pingreq{});
  CAF_CHECK_EQUAL(b.out.size(), 1u);
  b.send(auth_of(reason::continue_authentication, "cba"));
  CAF_CHECK(b.got<mqtt::auth>().reason == reason::success);
  CAF_CHECK(!b.rec.reauthentication);
}

// MQTT-4.12.1-2
CAF_TEST(a_failed_re_authentication_costs_the_link) {
  auto b = authenticated();
  b.send(auth_of(reason::re_authenticate, "abc"));
  b.send(auth_of(reason::continue_authentication, "abc"));
  CAF_CHECK(b.closed_with(reason::not_authorized));
}

// MQTT-4.12.1-1
CAF_TEST(the_method_stays_the_one_of_connect) {
  auto b = authenticated();
  b.send(auth_of(reason::re_authenticate, "abc", "OTHER"));
  CAF_CHECK(b.closed_with(reason::protocol_error));
}

CAF_TEST(an_answer_without_a_question_is_out_of_turn) {
  auto b = authenticated();
  b.send(auth_of(reason::continue_authentication, "abc"));
  CAF_CHECK(b.closed_with(reason::protocol_error));
}

// MQTT-4.12.0-6, MQTT-4.12.0-7
CAF_TEST(without_a_method_there_is_no_auth) {
  bench b;
  b.authentication = &mechanism;
  b.connect();
  CAF_CHECK(!b.got<mqtt::connack>().authentication_method);
  b.send(auth_of(reason::re_authenticate, "abc"));
  CAF_CHECK(b.closed_with(reason::protocol_error));
}
