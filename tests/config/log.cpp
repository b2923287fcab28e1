#define CAF_SUITE config_log
#include "config/log.hpp"

#include <filesystem>
#include <regex>

#include <caf/test/unit_test.hpp>

#include "tests/config/temporary_file.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

/// Counts how often it is formatted.
struct costly {
  int* formatted;
};

struct fixture {
  temporary_directory directory;
  config::log_options options;
  std::string path = directory.file("troupe.log");

  fixture() { options.file = path; }
  ~fixture() { log::start({}); }

  std::string written() { return read_whole(path); }
};

bool matches(const std::string& text, const char* pattern) { return std::regex_match(text, std::regex{pattern}); }

}  // namespace

template <>
struct fmt::formatter<costly> : fmt::formatter<int> {
  template <class Context>
  auto format(const costly& value, Context& context) const {
    ++*value.formatted;
    return context.out();
  }
};

CAF_TEST_FIXTURE_SCOPE(log_tests, fixture)

CAF_TEST(a_text_line_has_time_level_component_and_message) {
  CAF_REQUIRE(!log::start(options));
  log::info("session", "client {} has {} messages", "a", 3);
  CAF_CHECK(matches(written(), R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info session: client a has 3 messages\n)"));
}

CAF_TEST(a_json_line_is_one_object) {
  options.format = config::log_format::json;
  CAF_REQUIRE(!log::start(options));
  log::error("listener", "said \"{}\"", "a\nb");
  CAF_CHECK(matches(written(), R"(\{"time":"[-\dT:.]+Z","level":"error","component":"listener",)"
                               R"("message":"said \\"a\\nb\\""\}\n)"));
}

CAF_TEST(a_client_cannot_write_a_line_of_its_own) {
  CAF_REQUIRE(!log::start(options));
  log::info("session", "client id {}", "x\n2000-01-01 error node: forged");
  const auto text = written();
  CAF_CHECK_EQUAL(std::count(text.begin(), text.end(), '\n'), 1);
}

CAF_TEST(levels_are_those_of_their_component) {
  options.level = config::log_level::warning;
  options.components = {{"router", config::log_level::trace}, {"auth", config::log_level::off}};
  CAF_REQUIRE(!log::start(options));
  log::info("session", "no");
  log::warning("session", "yes 1");
  log::trace("router", "yes 2");
  log::error("auth", "no");
  const auto text = written();
  CAF_CHECK_EQUAL(text.find("no\n"), std::string::npos);
  CAF_CHECK_NOT_EQUAL(text.find("warning session: yes 1\n"), std::string::npos);
  CAF_CHECK_NOT_EQUAL(text.find("trace router: yes 2\n"), std::string::npos);
  CAF_CHECK(log::enabled("router", log::level::trace));
  CAF_CHECK(!log::enabled("auth", log::level::error));
}

CAF_TEST(a_line_that_is_off_is_not_formatted) {
  CAF_REQUIRE(!log::start(options));
  int formatted = 0;
  log::debug("session", "{}", costly{&formatted});
  CAF_CHECK_EQUAL(formatted, 0);
  log::info("session", "{}", costly{&formatted});
  CAF_CHECK_EQUAL(formatted, 1);
}

CAF_TEST(levels_change_without_touching_the_file) {
  CAF_REQUIRE(!log::start(options));
  options.level = config::log_level::error;
  log::levels(options);
  log::info("node", "gone");
  options.level = config::log_level::debug;
  log::levels(options);
  log::debug("node", "here");
  const auto text = written();
  CAF_CHECK_EQUAL(text.find("gone"), std::string::npos);
  CAF_CHECK_NOT_EQUAL(text.find("debug node: here\n"), std::string::npos);
}

CAF_TEST(reopening_follows_the_name_after_the_file_was_moved) {
  CAF_REQUIRE(!log::start(options));
  log::info("node", "before");
  std::filesystem::rename(path, directory.file("troupe.log.1"));
  log::info("node", "between");
  CAF_REQUIRE(!log::reopen());
  log::info("node", "after");
  const auto moved = read_whole(directory.file("troupe.log.1"));
  CAF_CHECK_NOT_EQUAL(moved.find("before"), std::string::npos);
  CAF_CHECK_NOT_EQUAL(moved.find("between"), std::string::npos);
  CAF_CHECK_EQUAL(moved.find("after"), std::string::npos);
  CAF_CHECK_NOT_EQUAL(written().find("after"), std::string::npos);
}

CAF_TEST(a_file_that_cannot_be_opened_is_told_and_the_old_one_kept) {
  CAF_REQUIRE(!log::start(options));
  auto bad = options;
  bad.file = directory.write("plain", "") + "/below";
  const auto failed = log::start(bad);
  CAF_REQUIRE(failed.has_value());
  CAF_CHECK_NOT_EQUAL(failed->find("below"), std::string::npos);
  log::info("node", "still here");
  CAF_CHECK_NOT_EQUAL(written().find("still here"), std::string::npos);
}

CAF_TEST(an_existing_file_is_appended_to) {
  directory.write("troupe.log", "yesterday\n");
  CAF_REQUIRE(!log::start(options));
  log::info("node", "today");
  CAF_CHECK(written().starts_with("yesterday\n"));
}

CAF_TEST(a_flood_of_peer_events_is_summed_up) {
  options.peer_events_rate_max = 3;
  CAF_REQUIRE(!log::start(options));
  const auto before = log::peer_events("link");
  for (int i = 0; i < 1000; ++i) log::peer_event("link", log::level::warning, "bad packet {}", i);
  log::sum_up(true);
  const auto now = log::peer_events("link");
  const auto suppressed = now.suppressed - before.suppressed;
  CAF_CHECK_EQUAL(now.written - before.written + suppressed, 1000u);
  CAF_CHECK_GREATER(suppressed, 0u);
  const auto text = written();
  CAF_CHECK_NOT_EQUAL(text.find("bad packet 0\n"), std::string::npos);
  CAF_CHECK_NOT_EQUAL(text.find("warning link: ... and "), std::string::npos);
}

CAF_TEST(peer_events_whose_level_is_off_are_not_counted) {
  CAF_REQUIRE(!log::start(options));
  const auto before = log::peer_events("link").written;
  log::peer_event("link", log::level::debug, "unseen");
  CAF_CHECK_EQUAL(log::peer_events("link").written, before);
}

CAF_TEST_FIXTURE_SCOPE_END()
