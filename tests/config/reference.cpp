#define CAF_SUITE config_reference
#include "config/reference.hpp"

#include <caf/test/unit_test.hpp>

#include "config/table.hpp"
#include "tests/config/check.hpp"
#include "tests/config/temporary_file.hpp"

using namespace troupe::config;
using namespace troupe::test;

namespace {

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

CAF_TEST(every_option_is_in_the_reference) {
  options of;
  of.listeners["<name>"].name = "<name>";
  const auto text = reference(reference_format::text);
  for (const auto& one : options_of(of)) {
    if (one.name.starts_with("listeners.<name>.limits.")) continue;  // said once, for all of [limits]
    const auto value = one.text();
    CHECK_FOR(one.name, holds(text, "\n  " + one.name + " = " + (value.empty() ? "none" : value) + "\n"));
  }
  CAF_CHECK(holds(text, "listeners.<name>.limits.<option>"));
}

CAF_TEST(the_default_listeners_are_told) {
  for (auto format : {reference_format::text, reference_format::markdown}) {
    const auto text = reference(format);
    for (auto line : {"listeners.tcp.type = tcp", "listeners.tcp.bind = 127.0.0.1:1883", "listeners.ws.type = ws",
                      "listeners.ws.bind = 127.0.0.1:8083"})
      CHECK_FOR(line, holds(text, line));
  }
}

CAF_TEST(lines_for_the_terminal_are_not_too_long) {
  const auto text = reference(reference_format::text);
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    CAF_CHECK_LESS_OR_EQUAL(end - begin, 100u);
    begin = end + 1;
  }
}

CAF_TEST(the_page_in_docs_is_up_to_date) {
  const auto page = read_whole(source_file("docs/options.md"));
  CHECK_FOR("write it anew: build/troupe config-reference --markdown > docs/options.md",
            page == reference(reference_format::markdown));
}

CAF_TEST(what_is_in_force_tells_its_origin) {
  const auto loaded = load({"", {{"TROUPE_LOG__LEVEL", "debug"}}, {"listeners.ws.bind=127.0.0.1:0"}});
  CAF_CHECK_EQUAL(effective(loaded),
                  "log.level = debug  (TROUPE_LOG__LEVEL)\nlisteners.ws.bind = 127.0.0.1:0  (--set)\n");
}
