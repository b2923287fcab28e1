#define CAF_SUITE config_table
#include "config/table.hpp"

#include <set>

#include <caf/test/unit_test.hpp>

#include "config/load.hpp"
#include "tests/config/check.hpp"

using namespace troupe::config;

CAF_TEST(every_option_is_described_in_whole_sentences) {
  auto of = load({}).options;
  for (const auto& one : options_of(of)) {
    CHECK_FOR(one.name, !one.meaning.empty());
    CHECK_FOR(one.name, one.meaning.ends_with('.'));
    CHECK_FOR(one.name, !type_name(one.field, one.unit).empty());
  }
}

CAF_TEST(names_are_unique_and_could_be_environment_variables) {
  auto of = load({}).options;
  std::set<std::string> seen;
  for (const auto& one : options_of(of)) {
    CHECK_FOR(one.name, seen.insert(one.name).second);
    CAF_CHECK_EQUAL(one.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_."), std::string::npos);
    CAF_CHECK_EQUAL(one.name.find("__"), std::string::npos);
  }
  for (const auto& one : aliases()) CAF_CHECK(seen.contains(std::string{one.option}));
}

CAF_TEST(every_default_reads_back_to_itself_and_is_within_its_range) {
  auto of = load({}).options;
  for (const auto& one : options_of(of)) {
    const auto before = one.text();
    const raw_value again{raw_value::kind::text, before, {}};
    CHECK_FOR(one.name, !store(again, one.field, one.unit));
    CHECK_FOR(one.name, one.text() == before);
    const auto number = number_of(one.field);
    CHECK_FOR(one.name, !number || (*number >= one.range.least && *number <= one.range.most));
  }
}

CAF_TEST(listeners_have_every_limit_of_the_node) {
  auto of = load({}).options;
  const auto all = options_of(of);
  std::set<std::string> names;
  for (const auto& one : all) names.insert(one.name);
  for (const auto& one : all) {
    if (one.name.starts_with("limits.")) CHECK_FOR(one.name, names.contains("listeners.tcp." + one.name));
  }
}

CAF_TEST(an_option_points_into_the_options_it_was_made_for) {
  options of;
  of.listeners["x"].name = "x";
  for (const auto& one : options_of(of))
    if (one.name == "listeners.x.limits.receive_maximum")
      CAF_CHECK(!store({raw_value::kind::text, "42", {}}, one.field, one.unit));
  CAF_CHECK_EQUAL(of.listeners["x"].limits.receive_maximum, 42);
  CAF_CHECK_EQUAL(of.limits.receive_maximum, 100);
}
