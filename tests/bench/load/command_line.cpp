#define CAF_SUITE bench_load_command_line
#include "bench/load/command_line.hpp"

#include <arpa/inet.h>

#include <caf/test/unit_test.hpp>

using namespace troupe::bench;

namespace {

template <class Fn>
bool refuses(Fn&& fn) {
  try {
    fn();
  } catch (const usage&) {
    return true;
  }
  return false;
}

}  // namespace

CAF_TEST(words_of_emqtt - bench_mean_what_they_mean_there) {
  const auto asked =
    parse_command_line({"pub", "-h", "127.0.0.1", "-p",   "1884", "-c", "20", "-R", "50", "-I",   "100", "-t", "x/%i",
                        "-q",  "2",  "-s",        "1KiB", "-V",   "4",  "-F", "5",  "-L", "1000", "-k",  "60"});
  const auto& what = asked.plan;
  CAF_CHECK(what.what == plan::kind::pub);
  CAF_CHECK_EQUAL(what.to.port, 1884u);
  CAF_CHECK_EQUAL(what.clients(), 20u);
  CAF_CHECK_EQUAL(what.connect_rate, 50.0);
  CAF_CHECK_EQUAL(what.rate, 200.0);
  CAF_CHECK_EQUAL(what.topic, "x/%i");
  CAF_CHECK(what.qos == troupe::qos::exactly_once);
  CAF_CHECK_EQUAL(what.payload_bytes, 1024u);
  CAF_CHECK(what.version == troupe::mqtt::version::v3_1_1);
  CAF_CHECK_EQUAL(what.window, 5u);
  CAF_CHECK_EQUAL(what.limit, 1000u);
  CAF_CHECK_EQUAL(what.keep_alive, 60u);
}

CAF_TEST(source_addresses_come_as_lists_and_ranges) {
  const auto asked = parse_command_line({"conn", "--ifaddr", "127.0.0.2-127.0.0.4,127.0.1.1"});
  CAF_REQUIRE_EQUAL(asked.plan.sources.size(), 4u);
  CAF_CHECK_EQUAL(asked.plan.sources[2], htonl(0x7F000004));
  CAF_CHECK_EQUAL(asked.plan.sources[3], htonl(0x7F000101));
}

CAF_TEST(many_connections_to_this_machine_come_from_several_of_its_addresses) {
  CAF_CHECK(parse_command_line({"conn", "-c", "10000"}).plan.sources.empty());
  CAF_CHECK_EQUAL(parse_command_line({"conn", "-c", "60000"}).plan.sources.size(), 7u);
}

CAF_TEST(scales_are_fractions_or_parts_of_a_hundred) {
  CAF_CHECK_EQUAL(parse_scale("1/100"), 0.01);
  CAF_CHECK_EQUAL(parse_scale("0.5"), 0.5);
  CAF_CHECK_EQUAL(parse_scale("2%"), 0.02);
  for (const auto* wrong : {"", "x", "1/", "1/0", "-1", "1//2", "3 "}) CAF_CHECK(refuses([&] { parse_scale(wrong); }));
}

CAF_TEST(what_cannot_be_meant_is_refused) {
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{{},
                                                                                     {"pub", "-q", "3"},
                                                                                     {"pub", "-V", "6"},
                                                                                     {"conn", "--ifaddr", "nowhere"},
                                                                                     {"pair", "--duration", "soon"},
                                                                                     {"pair", "--size", "-1"},
                                                                                     {"conn", "-q", "1"}})
    CAF_CHECK(refuses([&] { parse_command_line(wrong); }));
}

CAF_TEST(properties_of_mqtt_5_are_encoded_once) {
  const auto what = parse_command_line({"pair", "--user-property", "a=b=c", "--payload-format", "text",
                                        "--message-expiry", "9", "--subscription-id", "3", "--topic-alias"})
                      .plan.properties;
  CAF_CHECK_EQUAL(what.forwarded.size(), 2u + 1u + 3u + 5u);
  CAF_CHECK(what.payload_is_text);
  CAF_CHECK(what.topic_alias);
  CAF_CHECK_EQUAL(what.message_expiry.value_or(0), 9u);
  CAF_CHECK_EQUAL(what.subscription_id, 3u);
}

CAF_TEST(properties_need_mqtt_5_and_have_to_be_allowed_there) {
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"pub", "-V", "4", "--user-property", "a=b"},
                                             {"pub", "-V", "3", "--topic-alias"},
                                             {"sub", "-V", "4", "--no-local"},
                                             {"conn", "-V", "4", "--receive-maximum", "3"},
                                             {"pub", "--user-property", "without value"},
                                             {"pub", "--response-topic", "a/+"},
                                             {"pub", "--content-type", "\xFF"},
                                             {"sub", "--receive-maximum", "0"},
                                             {"pair", "--share", "crew", "--no-local"}})
    CAF_CHECK(refuses([&] { parse_command_line(wrong); }));
  CAF_CHECK(!refuses([] { parse_command_line({"pub", "-V", "4", "-q", "1"}); }));
}

CAF_TEST(compression_needs_a_websocket_and_a_file_of_certificates_has_to_be_there) {
  CAF_CHECK(refuses([] { parse_command_line({"conn", "--compress"}); }));
  CAF_CHECK(refuses([] { parse_command_line({"conn", "-S", "--cafile", "no such file"}); }));
  const auto what = parse_command_line({"conn", "--wss", "--no-verify", "--compress"}).plan;
  CAF_CHECK(what.to.websocket && what.to.secure && !what.to.tls.verify);
}

CAF_TEST(slow_readers_and_storms_are_asked_for_in_words) {
  const auto what =
    parse_command_line({"pair", "--slow", "10%", "--slow-rate", "2KiB", "--storm-at", "5s", "-x", "60"}).plan;
  CAF_CHECK_EQUAL(what.slow_share, 0.1);
  CAF_CHECK_EQUAL(what.slow_bytes, 2048u);
  CAF_CHECK_EQUAL(what.storm_at, 5 * second);
  CAF_CHECK(what.keeps_sessions());
  CAF_CHECK(!parse_command_line({"pair", "-V", "4", "-x", "60"}).plan.keeps_sessions());
  CAF_CHECK(parse_command_line({"pair", "-V", "4", "-C", "false"}).plan.keeps_sessions());
  CAF_CHECK_EQUAL(parse_command_line({"sub", "--slow", "0.5"}).plan.slow_share, 0.5);
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"pair", "--slow", "110%"},
                                             {"pair", "--slow", "some"},
                                             {"pub", "--slow", "10%"},
                                             {"pair", "--slow", "10%", "--share", "crew"},
                                             {"pair", "--storm-at", "10s", "--duration", "10s"},
                                             {"churn", "--storm-at", "1s"}})
    CAF_CHECK(refuses([&] { parse_command_line(wrong); }));
}
