#define CAF_SUITE actors_node

#include <cstdlib>
#include <random>

#include <caf/all.hpp>

#include "tests/actors/fixtures/person.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::test;
using runtime::role;

namespace {

constexpr std::uint32_t loops = 3;

struct test_config : caf::actor_system_config {
  test_config() {
    set("scheduler.policy", caf::atom("testing"));
    set("logger.console-verbosity", caf::atom("quiet"));
  }
};

config::options roomy() {
  config::options result;
  // Crashes are frequent here; how many are too many is tested elsewhere.
  result.supervision.restarts_max = 1'000'000;
  result.limits.outbox_bytes_max = 600;
  result.limits.unrouted_messages_max = 6;
  result.limits.inflight_max = 5;
  return result;
}

/// Whose next handler throws.
enum class fault : std::uint8_t {
  sessions = static_cast<std::uint8_t>(role::sessions),
  registry = static_cast<std::uint8_t>(role::registry),
  shard = static_cast<std::uint8_t>(role::shard),
  delivery = static_cast<std::uint8_t>(role::delivery),
  session,
};

struct figures {
  std::size_t published = 0;
  std::size_t received = 0;
  std::uint64_t restarts = 0;
};

/// A node, people who use it, strangers who come and go under one client id, and everything that may go wrong, in an
/// order that a seed decides.
class simulation {
public:
  simulation(caf::actor_system& system, std::uint32_t seed, std::vector<fault> faults)
    : random_{seed},
      faults_{std::move(faults)},
      node_{system, roomy(), loops} {
    for (auto i = 0; i < 5; ++i)
      people_.emplace_back("person " + std::to_string(i), below(2) == 0 ? mqtt::version::v5 : mqtt::version::v3_1_1,
                           below(3) == 0 ? qos::at_least_once : qos::exactly_once, ledger_);
    strangers_.resize(2);
  }

  void run(int steps) {
    for (auto i = 0; i < steps; ++i) step();
    settle();
    check();
  }
  void add_to(figures& sum) const {
    sum.published += ledger_.entries.size();
    for (const auto& each : people_) sum.received += each.distinct_received();
    sum.restarts += node_.tree().restarts();
  }

private:
  std::uint32_t below(std::uint32_t end) { return std::uniform_int_distribution<std::uint32_t>{0, end - 1}(random_); }
  person& anybody() { return people_[below(static_cast<std::uint32_t>(people_.size()))]; }

  void step() {
    auto& who = anybody();
    switch (below(20)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
      case 5: node_.turn(below(loops), 1 + below(4)); break;
      case 6:
      case 7:
      case 8: {
        for (auto packets = below(5); packets > 0 && who.read();) --packets;
        break;
      }
      case 9:
      case 10:
      case 11:
      case 12:
      case 13: publish(who); break;
      case 14: subscribe(who); break;
      case 15: move(who); break;
      case 16: act(strangers_[below(2)]); break;
      default:
        if (!faults_.empty()) crash(faults_[below(static_cast<std::uint32_t>(faults_.size()))]);
    }
  }

  void publish(person& who) {
    if (who.state() == person::state::away) return who.connect(node_, below(loops));
    if (who.has_room_to_publish()) who.publish(topic(), static_cast<troupe::qos>(below(3)));
  }
  std::string topic() { return below(3) == 0 ? "s/" + std::to_string(below(2)) : "t/" + std::to_string(below(4)); }

  void subscribe(person& who) {
    static const std::vector<std::string> filters{"t/0", "t/1", "t/2", "t/3", "t/+", "t/#", "$share/g/s/+"};
    if (who.state() == person::state::connected)
      who.subscribe(filters[below(static_cast<std::uint32_t>(filters.size()))]);
  }

  void move(person& who) {
    if (below(2) == 0) return who.connect(node_, below(loops));
    if (who.state() == person::state::connected && below(2) == 0) return who.leave();
    if (who.state() != person::state::away) who.break_off(below(2) == 0);
  }

  // Strangers have no rights: their session begins anew and they may be thrown out at any time.
  void act(client& who) {
    if (below(4) == 0 || who.cut_off()) {
      node_.open(who, below(loops));
      who.send(mqtt::connect{.version = mqtt::version::v5,
                             .clean_start = below(2) == 0,
                             .client_id = "stranger",
                             .session_expiry = below(2) * 100});
      who.subscribe("t/#", qos::at_least_once, 7);
    } else if (below(4) == 0) {
      who.wire()->reset = true;
      who.new_wire()->closed = transport::close_reason::normal;
    }
    while (who.read()) continue;
  }

  void crash(fault which) {
    if (which != fault::session) return node_.send(below(loops), static_cast<role>(which), crash_next{});
    auto id = below(4) == 0 ? "stranger" : anybody().id();
    node_.send(registry_of(id, loops), role::registry, crash_session{shared_text{id}, {}});
  }

  // Everybody comes back and waits for all that is due.
  void settle() {
    for (auto& each : people_)
      if (each.state() == person::state::away) each.connect(node_, below(loops));
    for (auto rounds = 0; rounds < 300; ++rounds) {
      auto any = node_.work();
      for (auto& each : people_)
        while (each.read()) any = true;
      for (auto& each : strangers_)
        while (each.read()) continue;
      if (!any) return;
    }
    CAF_ERROR("the node does not come to rest");
  }

  void check() {
    for (auto& each : people_) {
      for (auto& complaint : each.complaints()) CAF_ERROR(complaint);
      CAF_CHECK(each.at_rest());
      check_session(each);
    }
    for (auto number = 0; number < ledger_.next(); ++number) check_delivery(number);
    CAF_CHECK_EQUAL(node_.under_way(), 0u);
    check_registries();
  }

  void check_session(const person& of) {
    auto* seat = node_.find(of.id());
    CAF_REQUIRE(seat);
    CAF_CHECK(seat->record().inflight.empty());
    CAF_CHECK_EQUAL(seat->record().queued_messages(), 0u);
    CAF_CHECK_EQUAL(seat->record().unrouted_messages, 0u);
    CAF_CHECK(seat->link() && !seat->link()->paused());
  }

  void check_delivery(int number) {
    const auto& what = ledger_.entries[static_cast<std::size_t>(number)];
    if (person::is_shared(what.topic)) return check_shared(number, what);
    for (auto& each : people_) {
      auto at = std::min(what.qos, each.granted());
      if (at != qos::at_least_once && each.received(number) > 1) doubled(each.id(), number);
      if (at != qos::at_most_once && number >= each.due_from(what.topic) && each.received(number) < 1)
        lost(each.id(), number);
    }
  }

  // Only shared filters match these topics.
  void check_shared(int number, const ledger::entry& what) {
    auto is_due = false, exact = what.qos != qos::at_least_once;
    auto count = 0;
    for (auto& each : people_) {
      is_due |= number >= each.due_from(what.topic);
      count += each.received(number);
      if (each.received(number) > 0 && std::min(what.qos, each.granted()) == qos::at_least_once) exact = false;
    }
    if (is_due && what.qos != qos::at_most_once && count < 1) lost("the group", number);
    if (exact && count > 1) doubled("the group", number);
  }

  void doubled(const std::string& who, int number) { CAF_ERROR(who << " got " << number << " more than once"); }
  void lost(const std::string& who, int number) {
    const auto& what = ledger_.entries[static_cast<std::size_t>(number)];
    CAF_ERROR(who << " never got " << number << " to " << what.topic << " by " << what.publisher);
  }

  // A client id belongs to one session, and every session to a client id.
  void check_registries() {
    std::size_t registered = 0, sessions = 0;
    for (std::uint32_t i = 0; i < loops; ++i) {
      registered += node_.place(i).registry.size();
      sessions += node_.place(i).sessions.size();
      CAF_CHECK_EQUAL(node_.place(i).counters.sessions.value(), node_.place(i).sessions.size());
    }
    CAF_CHECK_EQUAL(registered, sessions);
  }

  std::mt19937 random_;
  std::vector<fault> faults_;
  ledger ledger_;
  mini_node node_;
  std::deque<person> people_;
  std::vector<client> strangers_;
};

std::uint32_t from_environment(const char* name, std::uint32_t otherwise) {
  const auto* value = std::getenv(name);
  return value ? static_cast<std::uint32_t>(std::atoi(value)) : otherwise;
}

/// TROUPE_SEED says where to begin, TROUPE_SEEDS how many there are.
void simulate(const std::vector<fault>& faults) {
  test_config config;
  caf::actor_system system{config};
  auto first = from_environment("TROUPE_SEED", 1);
  figures sum;
  for (auto seed = first; seed < first + from_environment("TROUPE_SEEDS", 50); ++seed) {
    auto failures = caf::test::engine::current_test()->bad();
    simulation run{system, seed, faults};
    run.run(600);
    run.add_to(sum);
    if (caf::test::engine::current_test()->bad() != failures) CAF_FAIL("with seed " << seed);
  }
  CAF_MESSAGE(sum.published << " published, " << sum.received << " received, " << sum.restarts << " restarts");
  CAF_CHECK_EQUAL(!faults.empty(), sum.restarts > 0);
}

}  // namespace

CAF_TEST(people_get_all_they_are_promised) { simulate({}); }

CAF_TEST(people_get_all_they_are_promised_while_sessions_crash) { simulate({fault::session}); }

CAF_TEST(people_get_all_they_are_promised_while_shards_and_deliveries_crash) {
  simulate({fault::shard, fault::delivery});
}

CAF_TEST(people_get_all_they_are_promised_while_registries_and_those_who_let_them_in_crash) {
  simulate({fault::registry, fault::sessions});
}

CAF_TEST(people_get_all_they_are_promised_while_everything_crashes) {
  simulate(
    {fault::session, fault::session, fault::session, fault::shard, fault::delivery, fault::registry, fault::sessions});
}
