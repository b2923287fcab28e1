#define CAF_SUITE actors_session_handshakes

#include "actors/session/handshakes.hpp"

#include "tests/actors/fixtures/bench.hpp"

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using namespace std::chrono_literals;
using mqtt::reason;
using runtime::role;

namespace {

struct fixture : bench {
  ~fixture() override { take_down(); }

  /// Lets the mail go through mailboxes, so that the test reads as a conversation.
  void converse() {
    office.assign(0, role::registry, registry_seat.occupant());
    office.assign(0, role::sessions, sessions_seat.occupant());
    run();
  }
  mqtt::reason refusal_of(client& who) {
    const auto why = who.take<mqtt::connack>().reason;
    CAF_CHECK(who.nothing_more());
    CAF_CHECK(who.cut_off());
    return why;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(handshake_tests, fixture)

CAF_TEST(connect_to_connack_as_a_conversation) {
  begin();
  converse();
  client ann;
  open(ann);
  ann.send(hello("ann"));
  links.work();
  CAF_CHECK(ann.wire()->paused);
  expect((claim), from(_).to(registry_seat.occupant()));
  CAF_CHECK(ann.nothing_more());
  expect((grant), from(_).to(sessions_seat.occupant()));
  const auto& answer = ann.take<mqtt::connack>();
  CAF_CHECK(answer.reason == reason::success);
  CAF_CHECK(!answer.session_present);
  CAF_CHECK(!ann.wire()->paused);
  expect((registered), from(_).to(registry_seat.occupant()));
  CAF_CHECK(at->registry.find("ann"));
  CAF_CHECK_EQUAL(at->handshakes.size(), 0u);
  CAF_CHECK_EQUAL(at->counters.connected.value(), 1u);
}

CAF_TEST(what_follows_connect_is_read_when_there_is_a_session) {
  begin();
  client ann;
  open(ann);
  ann.send(hello("ann"));
  ann.send(mqtt::pingreq{});
  ann.publish("a", "early");
  work();
  ann.take<mqtt::connack>();
  ann.take<mqtt::pingresp>();
  CAF_CHECK_EQUAL(route_all(), std::vector<std::string>{"early"});
}

CAF_TEST(a_client_that_hangs_up_before_it_is_let_in_leaves_the_id_to_the_next) {
  begin();
  converse();
  client ann, again;
  open(ann);
  ann.send(hello("ann"));
  links.work();
  ann.wire()->reset = true;
  links.work();
  CAF_CHECK_EQUAL(at->handshakes.size(), 0u);
  open(again);
  again.send(hello("ann"));
  links.work();
  expect((claim), from(_).to(registry_seat.occupant()));
  expect((claim), from(_).to(registry_seat.occupant()));
  expect((grant), from(_).to(sessions_seat.occupant()));
  CAF_CHECK(again.nothing_more());
  expect((abandoned), from(_).to(registry_seat.occupant()));
  expect((grant), from(_).to(sessions_seat.occupant()));
  again.take<mqtt::connack>();
}

CAF_TEST(a_connection_that_says_nothing_is_closed_in_time) {
  options.limits.connect_timeout = 5s;
  begin();
  client ann;
  open(ann);
  advance(4900ms);
  CAF_CHECK(!ann.cut_off());
  advance(200ms);
  CAF_CHECK(ann.cut_off());
  CAF_CHECK(ann.nothing_more());
  CAF_CHECK_EQUAL(at->handshakes.size(), 0u);
}

CAF_TEST(a_first_packet_that_is_no_connect_gets_no_answer) {
  begin();
  client ann;
  open(ann);
  ann.send(mqtt::pingreq{});
  work();
  CAF_CHECK(ann.cut_off());
  CAF_CHECK(ann.nothing_more());
  CAF_CHECK_EQUAL(at->counters.connections_refused.value(), 1u);
}

CAF_TEST(an_overloaded_node_says_so) {
  struct {
    transport::admission as;
    mqtt::reason expected;
  } cases[] = {{transport::admission::overloaded, reason::quota_exceeded},
               {transport::admission::too_many, reason::connection_rate_exceeded}};
  begin();
  for (auto& each : cases) {
    client ann;
    auto& opened = links.open(ann.new_wire(), listener);
    opened.handler(at->handshakes.begin(opened, each.as));
    ann.send(hello("ann"));
    work();
    CAF_CHECK(refusal_of(ann) == each.expected);
  }
  at->sessions_full = [] { return true; };
  client bob;
  open(bob);
  bob.send(hello("bob"));
  work();
  CAF_CHECK(refusal_of(bob) == reason::quota_exceeded);
}

CAF_TEST(a_password_is_checked_before_the_registry_is_asked) {
  begin();
  std::vector<authenticate> asked;
  at->passwords = [&](authenticate what) { asked.push_back(std::move(what)); };
  client ann;
  auto password = bytes("secret");
  auto with = hello("ann");
  with.user_name = "ann's user";
  with.password = password;
  for (auto verdict : {reason::bad_user_name_or_password, reason::success}) {
    open(ann);
    ann.send(with);
    work();
    CAF_CHECK(ann.nothing_more());
    CAF_REQUIRE(!asked.empty());
    CAF_CHECK_EQUAL(asked.back().user_name, "ann's user");
    CAF_CHECK_EQUAL(text(asked.back().password), "secret");
    office.send(0, role::sessions, authenticated{asked.back().who, verdict});
    work();
    CAF_CHECK(ann.take<mqtt::connack>().reason == verdict);
    CAF_CHECK_EQUAL(ann.cut_off(), verdict != reason::success);
  }
}

CAF_TEST(an_answer_for_a_connection_that_has_gone_is_ignored) {
  begin();
  office.send(0, role::sessions, authenticated{{0, 77}, reason::success});
  work();
  CAF_CHECK_EQUAL(at->handshakes.size(), 0u);
}

CAF_TEST(anonymous_clients_are_refused_where_they_are_not_allowed) {
  options.access.allow_anonymous = false;
  begin();
  client ann;
  open(ann);
  ann.send(hello("ann"));
  work();
  CAF_CHECK(refusal_of(ann) == reason::not_authorized);
}

CAF_TEST(a_link_is_handed_to_the_loop_where_its_session_is) {
  begin(2);
  constexpr session_ref elsewhere{.slot = 4, .generation = 2, .loop = 1};
  at->registry.registered({shared_text{"ann"}, elsewhere});
  client ann;
  open(ann);
  ann.send(hello("ann"));
  work();
  CAF_CHECK_EQUAL(links.size(), 0u);
  auto handed = office.demand<resume_session>(1, role::sessions);
  CAF_CHECK(handed.session == elsewhere);
  CAF_CHECK_EQUAL(handed.parcel->request.client_id, "ann");
  CAF_CHECK(ann.nothing_more());
  // What the other loop does with it, here: the session has ended meanwhile, so a new one begins.
  at->handshakes.arrived(handed);
  work();
  CAF_CHECK(!ann.take<mqtt::connack>().session_present);
  CAF_CHECK(at->registry.find("ann") == seat_of("ann").self());
}

CAF_TEST(crashes_on_the_way_to_a_session_are_not_seen_by_the_client) {
  begin();
  for (auto which : {role::registry, role::sessions}) {
    office.send(0, which, crash_next{});
    auto ann = connect("ann");
    CAF_CHECK(!ann.cut_off());
  }
  CAF_CHECK_EQUAL(restarted, 2);
  CAF_CHECK_EQUAL(at->sessions.size(), 1u);
}

CAF_TEST(who_waits_when_the_node_stops_is_told) {
  begin();
  client ann;
  open(ann);
  ann.send(hello("ann"));
  links.work();
  auto bob = connect("bob");
  client said_nothing;
  open(said_nothing);
  office.send(0, role::sessions, disconnect_all{});
  work();
  CAF_CHECK(said_nothing.cut_off());
  CAF_CHECK(bob.take<mqtt::disconnect>().reason == reason::server_shutting_down);
  CAF_CHECK(bob.cut_off());
}

CAF_TEST_FIXTURE_SCOPE_END()
