#define CAF_SUITE config_load
#include "config/load.hpp"

#include <filesystem>

#include <caf/test/unit_test.hpp>

#include "tests/config/check.hpp"
#include "tests/config/temporary_file.hpp"

using namespace troupe::config;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

struct fixture {
  temporary_directory directory;
  sources from;

  /// Loads with a file of this text.
  load_result with_file(std::string_view text) {
    from.file = directory.write("troupe.toml", text);
    return load(from);
  }

  /// What a file of this text is refused with; the directory's name is cut off.
  std::string refusal(std::string_view text) {
    const auto errors = with_file(text).errors;
    std::string all;
    for (auto line : errors) {
      for (auto at = line.find(directory.file("")); at != std::string::npos; at = line.find(directory.file("")))
        line.erase(at, directory.file("").size());
      all += (all.empty() ? "" : "\n") + line;
    }
    return all;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(load_tests, fixture)

CAF_TEST(without_any_source_the_defaults_stand) {
  const auto loaded = load({});
  CAF_REQUIRE(loaded.ok());
  const auto& listeners = loaded.options.listeners;
  CAF_REQUIRE_EQUAL(listeners.size(), 2u);
  CAF_CHECK_EQUAL(listeners.at("tcp").bind, "127.0.0.1:1883");
  CAF_CHECK(listeners.at("tcp").type == listener_type::tcp);
  CAF_CHECK_EQUAL(listeners.at("ws").bind, "127.0.0.1:8083");
  CAF_CHECK(listeners.at("ws").type == listener_type::ws);
  CAF_CHECK_EQUAL(listeners.at("ws").websocket.paths, std::vector<std::string>{"/mqtt"});
  CAF_CHECK_EQUAL(listeners.at("ws").name, "ws");
  CAF_CHECK(loaded.origins.empty());
  CAF_CHECK_EQUAL(loaded.from("listeners.ws.bind").text(), "built-in default");
}

CAF_TEST(a_file_sets_options_of_every_kind) {
  const auto loaded = with_file(R"(
sys.interval = "1m"     # a dotted key
[limits]
packet_bytes_max = "64KiB"
handshake_timeout = "500ms"
receive_maximum = 7
queue_overflow = "disconnect"
queue_qos0_while_away = true
[listeners.ws.websocket]
paths = ["/mqtt", "/ws"]
[log]
level = "debug"
[log.components]
session = "trace"
)");
  CAF_REQUIRE_EQUAL(loaded.errors, std::vector<std::string>{});
  CAF_CHECK(loaded.options.sys.interval == 1min);
  const auto& limits = loaded.options.limits;
  CAF_CHECK_EQUAL(limits.packet_bytes_max, 65536u);
  CAF_CHECK(limits.handshake_timeout == 500ms);
  CAF_CHECK_EQUAL(limits.receive_maximum, 7);
  CAF_CHECK(limits.queue_overflow == overflow::disconnect);
  CAF_CHECK(limits.queue_qos0_while_away);
  CAF_CHECK_EQUAL(loaded.options.listeners.at("ws").websocket.paths, (std::vector<std::string>{"/mqtt", "/ws"}));
  CAF_CHECK(loaded.options.log.components.at("session") == log_level::trace);
}

CAF_TEST(each_source_is_stronger_than_the_one_before) {
  constexpr auto text = "[sys]\ninterval = 1\n[limits]\nqos_max = 1\ntopic_alias_max = 1\n";
  from.environment = {{"TROUPE_LIMITS__QOS_MAX", "0"}, {"TROUPE_LIMITS__TOPIC_ALIAS_MAX", "2"}};
  from.sets = {"limits.topic_alias_max=3", "limits.topic_alias_max=4"};
  const auto loaded = with_file(text);
  CAF_REQUIRE(loaded.ok());
  CAF_CHECK(loaded.options.sys.interval == 1s);
  CAF_CHECK_EQUAL(loaded.options.limits.qos_max, 0);
  CAF_CHECK_EQUAL(loaded.options.limits.topic_alias_max, 4);
  CAF_CHECK_EQUAL(loaded.from("sys.interval").text(), directory.file("troupe.toml:2"));
  CAF_CHECK_EQUAL(loaded.from("limits.qos_max").text(), "TROUPE_LIMITS__QOS_MAX");
  CAF_CHECK_EQUAL(loaded.from("limits.topic_alias_max").text(), "--set");
  CAF_CHECK_EQUAL(loaded.from("limits.linger").text(), "built-in default");
}

CAF_TEST(the_ports_of_the_default_listeners_come_from_the_command_line) {
  from.sets = {"listeners.ws.bind=127.0.0.1:0", "listeners.tcp.bind=[::1]:0"};
  const auto loaded = load(from);
  CAF_REQUIRE(loaded.ok());
  CAF_CHECK_EQUAL(loaded.options.listeners.at("ws").bind, "127.0.0.1:0");
  CAF_CHECK_EQUAL(loaded.options.listeners.at("tcp").bind, "[::1]:0");
  CAF_CHECK(loaded.options.listeners.at("ws").type == listener_type::ws);
}

CAF_TEST(a_default_listener_keeps_what_is_not_changed) {
  const auto loaded = with_file("[listeners.ws]\nconnections_max = 5\n[listeners.tcp]\nenabled = false\n");
  CAF_REQUIRE(loaded.ok());
  CAF_CHECK_EQUAL(loaded.options.listeners.at("ws").bind, "127.0.0.1:8083");
  CAF_CHECK_EQUAL(loaded.options.listeners.at("ws").connections_max, 5u);
  CAF_CHECK(!loaded.options.listeners.at("tcp").enabled);
}

CAF_TEST(a_new_listener_stands_beside_the_default_ones) {
  const auto loaded = with_file("[listeners.second]\ntype = \"ws\"\nbind = \"127.0.0.1:9001\"\n");
  CAF_REQUIRE(loaded.ok());
  CAF_CHECK_EQUAL(loaded.options.listeners.size(), 3u);
  CAF_CHECK_EQUAL(loaded.options.listeners.at("second").name, "second");
}

CAF_TEST(a_new_listener_has_to_say_type_and_bind) {
  CAF_CHECK_EQUAL(refusal("[listeners.second]\n"),
                  "troupe.toml:1: listener second has no type: say listeners.second.type = tcp, tls, ws or wss\n"
                  "troupe.toml:1: listener second has no address: say listeners.second.bind = 127.0.0.1:8883, for "
                  "example");
  CAF_CHECK_EQUAL(refusal("[listeners.second]\nbind = \"127.0.0.1:1\"\n"),
                  "troupe.toml:2: listener second has no type: say listeners.second.type = tcp, tls, ws or wss");
  CAF_CHECK_EQUAL(refusal("[listeners.\"a b\"]\ntype = \"ws\"\n"),
                  "troupe.toml:2: 'a b' is no name for a listener: letters, digits, _ and - only");
}

CAF_TEST(limits_of_the_node_reach_every_listener_that_does_not_say_otherwise) {
  from.environment = {{"TROUPE_LIMITS__RECEIVE_MAXIMUM", "20"}};
  const auto loaded = with_file("[listeners.ws.limits]\nreceive_maximum = 5\n[limits]\nreceive_maximum = 10\n");
  CAF_REQUIRE(loaded.ok());
  CAF_CHECK_EQUAL(loaded.options.limits.receive_maximum, 20);
  CAF_CHECK_EQUAL(loaded.options.listeners.at("tcp").limits.receive_maximum, 20);
  CAF_CHECK_EQUAL(loaded.options.listeners.at("ws").limits.receive_maximum, 5);
  CAF_CHECK_EQUAL(loaded.from("listeners.tcp.limits.receive_maximum").text(), "TROUPE_LIMITS__RECEIVE_MAXIMUM");
  CAF_CHECK_EQUAL(loaded.from("listeners.ws.limits.receive_maximum").text(), directory.file("troupe.toml:2"));
}

CAF_TEST(an_unknown_key_names_its_place_and_its_nearest_match) {
  CAF_CHECK_EQUAL(refusal("[limits]\nqos_max = 1\nrecieve_maximum = 5\n"),
                  "troupe.toml:3: there is no option 'limits.recieve_maximum': did you mean 'limits.receive_maximum'?");
  CAF_CHECK_EQUAL(refusal("[listeners.ws]\nbnd = \"x\"\n"),
                  "troupe.toml:2: there is no option 'listeners.ws.bnd': did you mean 'listeners.ws.bind'?");
  CAF_CHECK_EQUAL(refusal("[listner.ws]\nbind = \"x\"\n"),
                  "troupe.toml:2: there is no option 'listner.ws.bind': did you mean 'listeners.ws.bind'?");
  CAF_CHECK_EQUAL(refusal("[limit]\n"), "troupe.toml:1: there is no section 'limit': did you mean 'limits'?");
  CAF_CHECK_EQUAL(refusal("packet_bytes_max = 5\n"), "troupe.toml:1: there is no option 'packet_bytes_max': did you "
                                                     "mean 'limits.packet_bytes_max'?");
  CAF_CHECK_EQUAL(refusal("[log.components]\nsesion = \"debug\"\n"),
                  "troupe.toml:2: there is no option 'log.components.sesion': did you mean 'log.components.session'?");
}

CAF_TEST(an_unknown_variable_is_answered_with_a_variable) {
  from.environment = {{"TROUPE_LISTENERS__WS__BNID", "127.0.0.1:1"}};
  CAF_CHECK_EQUAL(load(from).errors,
                  std::vector<std::string>{"TROUPE_LISTENERS__WS__BNID: there is no option 'listeners.ws.bnid': did "
                                           "you mean 'TROUPE_LISTENERS__WS__BIND'?"});
}

CAF_TEST(all_errors_of_a_file_are_told_in_the_order_of_its_lines) {
  CAF_CHECK_EQUAL(refusal("[sys]\ninterval = \"soon\"\n[node]\nloops = 1.5\nnane = \"x\"\n"),
                  "troupe.toml:2: sys.interval: 'soon' is not a duration: write 500ms, 5s, 10m, 1h, 2d or a number of "
                  "seconds\n"
                  "troupe.toml:4: node.loops: '1.5' is not a whole number\n"
                  "troupe.toml:5: there is no option 'node.nane': did you mean 'node.name'?");
}

CAF_TEST(values_out_of_range_name_their_place_once) {
  CAF_CHECK_EQUAL(refusal("[limits]\nqos_max = 3\n"), "troupe.toml:2: limits.qos_max: 3 is out of range: 0 to 2");
  CAF_CHECK_EQUAL(refusal("[listeners.ws.limits]\nqos_max = 3\n"),
                  "troupe.toml:2: listeners.ws.limits.qos_max: 3 is out of range: 0 to 2");
}

CAF_TEST(what_is_no_toml_is_refused_in_one_line_with_its_place) {
  for (auto bad : {"[limits\n", "a = \n", "a = 1\na = 2\n", "= 3\n", "a = \"x\n", "\xFF\xFE = 1\n", "a = 1 b = 2\n",
                   "[[listeners]]\ntype = \"ws\"\n", "a = 1979-05-27\n", "a = 99999999999999999999\n"}) {
    const auto text = refusal(bad);
    CHECK_FOR(bad << ": " << text, text.starts_with("troupe.toml:"));
    CHECK_FOR(bad << ": " << text, text.find('\n') == std::string::npos);
  }
  CAF_CHECK_EQUAL(refusal(""), "");
}

CAF_TEST(a_file_that_cannot_be_read_is_named) {
  from.file = directory.file("absent.toml");
  CAF_CHECK_EQUAL(load(from).errors,
                  std::vector<std::string>{from.file + ": cannot be read: No such file or directory"});
  from.file = directory.file("");
  CAF_CHECK_EQUAL(load(from).errors,
                  std::vector<std::string>{from.file + ": is a directory, not a configuration file"});
}

CAF_TEST(allow_anonymous_is_known_by_its_short_name) {
  from.sets = {"allow_anonymous=true", "listeners.ws.bind=0.0.0.0:0"};
  const auto loaded = load(from);
  CAF_REQUIRE(loaded.ok());
  CAF_CHECK(loaded.options.access.allow_anonymous.value_or(false));
}

CAF_TEST(the_example_is_valid) {
  const auto path = source_file("examples/troupe.toml");
  if (std::filesystem::exists(path)) CAF_CHECK_EQUAL(load({path, {}, {}}).errors, std::vector<std::string>{});
}

CAF_TEST_FIXTURE_SCOPE_END()
