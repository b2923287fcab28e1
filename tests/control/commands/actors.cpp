#define CAF_SUITE control_commands_actors
#include <map>
#include <string>

#include <caf/test/unit_test.hpp>

#include "control/client/failure.hpp"
#include "control/commands/commands.hpp"

using namespace troupe::control;

namespace {

std::string actor(const std::string& path, int children, int handled) {
  return R"({"path":")" + path + R"(","name":")" + path.substr(path.rfind('/') + 1) + R"(","children":)" +
         std::to_string(children) + R"(,"messages_handled":)" + std::to_string(handled) + "}";
}

/// A node with some actors; of others it knows nothing.
struct fixture {
  std::map<std::string, http_answer> answers;  ///< by what stands in the target behind path=
  api node{[this](const http_call& what) {
    const auto path = what.target.substr(what.target.find('=') + 1);
    const auto found = answers.find(path.substr(0, path.find('&')));
    return found == answers.end() ? http_answer{404, R"({"error":"No."})"} : found->second;
  }};

  void add(const std::string& encoded, const std::string& self, const std::string& items) {
    answers[encoded] = {200, R"({"actor":)" + self + R"(,"items":[)" + items + R"(],"next":null})"};
  }
  /// The first words of the lines but the titles, with the space before them.
  static std::string names_in(const std::string& text) {
    std::string result;
    for (auto at = text.find('\n') + 1; at < text.size(); at = text.find('\n', at) + 1) {
      const auto word = text.find_first_not_of(' ', at);
      result += text.substr(at, text.find_first_of(" \n", word) - at) + '\n';
    }
    return result;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(actor_view_tests, fixture)

CAF_TEST(children_stand_below_their_supervisor) {
  add("root", actor("root", 2, 0), actor("root/a", 1, 0) + ',' + actor("root/b", 0, 0));
  add("root%2Fa", actor("root/a", 1, 0), actor("root/a/c", 7, 0));
  CAF_CHECK_EQUAL(names_in(actor_view{{}}.frame(node, {})), "root\n  a\n    c\n  b\n");
  CAF_CHECK_EQUAL(names_in(actor_view{{"root", "", 1}}.frame(node, {})), "root\n  a\n  b\n");
}

CAF_TEST(a_supervisor_that_ended_meanwhile_is_shown_without_children) {
  add("root", actor("root", 2, 0), actor("root/gone", 1, 0) + ',' + actor("root/b", 0, 0));
  CAF_CHECK_EQUAL(names_in(actor_view{{}}.frame(node, {})), "root\n  gone\n  b\n");
  auto status = 0u;
  try {
    actor_view{{"nobody", "", 2}}.frame(node, {});
  } catch (const refusal& why) {
    status = why.status;
  }
  CAF_CHECK_EQUAL(status, 404u);
}

CAF_TEST(no_more_actors_are_shown_than_asked_for) {
  add("root", actor("root", 2, 0), actor("root/a", 2, 0) + ',' + actor("root/b", 0, 0));
  add("root%2Fa", actor("root/a", 2, 0), actor("root/a/c", 0, 0) + ',' + actor("root/a/d", 0, 0));
  CAF_CHECK_EQUAL(names_in(actor_view{{}}.frame(node, {.limit = 2})), "root\n  a\n    c\nThere\n");
  CAF_CHECK_EQUAL(names_in(actor_view{{}}.frame(node, {.limit = 4})), "root\n  a\n    c\n    d\n  b\n");
}

CAF_TEST(rates_come_with_the_second_frame) {
  actor_view view{{}};
  add("root", actor("root", 0, 0), "");
  CAF_CHECK(view.frame(node, {}).find(" 0           -") != std::string::npos);
  add("root", actor("root", 0, 1'000'000'000), "");
  CAF_CHECK(view.frame(node, {}).find(" 1000000000           -") == std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
