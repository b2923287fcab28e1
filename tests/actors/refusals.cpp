#define CAF_SUITE actors_refusals

#include "actors/refusals.hpp"

#include "tests/actors/fixtures/actors.hpp"
#include "tests/actors/fixtures/client.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using runtime::role;

namespace {

constexpr session_ref ann{.slot = 1, .generation = 1, .loop = 1};
const shared_text id{"id"};

/// Fails at everything.
caf::behavior hopeless(runtime::pinned_actor* actor) {
  actor->set_default_handler([](caf::scheduled_actor*, caf::message_view&) -> caf::result<caf::message> {
    throw std::runtime_error{"hopeless"};
  });
  return {[](caf::unit_t) {}};
}

/// A loop on whose seats nobody can handle anything. What is answered goes to loop 1, where the test looks at it.
struct fixture : test_coordinator_fixture<> {
  fixture() { answer_refused_mail(own, place); }
  ~fixture() override {
    for (auto each : {role::sessions, role::registry, role::shard, role::delivery}) own.seat_of(each).vacate();
    while (own.turn()) continue;
  }

  /// Posts a message, and seats actors until it is refused.
  template <class T>
  void refuse(role at, T message) {
    auto& seat = own.seat_of(at);
    auto before = seat.refused();
    seat.push(caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(message)),
              runtime::mail_class::ordinary);
    for (auto attempts = 0; attempts < 2; ++attempts) {
      seat.occupy(runtime::spawn_on(own, hopeless));
      own.turn();
    }
    CAF_CHECK_EQUAL(seat.refused(), before + 1);
    CAF_CHECK_EQUAL(seat.depth(), 0u);
  }

  config::options options;
  runtime::actor_tree tree;
  test_office office{2};
  runtime::loop own{sys, 0};
  workplace place{own, office, options, tree, std::make_shared<retained_budget>(options.node_limits)};
};

template <class T>
ref_ptr<const T> batch(batch_id number, T* made) {
  made->id = number;
  return ref_ptr<const T>::adopt(made);
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(refusal_tests, fixture)

CAF_TEST(every_publication_of_a_batch_is_refused) {
  auto* routes = new route_batch;
  for (auto i = 0; i < 3; ++i) routes->publications.push_back(publication::make({.topic = "a"}));
  refuse(role::shard, route{batch({1, 7}, routes)});
  auto answer = office.demand<dispatched>(1, role::delivery);
  CAF_CHECK(answer.id == (batch_id{1, 7}));
  CAF_CHECK_EQUAL(answer.loops, 0u);
  CAF_CHECK(answer.results == std::vector(3, route_result::refused));
}

CAF_TEST(a_subscribe_and_an_unsubscribe_are_refused) {
  refuse(role::shard, subscribe{ann, 5, {}});
  CAF_CHECK(office.demand<subscribed>(1, role::delivery).refused);
  refuse(role::shard, unsubscribe{ann, 6, {}});
  CAF_CHECK_EQUAL(office.demand<unsubscribed>(1, role::delivery).ticket, 6u);
  refuse(role::shard, unsubscribe{ann, 0, {}});
  CAF_CHECK(office.letters().empty());
}

CAF_TEST(a_batch_that_cannot_be_delivered_holds_up_nobody) {
  place.delivery_progress = 3;
  refuse(role::delivery, deliver{batch({1, 8}, new deliver_batch)});
  CAF_CHECK(office.demand<delivered>(1, role::delivery).id == (batch_id{1, 8}));
  CAF_CHECK_EQUAL(place.delivery_progress, 0u);
}

CAF_TEST(a_claim_is_turned_down) {
  refuse(role::registry, claim{{1, 9}, id, false, {}});
  auto answer = office.demand<authenticated>(1, role::sessions);
  CAF_CHECK(answer.who == (candidate{1, 9}));
  CAF_CHECK(answer.verdict == mqtt::reason::unspecified_error);
}

CAF_TEST(a_client_id_does_not_stay_taken_by_who_was_never_let_in) {
  auto of_id = registry_of(id, 2);
  refuse(role::sessions, grant{{0, 1}, {}, id});
  CAF_CHECK(office.demand<abandoned>(of_id, role::registry).client_id == id);
  refuse(role::sessions, evict{id, ann, {}});
  CAF_CHECK(office.demand<evicted>(of_id, role::registry).client_id == id);
  auto parcel = std::make_shared<link_parcel>();
  parcel->request.client_id = "id";
  refuse(role::sessions, resume_session{ann, parcel});
  CAF_CHECK(office.demand<abandoned>(of_id, role::registry).client_id == id);
}

CAF_TEST_FIXTURE_SCOPE_END()
