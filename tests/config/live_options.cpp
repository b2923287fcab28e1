#define CAF_SUITE config_live_options
#include "config/live_options.hpp"

#include <caf/test/unit_test.hpp>

#include "config/table.hpp"

using namespace troupe::config;

namespace {

using kind = enum live_options::refusal::kind;

raw_value text(std::string of) { return {raw_value::kind::text, std::move(of), {}}; }

/// The options of a node, and what it was told of their changes.
struct node {
  explicit node(const char* set = nullptr) : node{load({.file = {}, .environment = {}, .sets = sets_of(set)})} {}
  static std::vector<std::string> sets_of(const char* set) {
    return set ? std::vector<std::string>{set} : std::vector<std::string>{};
  }
  explicit node(const load_result& from) : tested{from.options, from.origins} {
    tested.on_change([this](const options& next) { told.push_back(next); });
  }

  std::optional<kind> refused(std::string_view name, const std::string& value) {
    const auto done = tested.set(name, text(value), "olga");
    const auto* no = std::get_if<live_options::refusal>(&done);
    return no ? std::optional{no->kind} : std::nullopt;
  }
  std::string value(std::string_view name) {
    auto now = tested.now().options;
    for (const auto& each : options_of(now))
      if (each.name == name) return each.text();
    return {};
  }
  origin from(const std::string& name) {
    const auto now = tested.now().origins;
    const auto found = now.find(name);
    return found == now.end() ? origin{} : found->second;
  }

  live_options tested;
  std::vector<options> told;
};

}  // namespace

CAF_TEST(a_change_is_in_force_told_and_signed) {
  node of;
  const auto done = of.tested.set("limits.receive_maximum", text("17"), "olga");
  const auto& change = std::get<live_options::change>(done);
  CAF_CHECK_EQUAL(change.after, "17");
  CAF_CHECK(change.effect == effect::new_connections);
  CAF_REQUIRE_EQUAL(of.told.size(), 1u);
  CAF_CHECK_EQUAL(of.told[0].limits.receive_maximum, 17u);
  CAF_CHECK(of.from("limits.receive_maximum").kind == origin::source::console);
  CAF_CHECK_EQUAL(of.from("limits.receive_maximum").place, "the console, by olga");
}

CAF_TEST(what_stays_as_it_was_is_not_told) {
  node of;
  CAF_CHECK(!of.refused("limits.receive_maximum", of.value("limits.receive_maximum")));
  CAF_CHECK(of.told.empty());
}

CAF_TEST(what_does_not_fit_changes_nothing) {
  node of;
  CAF_CHECK(of.refused("limits.nothing", "1") == kind::unknown);
  CAF_CHECK(of.refused("limits.receive_maximum", "x") == kind::unfit);
  CAF_CHECK(of.refused("limits.receive_maximum", "65536") == kind::unfit);
  CAF_CHECK(of.refused("node.loops", "1") == kind::fixed);
  CAF_CHECK(of.refused("listeners.tcp.bind", "127.0.0.1:1") == kind::fixed);
  CAF_CHECK(of.told.empty());
  CAF_CHECK(of.tested.now().origins.empty());
}

CAF_TEST(a_limit_becomes_that_of_listeners_without_one_of_their_own) {
  node of{"listeners.ws.limits.receive_maximum=9"};
  CAF_CHECK(!of.refused("limits.receive_maximum", "17"));
  CAF_CHECK_EQUAL(of.value("listeners.tcp.limits.receive_maximum"), "17");
  CAF_CHECK_EQUAL(of.value("listeners.ws.limits.receive_maximum"), "9");
  CAF_CHECK(!of.refused("listeners.tcp.limits.receive_maximum", "8"));
  CAF_CHECK(!of.refused("limits.receive_maximum", "18"));
  CAF_CHECK_EQUAL(of.value("listeners.tcp.limits.receive_maximum"), "8");
}

CAF_TEST(changes_of_what_was_set_at_the_start_reach_listeners_too) {
  node of{"limits.receive_maximum=11"};
  CAF_CHECK(!of.refused("limits.receive_maximum", "17"));
  CAF_CHECK_EQUAL(of.value("listeners.tcp.limits.receive_maximum"), "17");
}

CAF_TEST(there_are_only_so_many_changes) {
  node of;
  for (std::uint32_t i = 0; i < live_options::changes_max; ++i)
    CAF_REQUIRE(!of.refused("limits.receive_maximum", i % 2 == 0 ? "17" : "18"));
  CAF_CHECK(of.refused("limits.receive_maximum", "19") == kind::too_many);
  CAF_CHECK(!of.refused("limits.receive_maximum", "18"));  // it is that already
}

CAF_TEST(a_reload_takes_over_what_is_felt_then_and_nothing_else) {
  node of;
  CAF_CHECK(!of.refused("log.level", "debug"));
  CAF_CHECK(!of.refused("limits.receive_maximum", "17"));
  const auto read = load({.file = {}, .environment = {}, .sets = {"log.level=error", "limits.receive_maximum=5"}});
  of.tested.reload(read.options, read.origins);
  CAF_CHECK_EQUAL(of.value("log.level"), "error");
  CAF_CHECK(of.from("log.level").kind == origin::source::command_line);
  CAF_CHECK_EQUAL(of.value("limits.receive_maximum"), "17");
}

CAF_TEST(every_option_has_an_effect_that_has_a_name) {
  auto all = load({}).options;
  int changeable = 0, fixed = 0;
  for (const auto& each : options_of(all)) {
    CAF_CHECK(!name_of(effect_of(each.name)).empty());
    ++(effect_of(each.name) == effect::after_restart ? fixed : changeable);
  }
  CAF_CHECK(changeable > 40 && fixed > 40);
  CAF_CHECK(effect_of("listeners.tcp.limits.linger") == effect::at_once);
  CAF_CHECK(effect_of("limits.packet_bytes_max") == effect::after_restart);
  CAF_CHECK(effect_of("listeners.tcp.connections_max") == effect::at_once);
  CAF_CHECK(effect_of("connections_max") == effect::after_restart);
}
