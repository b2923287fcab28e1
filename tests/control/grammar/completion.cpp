#define CAF_SUITE control_grammar_completion
#include "control/grammar/completion.hpp"

#include <string>

#include <caf/test/unit_test.hpp>

using namespace troupe::control;

namespace {

const command_words all{
  "troupectl",
  {"--json", "--ca"},
  {"--ca"},
  {{"status", {"--json"}, {}, {}}, {"clients", {"--json"}, {}, {{"list", {"--json", "--user"}, {}, {}}}}}};

bool has(const std::string& script, const std::string& line) { return script.find(line) != std::string::npos; }

}  // namespace

CAF_TEST(bash_knows_what_may_stand_behind_each_command) {
  const auto script = bash_completion(all);
  CAF_CHECK(has(script, "      ' clients list') at=' clients list' ;;\n"));
  CAF_CHECK(has(script, "    '') words='status clients --json --ca' ;;\n"));
  CAF_CHECK(has(script, "    ' clients') words='list --json' ;;\n"));
  CAF_CHECK(has(script, "    ' clients list') words='--json --user' ;;\n"));
  CAF_CHECK(has(script, "    --ca) compopt -o filenames;"));
  CAF_CHECK(has(script, "complete -F _troupectl troupectl\n"));
}

CAF_TEST(zsh_knows_the_same_but_keeps_its_own_words) {
  const auto script = zsh_completion(all);
  CAF_CHECK(script.starts_with("#compdef troupectl\n"));
  CAF_CHECK(has(script, "    ' clients') words_here='list --json' ;;\n"));
  CAF_CHECK(!has(script, " words='"));
}
