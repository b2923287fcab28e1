#define CAF_SUITE actors_durability_life
#include "tests/actors/durability/life.hpp"

#include <cstdlib>

#include "actors/durability/durability.hpp"
#include "persistence/layout.hpp"
#include "persistence/records.hpp"
#include "persistence/rocksdb_engine.hpp"
#include "tests/config/temporary_file.hpp"
#include "tests/persistence/faulty_file_system.hpp"

#include <caf/test/unit_test.hpp>

namespace troupe::test {

namespace {

using namespace actors;  // NOLINT: the node is made of them
using persistence::table;
using runtime::role;

config::options roomy() {
  config::options result;
  // Crashes are frequent here; how many are too many is tested elsewhere.
  result.supervision.restarts_max = 1'000'000;
  result.limits.connect_timeout = std::chrono::hours{1};
  result.limits.outbox_bytes_max = 600;
  result.limits.unrouted_messages_max = 6;
  result.limits.inflight_max = 5;
  return result;
}

const std::vector<std::string> filters{"t/0", "t/1", "t/2", "t/+", "t/#", "r/#", "r/0", "$share/g/s/+"};

}  // namespace

life::life(caf::actor_system& system, std::uint32_t seed, hardships what)
  : random_{seed},
    hardships_{what},
    broker_{system, roomy(), loops} {
  ledger_.lasting = true;
  for (auto i = 0; i < 5; ++i)
    people_.emplace_back("person " + std::to_string(i), i < 3 ? mqtt::version::v5 : mqtt::version::v3_1_1,
                         below(3) == 0 ? qos::at_least_once : qos::exactly_once, ledger_);
  strangers_.resize(2);
}

void life::start() {
  broker_.start(inline_store::pace::held, sync);
  members_ended_ = false;
}

void life::add_to(figures& sum) {
  note_restarts();
  sum.published += ledger_.entries.size();
  for (const auto& each : people_) sum.received += each.distinct_received();
  sum.actor_restarts += sums_.actor_restarts;
  sum.node_restarts += sums_.node_restarts;
  sum.put_to_sleep += sums_.put_to_sleep;
}

void life::note_restarts() { sums_.actor_restarts += broker_->tree().restarts(); }

// -- what happens -----------------------------------------------------------------------------------------------------

void life::step() {
  auto& who = anybody();
  switch (below(24)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5: broker_->turn(below(loops), 1 + below(4)); break;
    case 6:
    case 7:
    case 8: {
      for (auto packets = below(5); packets > 0 && who.read();) --packets;
      break;
    }
    case 9:
    case 10:
    case 11:
    case 12: publish(who); break;
    case 13: ask(who); break;
    case 14: move(who); break;
    case 15: act(strangers_[below(2)]); break;
    case 16:
    case 17:
    case 18:
    case 19: broker_.store().step(below(2) == 0 ? inline_store::all : 1 + below(4)); break;
    case 20: let_time_pass(); break;
    case 21:
    case 22:
      if (below(12) < hardships_.actor_crashes) crash_actor();
      break;
    default:
      if (below(60) < hardships_.node_crashes) end_node(below(5) != 0);
  }
}

// Who is away long enough falls asleep.
void life::let_time_pass() {
  if (below(3) != 0) return;
  auto asleep = std::size_t{0};
  for (std::uint32_t i = 0; i < loops; ++i)
    broker_->place(i).sessions.for_each_dormant([&](session_ref, const dormant_session&) { ++asleep; });
  sums_.put_to_sleep += asleep;
  broker_.pass(std::chrono::milliseconds{500 + below(2500)});
}

void life::publish(person& who) {
  if (who.state() == person::state::away) {
    if (below(3) == 0) who.connect(broker_.node(), below(loops));
    return;
  }
  if (!who.has_room_to_publish()) return;
  const auto where = topic();
  who.publish(where, static_cast<troupe::qos>(below(3)), where.starts_with("r/"));
}

std::string life::topic() {
  if (below(4) == 0) return "s/" + std::to_string(below(2));
  return (below(4) == 0 ? "r/" : "t/") + std::to_string(below(3));
}

void life::ask(person& who) {
  const auto& filter = filters[below(static_cast<std::uint32_t>(filters.size()))];
  if (who.state() != person::state::connected || !who.is_certain_of(filter)) return;
  if (who.is_subscribed(filter) && below(2) == 0)
    who.unsubscribe(filter);
  else
    who.subscribe(filter);
}

void life::move(person& who) {
  if (who.version() == mqtt::version::v5 && below(12) < hardships_.clean_starts) {
    who.give_up_session();
    members_ended_ = true;
    given_up_ = ledger_.next();
    return who.connect(broker_.node(), below(loops));
  }
  if (below(2) == 0) return who.connect(broker_.node(), below(loops));
  if (who.state() == person::state::connected && below(2) == 0) return who.leave();
  if (who.state() != person::state::away) who.break_off(below(2) == 0);
}

// Strangers have no rights: their session begins anew and they may be thrown out at any time.
void life::act(client& who) {
  if (below(4) == 0 || who.cut_off()) {
    broker_->open(who, below(loops));
    who.send(mqtt::connect{.version = mqtt::version::v5,
                           .clean_start = below(2) == 0,
                           .client_id = "stranger",
                           .session_expiry = below(2) * 100});
    who.subscribe("t/#", qos::at_least_once, 7);
    who.publish("u", "0", qos::exactly_once, 9);
  } else if (below(4) == 0) {
    who.wire()->reset = true;
    who.new_wire()->closed = transport::close_reason::normal;
  }
  while (who.read()) continue;
}

void life::crash_actor() {
  constexpr role roles[] = {role::sessions, role::registry, role::shard, role::delivery, role::store};
  const auto which = below(8);
  if (which < 5) return broker_->send(below(loops), roles[which], crash_next{});
  const auto id = below(4) == 0 ? "stranger" : anybody().id();
  broker_->send(registry_of(id, loops), role::registry, crash_session{shared_text{id}, {}});
}

// What the node had sent may still be read.
void life::end_node(bool at_once) {
  ++sums_.node_restarts;
  note_restarts();
  for (auto& each : people_) {
    for (auto packets = below(4); packets > 0 && each.read();) --packets;
    each.lose_link();
  }
  for (auto& each : strangers_) each.new_wire()->closed = transport::close_reason::normal;
  if (at_once) {
    broker_.crash();
  } else {
    for (std::uint32_t i = 0; i < loops; ++i) broker_->send(i, role::sessions, disconnect_all{});
    broker_.store().work(inline_store::pace::driven);
    broker_->work();
    broker_.stop();
  }
  if (members_ended_) left_behind_ = ledger_.next();
  if (next_engine) broker_.use(next_engine());
  check_store_after_end();
  start();
}

// -- the end ----------------------------------------------------------------------------------------------------------

void life::settle() {
  broker_.store().work(inline_store::pace::driven);
  for (auto& each : people_)
    if (each.state() == person::state::away) each.connect(broker_.node(), below(loops));
  for (auto rounds = 0; rounds < 10; ++rounds) everybody_reads();  // strangers that are still on their way come in
  send_strangers_away();
  auto rounds = 0;
  while (rounds < 300 && everybody_reads()) ++rounds;
  if (rounds == 300) complain("the node does not come to rest");
  check_sessions();
  for (auto number = 0; number < ledger_.next(); ++number) check_delivery(number);
  check_retained(true);
  check_nothing_waits();
  check_registries();
}

void life::send_strangers_away() {
  for (auto& each : strangers_) {
    broker_->open(each, below(loops));
    each.send(mqtt::connect{.version = mqtt::version::v5, .clean_start = true, .client_id = "stranger"});
  }
}

bool life::everybody_reads() {
  auto any = broker_->work();
  for (auto& each : people_) {
    while (each.read()) any = true;
    if (each.state() == person::state::away) each.connect(broker_.node(), below(loops)), any = true;
  }
  for (auto& each : strangers_)
    while (each.read()) any = true;
  return any;
}

// -- what the store has when a node has ended -------------------------------------------------------------------------

// What a session that ended had not got yet is reclaimed by the next node.
bool life::is_reclaimed_later(const std::string& fault) {
  return fault.starts_with("a row of queue belongs to session") ||
         fault.starts_with("a row of inbound belongs to session") || fault.starts_with("there is a count of message") ||
         fault.find(" queue entries, and ") != fault.npos || fault.ends_with(" is in no queue");
}

void life::check_store_after_end() {
  for (const auto& each : broker_.faults())
    if (!is_reclaimed_later(each)) complain("the store: " + each);
  std::map<std::string, std::uint64_t> numbers;
  for (const auto& [id, raw] : broker_.all(table::sessions))
    if (const auto row = persistence::decode_session(persistence::split(table::sessions, raw)->value))
      numbers[id] = row->number;
  const auto kept = broker_.all(table::subscriptions);
  for (const auto& each : people_) {
    if (!each.known()) continue;
    const auto at = numbers.find(each.id());
    if (at == numbers.end())
      complain(each.id() + ": its session is not in the store");
    else
      check_subscriptions(each, at->second, kept);
  }
  check_retained(false);
}

void life::check_subscriptions(const person& of, std::uint64_t number, const lasting_node::rows& kept) {
  for (const auto& filter : filters) {
    if (!of.is_certain_of(filter)) continue;
    const auto there = kept.contains(persistence::subscription_key(number, filter));
    if (there != of.is_subscribed(filter))
      complain(of.id() + (there ? ": the store still has its " : ": the store has lost its ") + filter);
  }
}

// What was sent after a later one was acknowledged may not be forgotten for it.
void life::check_retained(bool against_index) {
  const auto kept = broker_.all(table::retained);
  for (auto i = 0; i < 3; ++i) {
    const auto name = "r/" + std::to_string(i);
    const auto at = kept.find(name);
    const auto row = at == kept.end() ? std::nullopt : persistence::decode_retained(at->second);
    const auto number = row ? std::stoi(row->payload) : -1;
    const auto known = number < 0 ? 0 : ledger_.entries[static_cast<std::size_t>(number)].acknowledged_at;
    for (const auto& each : ledger_.entries) {
      if (each.topic != name || each.acknowledged_at == 0) continue;
      if (number < 0) complain(name + ": no retained message is left");
      if (number < 0 || (known != 0 && each.sent_at > known))
        complain(name + ": what is retained was acknowledged before another one was sent");
      if (number < 0) break;
    }
    if (!against_index) continue;
    const auto found = broker_->place(shard_of(name, loops)).retained.index.find(name, broker_.now());
    const auto said = found ? std::stoi(text(found->payload())) : -1;
    if (said != number)
      complain(name + ": the node has " + std::to_string(said) + ", the store " + std::to_string(number));
  }
}

// -- what everybody has when all is said and done ---------------------------------------------------------------------

void life::check_sessions() {
  for (auto& each : people_) {
    for (auto& complaint : each.complaints()) complain(complaint);
    if (!each.at_rest()) complain(each.id() + " is not at rest");
    auto* seat = broker_->find(each.id());
    if (!seat) {
      complain(each.id() + " has no session");
      continue;
    }
    const auto& record = seat->record();
    if (!record.inflight.empty() || record.queued_messages() != 0) complain(each.id() + ": messages wait");
    if (record.unrouted_messages != 0) complain(each.id() + ": the node owes an answer");
    if (!seat->link() || seat->link()->paused()) complain(each.id() + " is not read");
    for (const auto& filter : filters)
      if ((record.subscriptions.find(filter) != nullptr) != each.is_subscribed(filter))
        complain(each.id() + ": the node has another idea of " + filter);
  }
}

void life::check_delivery(int number) {
  const auto& what = ledger_.entries[static_cast<std::size_t>(number)];
  if (person::is_shared(what.topic)) return check_shared(number, what);
  for (auto& each : people_) {
    auto at = std::min(what.qos, each.granted());
    if (at != qos::at_least_once && each.received(number) > 1)
      complain(each.id() + " got " + std::to_string(number) + " more than once");
    if (at != qos::at_most_once && !what.given_up && number >= each.due_from(what.topic) && each.received(number) < 1)
      complain(each.id() + " never got " + std::to_string(number) + " to " + what.topic + " by " + what.publisher);
  }
}

// Only shared filters match these topics.
void life::check_shared(int number, const ledger::entry& what) {
  auto is_due = false, exact = what.qos != qos::at_least_once;
  auto count = 0;
  for (auto& each : people_) {
    is_due |= number >= each.due_from(what.topic);
    count += each.received(number);
    if (each.received(number) > 0 && std::min(what.qos, each.granted()) == qos::at_least_once) exact = false;
  }
  is_due &= !what.given_up && number >= left_behind_;
  if (what.qos == qos::exactly_once) is_due &= number >= given_up_;  // [MQTT-4.8.2-5]: begun with who is gone
  if (is_due && what.qos != qos::at_most_once && count < 1)
    complain("the group never got " + std::to_string(number) + " by " + what.publisher);
  exact &= number >= left_behind_;  // its end and what it left are two commits
  if (exact && count > 1) complain("the group got " + std::to_string(number) + " more than once");
}

void life::check_nothing_waits() {
  if (const auto left = broker_->under_way(); left != 0) complain(std::to_string(left) + " things are under way");
  for (const auto each : {table::queue, table::messages, table::counts, table::inbound})
    if (const auto rows = broker_.count(each))
      complain(std::string{persistence::name_of(each)} + " has " + std::to_string(rows) + " rows left");
  if (const auto rows = broker_.count(table::sessions); rows != people_.size())
    complain("the store has " + std::to_string(rows) + " sessions");
  for (const auto& each : broker_.faults()) complain("the store: " + each);
}

// A client id belongs to one session, and every session to a client id.
void life::check_registries() {
  std::size_t registered = 0, sessions = 0;
  for (std::uint32_t i = 0; i < loops; ++i) {
    registered += broker_->place(i).registry.size();
    sessions += broker_->place(i).sessions.size();
    if (broker_->place(i).counters.sessions.value() != broker_->place(i).sessions.size())
      complain("sessions are counted wrong");
  }
  if (registered != sessions) complain("sessions without a client id, or the other way round");
}

}  // namespace troupe::test

namespace {

using namespace troupe;
using namespace troupe::test;

std::uint32_t from_environment(const char* name, std::uint32_t otherwise) {
  const auto* value = std::getenv(name);
  return value ? static_cast<std::uint32_t>(std::atoi(value)) : otherwise;
}

/// TROUPE_SEED says where to begin, TROUPE_SEEDS how many there are, TROUPE_STEPS how long each is.
void live(hardships what) {
  testing_config config;
  caf::actor_system system{config};
  const auto first = from_environment("TROUPE_SEED", 1);
  life::figures sum;
  for (auto seed = first; seed < first + from_environment("TROUPE_SEEDS", 200); ++seed) {
    life one{system, seed, what};
    one.begin();
    for (auto left = from_environment("TROUPE_STEPS", 2000); left != 0; --left) one.step();
    one.settle();
    one.add_to(sum);
    for (const auto& each : one.violations()) CAF_ERROR(each);
    if (!one.violations().empty()) CAF_FAIL("with seed " << seed);
  }
  CAF_MESSAGE(sum.published << " published, " << sum.received << " received, " << sum.actor_restarts << " actors and "
                            << sum.node_restarts << " nodes restarted, asleep " << sum.put_to_sleep << " times");
  CAF_CHECK_EQUAL(what.actor_crashes != 0, sum.actor_restarts > 0);
  CAF_CHECK_EQUAL(what.node_crashes != 0, sum.node_restarts > 0);
}

/// A disk with a database, of which the power can be cut.
class disk {
public:
  explicit disk(bool sync) { where_.gaps_are_power_cuts = !sync; }

  std::unique_ptr<persistence::engine> open() {
    auto found = persistence::rocksdb_engine::open(where_);
    if (!found.engine) throw std::runtime_error{found.error};
    return std::move(found.engine);
  }
  void cut() { files_->cut_power_after(0); }
  /// Precondition: it is not open.
  void restore() { files_->restore(); }

private:
  temporary_directory folder_;
  std::shared_ptr<tests::faulty_file_system> files_ =
    std::make_shared<tests::faulty_file_system>(folder_.file("attic"));
  tests::faulty_environment env_{files_};
  persistence::rocksdb_options where_{.path = folder_.file("data"), .env = &env_};
};

/// One life on a disk whose power is cut whenever the node crashes.
std::vector<std::string> live_on_a_disk(caf::actor_system& system, std::uint32_t seed, bool sync) {
  disk on{sync};
  life one{system, seed, {.node_crashes = 10, .clean_starts = 0}};
  one.sync = sync;
  one.broker().use(on.open());
  one.next_engine = [&] {
    on.cut();
    one.broker().use(nullptr);  // what it writes as it closes is lost, too
    on.restore();
    return on.open();
  };
  one.begin();
  for (auto left = 0; left < 800; ++left) one.step();
  if (one.violations().empty()) one.settle();
  return one.violations();
}

}  // namespace

CAF_TEST(people_whose_sessions_last_get_all_they_are_promised) { live({}); }

CAF_TEST(they_get_it_while_actors_crash) { live({.actor_crashes = 12}); }

CAF_TEST(they_get_it_while_the_node_crashes) { live({.node_crashes = 5}); }

CAF_TEST(they_get_it_while_actors_and_the_node_crash) { live({.actor_crashes = 8, .node_crashes = 4}); }

CAF_TEST(nothing_acknowledged_is_lost_with_the_power_when_every_commit_is_synced) {
  testing_config config;
  caf::actor_system system{config};
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    const auto violations = live_on_a_disk(system, seed, true);
    for (const auto& each : violations) CAF_ERROR(each);
    if (!violations.empty()) CAF_FAIL("with seed " << seed);
  }
}

CAF_TEST(without_syncs_something_acknowledged_is_lost_with_the_power) {
  testing_config config;
  caf::actor_system system{config};
  auto broken = 0;
  for (std::uint32_t seed = 1; seed <= 6; ++seed) broken += !live_on_a_disk(system, seed, false).empty();
  CAF_CHECK_GREATER(broken, 0);
}
