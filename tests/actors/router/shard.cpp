#define CAF_SUITE actors_router_shard

#include "actors/router/shard.hpp"

#include <set>

#include "tests/actors/fixtures/actors.hpp"
#include "tests/actors/fixtures/client.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using runtime::role;

namespace {

constexpr session_ref ann{.slot = 1, .generation = 1, .loop = 0};
constexpr session_ref bob{.slot = 2, .generation = 1, .loop = 1};
constexpr session_ref cid{.slot = 3, .generation = 1, .loop = 1};
using names = std::vector<std::string>;

/// One shard, on loop 0 of three, and its seat. The test is everybody else.
struct fixture : actors_fixture {
  ~fixture() override {
    place.vacate();
    office.clear();
    end_actors();
  }

  /// The mail goes through the actor's mailbox, for expect().
  caf::actor converse() {
    auto started = start();
    office.assign(0, role::shard, started);
    run();
    return started;
  }
  /// The mail goes through the seat, as on a loop.
  void sit() {
    office.assign(0, role::shard, place);
    place.occupy(start());
  }
  caf::actor start() {
    return spawn(shard, shard_setup{&office, &place, &retained, &options, 0, epoch++, false, nullptr, &view});
  }
  void crash() {
    office.send(0, role::shard, crash_next{});
    work();
  }
  /// Seats a successor where there is nobody, as a supervisor does.
  void work() {
    place.dispatch(100);
    run();
    if (place.occupant()) return;
    place.occupy(start());
    run();
    place.dispatch(100);
  }

  void tell_subscribe(session_ref who, names filters, std::uint32_t ticket = 1) {
    actors::subscribe request{who, ticket, {}};
    for (auto& each : filters)
      request.entries.push_back({{shared_text{each}, {.maximum_qos = qos::exactly_once}, 0}, true});
    office.send(0, role::shard, std::move(request));
  }
  void tell_unsubscribe(session_ref who, const std::string& filter, std::uint32_t ticket = 1) {
    office.send(0, role::shard, actors::unsubscribe{who, ticket, {shared_text{filter}}});
  }
  void tell_route(names topics, std::uint64_t number = 1, bool retain = false) {
    auto* batch = new route_batch;
    batch->id = {2, number};
    for (auto& each : topics) {
      auto what =
        publication::make({.topic = each, .payload = bytes("of " + each), .qos = qos::at_least_once, .retain = retain});
      batch->publications.push_back(std::move(what));
    }
    office.send(0, role::shard, actors::route{ref_ptr<const route_batch>::adopt(batch)});
  }
  /// One loop's part of its answer.
  void answer_recall(session_ref who, const std::string& filter, bool last, std::uint64_t of_epoch) {
    resubscribe part{of_epoch, last, {}};
    if (who) part.entries.emplace_back(who, subscription{shared_text{filter}, {.maximum_qos = qos::at_least_once}, 0});
    office.send(0, role::shard, std::move(part), runtime::mail_class::rebuilding);
  }

  static names many(int count) {
    names result;
    for (auto i = 0; i < count; ++i) result.push_back("r/" + std::to_string(i));
    return result;
  }
  /// The topics of the oldest batch for a loop's delivery, each with the slots of its receivers.
  names take_delivery(std::uint32_t to, bool* from_retained = nullptr) {
    auto found = office.take<deliver>(to, role::delivery);
    if (!found) return {};
    const auto& batch = *found->batch;
    if (from_retained) *from_retained = batch.retained;
    last_batch = batch.id;
    last_walk = batch.walk;
    names result;
    std::uint32_t target = 0, shared = 0;
    for (auto& entry : batch.entries) {
      auto line = std::string{entry.body->topic()};
      for (; target < entry.targets_end; ++target) line += " " + std::to_string(batch.targets[target].session.slot);
      for (; shared < entry.shared_end; ++shared) line += " s" + std::to_string(batch.shared[shared].to.session.slot);
      result.push_back(line);
    }
    return result;
  }
  dispatched take_answer() { return office.demand<dispatched>(2, role::delivery); }
  std::uint32_t subscribed_ticket(std::uint32_t from) {
    auto found = office.take<subscribed>(from, role::delivery);
    return found ? found->ticket : 0;
  }

  config::options options;
  test_office office{3};
  runtime::seat place{loop};
  retained_desk retained{std::make_shared<retained_budget>(options.node_limits)};
  shard_view view;
  std::uint64_t epoch = 0;
  batch_id last_batch;
  walk_id last_walk;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(shard_tests, fixture)

CAF_TEST(subscribe_publish_and_answers_as_a_conversation) {
  auto router = converse();
  tell_subscribe(bob, {"a/+"}, 7);
  expect((actors::subscribe), from(_).to(router));
  auto answer = office.demand<subscribed>(1, role::delivery);
  CAF_CHECK(answer.session == bob);
  CAF_CHECK_EQUAL(answer.ticket, 7u);
  tell_route({"a/b"}, 5);
  expect((actors::route), from(_).to(router));
  CAF_CHECK_EQUAL(take_delivery(1), names{"a/b 2"});
  CAF_CHECK(last_batch == (batch_id{2, 5}));
  auto result = take_answer();
  CAF_CHECK(result.id == (batch_id{2, 5}));
  CAF_CHECK_EQUAL(result.loops, 1u);
  CAF_CHECK(result.results == std::vector{route_result::matched});
  CAF_CHECK(office.letters().empty());
}

CAF_TEST(one_batch_for_each_loop_with_a_receiver) {
  sit();
  tell_subscribe(ann, {"a", "b"});
  tell_subscribe(bob, {"b"});
  tell_subscribe(cid, {"b", "c"});
  tell_route({"a", "b", "nobody", "c"});
  work();
  CAF_CHECK_EQUAL(take_delivery(0), (names{"a 1", "b 1"}));
  CAF_CHECK_EQUAL(take_delivery(1), (names{"b 2 3", "c 3"}));
  CAF_CHECK(take_delivery(2).empty());
  auto result = take_answer();
  CAF_CHECK_EQUAL(result.loops, 2u);
  CAF_CHECK(result.results == (std::vector{route_result::matched, route_result::matched, route_result::no_subscribers,
                                           route_result::matched}));
}

CAF_TEST(a_batch_that_nobody_gets_is_answered_too) {
  sit();
  tell_route({"a"});
  work();
  CAF_CHECK_EQUAL(take_answer().loops, 0u);
  CAF_CHECK(office.letters().empty());
}

CAF_TEST(who_unsubscribed_gets_nothing_more) {
  sit();
  tell_subscribe(bob, {"a"});
  tell_unsubscribe(bob, "a", 9);
  tell_route({"a"});
  work();
  CAF_CHECK_EQUAL(office.demand<unsubscribed>(1, role::delivery).ticket, 9u);
  CAF_CHECK(take_delivery(1).empty());
}

CAF_TEST(nobody_is_told_of_an_unsubscribe_without_a_ticket) {
  sit();
  tell_unsubscribe(bob, "a", 0);
  work();
  CAF_CHECK(office.letters().empty());
}

CAF_TEST(the_answer_to_a_subscribe_leaves_before_what_is_retained) {
  sit();
  tell_route({"a/1", "b", "a/2"}, 1, true);
  tell_subscribe(bob, {"a/#"}, 4);
  work();
  take_answer();
  CAF_REQUIRE_EQUAL(office.letters().size(), 2u);
  CAF_CHECK(office.letters()[0].mail->content().match_elements<subscribed>());
  auto from_retained = false;
  CAF_CHECK_EQUAL(take_delivery(1, &from_retained), (names{"a/1 2", "a/2 2"}));
  CAF_CHECK(from_retained);
  CAF_CHECK_EQUAL(last_batch.number, 0u);
}

CAF_TEST(retained_messages_are_sent_in_steps_as_the_session_asks_for_them) {
  auto router = converse();
  tell_route(many(600), 1, true);
  expect((actors::route), from(_).to(router));
  take_answer();
  tell_subscribe(bob, {"r/#"});
  expect((actors::subscribe), from(_).to(router));
  std::set<std::string> all;
  std::vector<std::size_t> sizes;
  for (auto part = take_delivery(1); !part.empty(); part = take_delivery(1)) {
    sizes.push_back(part.size());
    all.insert(part.begin(), part.end());
    if (last_walk.number == 0) break;
    CAF_CHECK_EQUAL(last_walk.shard, 0u);
    CAF_CHECK(!sched.has_job());
    office.send(0, role::shard, continue_walk{last_walk});
    expect((continue_walk), from(_).to(router));
  }
  CAF_CHECK_EQUAL(sizes, (std::vector<std::size_t>{256, 256, 88}));
  CAF_CHECK_EQUAL(all.size(), 600u);
  CAF_CHECK(retained.walks.empty());
}

CAF_TEST(walks_go_on_independently_of_each_other) {
  sit();
  tell_route(many(300), 1, true);
  tell_subscribe(ann, {"r/#"});
  tell_subscribe(bob, {"r/#"});
  work();
  CAF_CHECK_EQUAL(take_delivery(0).size(), 256u);
  auto of_ann = last_walk;
  CAF_CHECK_EQUAL(take_delivery(1).size(), 256u);
  office.send(0, role::shard, continue_walk{last_walk});
  work();
  CAF_CHECK_EQUAL(take_delivery(1).size(), 44u);
  CAF_CHECK_EQUAL(retained.walks.size(), 1u);
  office.send(0, role::shard, continue_walk{of_ann});
  work();
  CAF_CHECK_EQUAL(take_delivery(0).size(), 44u);
  CAF_CHECK(retained.walks.empty());
}

CAF_TEST(a_walk_for_a_session_that_has_gone_is_forgotten) {
  sit();
  tell_route(many(300), 1, true);
  tell_subscribe(ann, {"r/#"});
  work();
  take_delivery(0);
  office.send(0, role::shard, abandon_walk{last_walk});
  office.send(0, role::shard, continue_walk{last_walk});
  work();
  CAF_CHECK(retained.walks.empty());
  CAF_CHECK(take_delivery(0).empty());
}

CAF_TEST(a_walk_keeps_to_the_rate_of_the_node) {
  options.node_limits.retained_delivery_rate = 100;
  sit();
  tell_route(many(25), 1, true);
  tell_subscribe(ann, {"r/#"});
  work();
  CAF_CHECK_EQUAL(take_delivery(0).size(), 10u);
}

CAF_TEST(a_walk_that_finds_nothing_in_a_step_goes_on_by_itself) {
  sit();
  auto topics = many(600);
  for (auto& each : topics) each += "/x";
  topics.push_back("r/zzz/y");
  tell_route(topics, 1, true);
  tell_subscribe(ann, {"r/+/y"});
  work();
  CAF_CHECK_EQUAL(take_delivery(0), names{"r/zzz/y 1"});
}

CAF_TEST(retain_handling_and_shared_subscriptions_decide_what_is_sent) {
  struct {
    const char* filter;
    retain_handling handling;
    bool is_new;
    std::size_t sent;
  } cases[] = {{"a", retain_handling::send, false, 1},
               {"a", retain_handling::send_if_new, true, 1},
               {"a", retain_handling::send_if_new, false, 0},
               {"a", retain_handling::none, true, 0},
               {"$share/g/a", retain_handling::send, true, 0}};
  sit();
  tell_route({"a"}, 1, true);
  for (auto& each : cases) {
    actors::subscribe request{bob, 1, {}};
    request.entries.push_back({{shared_text{each.filter}, {.retain_handling = each.handling}, 0}, each.is_new});
    office.send(0, role::shard, std::move(request));
    work();
    CAF_CHECK_EQUAL(take_delivery(1).size(), each.sent);
  }
}

CAF_TEST(a_successor_recalls_all_subscriptions_and_holds_other_mail_until_it_has_them) {
  sit();
  tell_subscribe(bob, {"a"});
  work();
  subscribed_ticket(1);
  crash();
  tell_route({"a"}, 3);
  work();
  for (std::uint32_t each = 0; each < 3; ++each) {
    auto asked = office.demand<recall>(each, role::sessions);
    CAF_CHECK_EQUAL(asked.shard, 0u);
    CAF_CHECK_EQUAL(asked.epoch, 1u);
  }
  answer_recall({}, "", true, 1);
  answer_recall(bob, "a", false, 1);
  answer_recall(cid, "a", true, 1);
  work();
  CAF_CHECK(!office.take<dispatched>(2, role::delivery));
  answer_recall({}, "", true, 1);
  work();
  CAF_CHECK_EQUAL(take_delivery(1), names{"a 2 3"});
  CAF_CHECK(take_answer().id == (batch_id{2, 3}));
  CAF_CHECK_EQUAL(place.depth(), 0u);
}

CAF_TEST(answers_to_an_older_recall_do_not_count) {
  sit();
  crash();
  tell_route({"a"}, 1);
  work();
  CAF_REQUIRE(place.occupant());
  caf::anon_send_exit(place.occupant(), caf::exit_reason::kill);  // the second one, while it is being rebuilt
  run();
  place.vacate();
  work();
  CAF_CHECK_EQUAL(epoch, 3u);
  for (std::uint32_t each = 0; each < 3; ++each) answer_recall(bob, "a", true, 1);
  work();
  CAF_CHECK(!office.take<dispatched>(2, role::delivery));
  for (std::uint32_t each = 0; each < 3; ++each) answer_recall(cid, "a", true, 2);
  work();
  CAF_CHECK_EQUAL(take_delivery(1), names{"a 3"});
}

CAF_TEST(what_is_retained_and_where_a_walk_stands_outlive_a_crash) {
  sit();
  tell_route(many(300), 1, true);
  tell_subscribe(bob, {"r/#"});
  work();
  CAF_CHECK_EQUAL(take_delivery(1).size(), 256u);
  crash();
  office.send(0, role::shard, continue_walk{last_walk});
  work();
  for (auto loops = 0; loops < 3; ++loops) answer_recall({}, "", true, 1);
  work();
  CAF_CHECK_EQUAL(take_delivery(1).size(), 44u);
}

CAF_TEST(what_a_member_of_a_shared_group_left_behind_goes_to_another) {
  sit();
  tell_subscribe(ann, {"$share/g/a"});
  tell_subscribe(bob, {"$share/g/a"});
  auto what = publication::make({.topic = "a", .payload = bytes("left")});
  for (auto i = 0; i < 4; ++i) office.send(0, role::shard, actors::redispatch{what, shared_text{"$share/g/a"}, ann});
  work();
  for (auto i = 0; i < 4; ++i) CAF_CHECK_EQUAL(take_delivery(1), names{"a s2"});
  CAF_CHECK(take_delivery(0).empty());
  CAF_CHECK_EQUAL(last_batch.number, 0u);
}

CAF_TEST(the_last_member_of_a_shared_group_does_not_get_its_own_message_again) {
  sit();
  tell_subscribe(ann, {"$share/g/a"});
  auto what = publication::make({.topic = "a", .payload = bytes("left")});
  office.send(0, role::shard, actors::redispatch{what, shared_text{"$share/g/a"}, ann});
  work();
  CAF_CHECK(take_delivery(0).empty());
}

CAF_TEST(a_member_without_a_connection_is_passed_over) {
  sit();
  tell_subscribe(ann, {"$share/g/a"});
  tell_subscribe(bob, {"$share/g/a"});
  office.send(0, role::shard, presence{ann, false});
  tell_route({"a", "a", "a"});
  work();
  CAF_CHECK_EQUAL(take_delivery(1), (names{"a s2", "a s2", "a s2"}));
  office.send(0, role::shard, presence{ann, true});
  office.send(0, role::shard, presence{bob, false});
  tell_route({"a"});
  work();
  CAF_CHECK_EQUAL(take_delivery(0), names{"a s1"});
}

CAF_TEST(who_looks_in_sees_the_subscriptions_of_the_shard_that_sits_there) {
  CAF_CHECK(!view.subscriptions);
  sit();
  tell_subscribe(ann, {"a", "b"});
  work();
  CAF_REQUIRE(view.subscriptions);
  CAF_CHECK_EQUAL(view.subscriptions->size(), 2u);
  crash();
  tell_route({"a"});
  work();
  CAF_REQUIRE(view.subscriptions);
  CAF_CHECK_EQUAL(view.subscriptions->size(), 0u);  // the loops have not answered it yet
  place.vacate();
  end_actors();
  CAF_CHECK(!view.subscriptions);
}

CAF_TEST(what_is_published_is_sampled_while_somebody_looks) {
  sit();
  const auto sampled = [&] {
    names result;
    std::uint32_t at = 0;
    view.published.visit(at, 10'000, loop.now(), [&](std::string_view topic, double) { result.emplace_back(topic); });
    return result;
  };
  tell_route({"before"});
  work();
  view.published.watch(loop.now());
  loop.advance(std::chrono::seconds{1});
  tell_route({"a", "b/c"});
  work();
  loop.advance(std::chrono::seconds{1});
  CAF_CHECK_EQUAL(sampled(), (names{"a", "b/c"}));
  loop.advance(std::chrono::minutes{1});
  tell_route({"after"});
  work();
  CAF_CHECK(!view.published.is_watched());
}

CAF_TEST(a_retained_message_that_does_not_fit_is_routed_all_the_same) {
  options.node_limits.retained_messages_max = 0;
  retained_desk none{std::make_shared<retained_budget>(options.node_limits)};
  office.assign(0, role::shard, place);
  place.occupy(spawn(shard, shard_setup{&office, &place, &none, &options, 0, 0}));
  tell_subscribe(bob, {"a"});
  tell_route({"a"}, 1, true);
  work();
  CAF_CHECK_EQUAL(take_delivery(1), names{"a 2"});
  CAF_CHECK_EQUAL(none.index.size(), 0u);
  CAF_CHECK(none.refused_some);
}

CAF_TEST_FIXTURE_SCOPE_END()
