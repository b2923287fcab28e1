#define CAF_SUITE actors_runtime_supervisor

#include "actors/runtime/supervisor.hpp"

#include "tests/actors/fixtures/actors.hpp"

using namespace troupe;
using namespace troupe::test;
using runtime::actor_state;
using runtime::restart;
using runtime::strategy;
using runtime::supervisor_spec;

namespace {

using names = std::vector<std::string>;

/// Throws when told "crash", ends when told "quit".
caf::behavior worker(runtime::pinned_actor* self) {
  return {[=](const std::string& order) {
    if (order == "crash") throw std::runtime_error{"told to"};
    if (order == "quit") self->quit();
  }};
}

struct fixture : actors_fixture {
  ~fixture() override {
    children.clear();
    end_actors();
  }

  /// A child that notes in `story` when it starts and ends.
  runtime::child_spec child(const std::string& name, runtime::restart when = restart::permanent) {
    return {name, when, [this, name] {
              story.push_back("start " + name);
              auto started = runtime::spawn_on(loop, worker);
              started->attach_functor([this, name](const caf::error&) { story.push_back("end " + name); });
              return children[name] = started;
            }};
  }
  supervisor_spec spec(runtime::strategy how, std::vector<runtime::child_spec> of) {
    return {.path = "root",
            .strategy = how,
            .restarts_max = 100,
            .window = std::chrono::milliseconds{10'000},
            .children = std::move(of)};
  }
  /// A supervisor of three, all started.
  caf::actor three(runtime::strategy how) { return begin(spec(how, {child("a"), child("b"), child("c")})); }
  caf::actor begin(supervisor_spec what) {
    auto started = spawn(runtime::supervisor, std::move(what), &tree);
    started->attach_functor([this](const caf::error& reason) { gave_up.push_back(runtime::describe(reason)); });
    run();
    return started;
  }
  void tell(const std::string& name, const std::string& order) {
    story.clear();
    caf::anon_send(children[name], order);
    run();
  }
  runtime::actor_status status(const std::string& path) {
    for (auto& each : tree.snapshot())
      if (each.path == path) return each;
    return {};
  }

  runtime::actor_tree tree;
  std::map<std::string, caf::actor> children;
  names story;
  names gave_up;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(supervisor_tests, fixture)

CAF_TEST(children_start_in_order) {
  three(strategy::one_for_one);
  CAF_CHECK_EQUAL(story, (names{"start a", "start b", "start c"}));
}

CAF_TEST(a_restart_that_is_wished_for_is_no_failure_of_the_child) {
  auto what = spec(strategy::one_for_one, {child("a")});
  what.restarts_max = 1;
  begin(std::move(what));
  for (auto i = 0; i < 5; ++i) {
    const auto before = children["a"];
    caf::anon_send(before, caf::exit_msg{before.address(), runtime::restart_wish("restarted by ann")});
    run();
    CAF_CHECK_NOT_EQUAL(children["a"], before);
  }
  CAF_CHECK(gave_up.empty());
  const auto now = status("root/a");
  CAF_CHECK(now.state == actor_state::running);
  CAF_CHECK_EQUAL(now.restarts, 5u);
  CAF_CHECK_EQUAL(now.last_error(), "restarted by ann");
}

CAF_TEST(a_failure_reads_as_a_conversation) {
  auto boss = three(strategy::one_for_one);
  auto first = children["b"];
  caf::anon_send(first, std::string{"crash"});
  expect((std::string), from(_).to(first).with("crash"));
  CAF_CHECK_EQUAL(children["b"], first);
  expect((caf::down_msg), from(_).to(boss).with(_));
  CAF_CHECK_NOT_EQUAL(children["b"], first);
}

CAF_TEST(one_for_one_restarts_the_one_that_ended) {
  three(strategy::one_for_one);
  tell("b", "crash");
  CAF_CHECK_EQUAL(story, (names{"end b", "start b"}));
}

CAF_TEST(one_for_all_restarts_everybody_in_order) {
  three(strategy::one_for_all);
  tell("b", "crash");
  CAF_CHECK_EQUAL(story, (names{"end b", "end c", "end a", "start a", "start b", "start c"}));
}

CAF_TEST(rest_for_one_restarts_it_and_those_started_after_it) {
  three(strategy::rest_for_one);
  tell("b", "crash");
  CAF_CHECK_EQUAL(story, (names{"end b", "end c", "start b", "start c"}));
}

CAF_TEST(two_failures_at_once_are_one_restart_each) {
  three(strategy::one_for_all);
  story.clear();
  caf::anon_send(children["a"], std::string{"crash"});
  caf::anon_send(children["c"], std::string{"crash"});
  run();
  names started;
  std::ranges::copy_if(story, std::back_inserter(started), [](auto& line) { return line.starts_with("start"); });
  CAF_CHECK_EQUAL(started, (names{"start a", "start b", "start c"}));
  tell("b", "crash");
  CAF_CHECK_EQUAL(story.size(), 6u);
}

CAF_TEST(a_permanent_child_is_restarted_even_when_it_ends_by_itself) {
  begin(spec(strategy::one_for_one, {child("a")}));
  tell("a", "quit");
  CAF_CHECK_EQUAL(story, (names{"end a", "start a"}));
}

CAF_TEST(a_transient_child_is_restarted_only_when_it_failed) {
  begin(spec(strategy::one_for_one, {child("a", restart::transient)}));
  tell("a", "crash");
  CAF_CHECK_EQUAL(story, (names{"end a", "start a"}));
  tell("a", "quit");
  CAF_CHECK_EQUAL(story, names{"end a"});
  CAF_CHECK(status("root/a").state == actor_state::stopped);
}

CAF_TEST(a_temporary_child_is_never_restarted) {
  begin(spec(strategy::one_for_one, {child("a", restart::temporary)}));
  tell("a", "crash");
  CAF_CHECK_EQUAL(story, names{"end a"});
  CAF_CHECK(status("root/a").state == actor_state::stopped);
}

CAF_TEST(a_temporary_child_is_not_restarted_with_its_group_either) {
  begin(spec(strategy::one_for_all, {child("a"), child("b", restart::temporary)}));
  tell("a", "crash");
  CAF_CHECK_EQUAL(story, (names{"end a", "end b", "start a"}));
}

CAF_TEST(the_tree_shows_state_restarts_and_the_last_error) {
  auto boss = three(strategy::one_for_one);
  CAF_CHECK(status("root/b").state == actor_state::running);
  loop.advance(std::chrono::seconds{5});
  tell("b", "crash");
  auto now = status("root/b");
  CAF_CHECK(now.state == actor_state::running);
  CAF_CHECK_EQUAL(now.restarts, 1u);
  CAF_CHECK_EQUAL(now.last_error(), "told to");
  CAF_CHECK(now.last_change == loop.now());
  CAF_CHECK_EQUAL(status("root/a").restarts, 0u);
  CAF_CHECK_EQUAL(tree.restarts(), 1u);
  caf::anon_send_exit(boss, caf::exit_reason::user_shutdown);
  run();
  CAF_CHECK(status("root/b").state == actor_state::stopped);
}

CAF_TEST(an_exit_message_ends_the_children_in_reverse_order) {
  auto boss = three(strategy::one_for_one);
  story.clear();
  caf::anon_send_exit(boss, caf::exit_reason::user_shutdown);
  run();
  CAF_CHECK_EQUAL(story, (names{"end c", "end b", "end a"}));
  CAF_CHECK_EQUAL(gave_up.size(), 1u);
}

CAF_TEST(a_child_that_crashes_while_all_end_is_not_restarted) {
  auto boss = three(strategy::one_for_one);
  story.clear();
  caf::anon_send_exit(boss, caf::exit_reason::user_shutdown);
  caf::anon_send(children["a"], std::string{"crash"});
  run();
  CAF_CHECK_EQUAL(story.size(), 3u);
  CAF_CHECK_EQUAL(gave_up.size(), 1u);
}

CAF_TEST(too_many_restarts_within_the_window_are_the_supervisors_failure) {
  auto two_in_a_second = spec(strategy::one_for_one, {child("a"), child("b")});
  two_in_a_second.restarts_max = 2;
  two_in_a_second.window = std::chrono::seconds{1};
  begin(two_in_a_second);
  for (auto i = 0; i < 5; ++i) {
    tell("a", "crash");
    loop.advance(std::chrono::milliseconds{501});
  }
  CAF_CHECK(gave_up.empty());
  tell("a", "crash");
  tell("b", "crash");
  CAF_CHECK_EQUAL(gave_up, names{"root gave up restarting its children"});
  CAF_CHECK_EQUAL(story, (names{"end b", "end a"}));
}

CAF_TEST(failures_escalate_from_level_to_level) {
  auto inner = spec(strategy::one_for_one, {child("a"), child("b")});
  inner.path = "root/inner";
  inner.restarts_max = 1;
  caf::actor middle;
  auto outer = spec(strategy::one_for_one, {{"inner", restart::permanent, [&] {
                                               story.push_back("start inner");
                                               return middle =
                                                        runtime::spawn_on(loop, runtime::supervisor, inner, &tree);
                                             }}});
  outer.restarts_max = 1;
  begin(outer);
  tell("a", "crash");
  CAF_CHECK_EQUAL(story, (names{"end a", "start a"}));
  tell("a", "crash");
  CAF_CHECK_EQUAL(story, (names{"end a", "end b", "start inner", "start a", "start b"}));
  CAF_CHECK_EQUAL(status("root/inner").last_error(), "root/inner gave up restarting its children");
  CAF_CHECK(gave_up.empty());
  tell("b", "crash");
  tell("b", "crash");
  CAF_CHECK_EQUAL(story, (names{"end b", "end a"}));
  CAF_CHECK_EQUAL(gave_up, names{"root gave up restarting its children"});
}

CAF_TEST_FIXTURE_SCOPE_END()
