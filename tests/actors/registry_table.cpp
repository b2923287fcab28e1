#define CAF_SUITE actors_registry_table

#include "actors/registry_table.hpp"

#include <functional>
#include <map>
#include <random>
#include <set>

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::actors;

namespace {

constexpr std::uint32_t loops = 2;

/// Takes one of so many: the source of all chance in a world.
using chooser = std::function<std::size_t(std::size_t)>;

/// A registry, and loops that do with its messages what handshakes and sessions do. Messages between two of them keep
/// their order; everything else may happen in any order, which a chooser decides.
class world {
public:
  world(chooser choose, std::size_t claims, std::size_t ids, int disturbances)
    : choose_{std::move(choose)},
      disturbances_{disturbances} {
    for (std::size_t i = 0; i < claims; ++i) claims_.push_back({.id = i % ids});
  }

  /// Until nothing is left to happen.
  void run() {
    while (step()) check();
    check_end();
  }

private:
  enum class life : std::uint8_t { not_begun, waits, gone, served };
  struct claimant {
    std::size_t id;
    life state = life::not_begun;
    std::uint32_t loop = 0;
    int answers = 0;
  };
  struct session {
    std::size_t id;
    std::uint32_t loop;
  };
  /// A message on its way; the text is for the loop of a link that is handed on.
  using to_table = std::function<registry_table::step(registry_table&)>;
  using to_loop = std::function<void()>;

  static shared_text name(std::size_t id) { return shared_text{"client " + std::to_string(id)}; }
  static std::size_t id_of(const shared_text& name) { return static_cast<std::size_t>(name.view().back() - '0'); }

  template <class Queue>
  static auto take(Queue& queue) {
    auto front = std::move(queue.front());
    queue.pop_front();
    return front;
  }

  bool step() {
    std::vector<std::function<void()>> possible;
    for (auto& each : claims_) {
      if (each.state == life::not_begun) possible.push_back([&] { begin(each); });
      if (each.state == life::waits && disturbances_ > 0) possible.push_back([&] { hang_up(each); });
    }
    if (disturbances_ > 0)
      for (auto& [ref, of] : sessions_) possible.push_back([this, ref = ref] { expire(ref); });
    for (auto& queue : up_)
      if (!queue.empty()) possible.push_back([&] { table_reads(queue); });
    for (auto& queue : down_)
      if (!queue.empty()) possible.push_back([&] { take(queue)(); });
    for (auto& queue : parcels_)
      if (!queue.empty()) possible.push_back([&] { take(queue)(); });
    if (possible.empty()) return false;
    possible[choose_(possible.size())]();
    return true;
  }

  void begin(claimant& who) {
    who.state = life::waits;
    who.loop = static_cast<std::uint32_t>(choose_(loops));
    claim wanted{{who.loop, number_of(who)}, name(who.id), choose_(2) == 0, {}};
    up_[who.loop].push_back([wanted](registry_table& table) { return table.claim(wanted); });
  }
  void hang_up(claimant& who) {
    --disturbances_;
    who.state = life::gone;
  }
  void expire(session_ref which) {
    --disturbances_;
    end(which);
  }

  void end(session_ref which) {
    auto at = sessions_.find(which);
    if (at == sessions_.end()) return;
    unregister gone{name(at->second.id), which};
    up_[which.loop].push_back([gone](registry_table& table) { return table.unregister(gone); });
    sessions_.erase(at);
  }

  void table_reads(std::deque<to_table>& queue) {
    auto step = take(queue)(table_);
    if (auto* yes = std::get_if<grant>(&step)) {
      demand(++grants_out_[id_of(yes->client_id)] == 1, "two grants of one id are out");
      ++claims_[yes->who.number].answers;
      down_[yes->who.loop].push_back([this, m = *yes] { granted(m); });
    } else if (auto* first = std::get_if<evict>(&step)) {
      demand(grants_out_[id_of(first->client_id)] == 0, "a session is evicted while a grant of its id is out");
      down_[first->session.loop].push_back([this, m = *first] { evict_session(m); });
    }
  }

  void granted(const grant& to) {
    auto& who = claims_[to.who.number];
    if (who.state == life::gone) {
      settle(who.id);
      up_[who.loop].push_back([m = to.client_id](registry_table& table) { return table.abandoned(m); });
    } else if (!to.session || to.session.loop == who.loop) {
      enter(who, to.session, who.loop);
    } else {
      parcels_[to.session.loop].push_back([this, to] { enter(claims_[to.who.number], to.session, to.session.loop); });
    }
  }

  void enter(claimant& who, session_ref wanted, std::uint32_t loop) {
    who.state = life::served;
    settle(who.id);
    if (!sessions_.contains(wanted)) {
      wanted = {.slot = ++last_slot_, .generation = 1, .loop = loop & 0xFF};
      sessions_[wanted] = {who.id, loop};
    }
    up_[loop].push_back([m = registered{name(who.id), wanted}](registry_table& table) { return table.registered(m); });
  }

  void evict_session(const evict& order) {
    end(order.session);
    up_[order.session.loop].push_back([m = order.client_id](registry_table& table) { return table.evicted(m); });
  }

  void settle(std::size_t id) { --grants_out_[id]; }
  std::uint64_t number_of(const claimant& who) const { return static_cast<std::uint64_t>(&who - claims_.data()); }

  void check() {
    std::map<std::size_t, int> of_id;
    for (auto& [ref, of] : sessions_) ++of_id[of.id];
    for (auto& [id, count] : of_id) demand(count == 1, "two sessions have one id");
  }

  // Everybody was answered once, and the table knows who lives and nobody else.
  void check_end() {
    for (auto& each : claims_) demand(each.answers == 1, "a claim waits for ever, or was granted twice");
    for (auto& [ref, of] : sessions_) demand(table_.find(name(of.id)) == ref, "a session is not registered");
    demand(table_.size() == sessions_.size(), "somebody is registered who is not there");
    for (auto& [id, out] : grants_out_) demand(out == 0, "a grant was never settled");
  }

  /// A hundred thousand worlds are checked: what is right costs nothing.
  static void demand(bool holds, const char* otherwise) {
    if (!holds) CAF_FAIL(otherwise);
  }

  chooser choose_;
  int disturbances_;
  registry_table table_;
  std::vector<claimant> claims_;
  std::map<session_ref, session> sessions_;
  std::map<std::size_t, int> grants_out_;
  std::uint32_t last_slot_ = 0;
  std::array<std::deque<to_table>, loops> up_;
  std::array<std::deque<to_loop>, loops> down_, parcels_;
};

/// Runs a world once for every way its choices can fall out. Returns how many there were.
std::size_t for_every_choice(std::size_t claims, int disturbances) {
  struct choice {
    std::size_t taken, of;
  };
  std::vector<choice> path;
  std::size_t runs = 0;
  do {
    std::size_t depth = 0;
    auto choose = [&](std::size_t of) {
      if (depth == path.size()) path.push_back({0, of});
      return path[depth++].taken;
    };
    world{choose, claims, 1, disturbances}.run();
    ++runs;
    while (!path.empty() && path.back().taken + 1 == path.back().of) path.pop_back();
    if (!path.empty()) ++path.back().taken;
  } while (!path.empty());
  return runs;
}

claim claim_of(std::uint64_t number, bool clean_start = false) {
  return {{0, number}, shared_text{"id"}, clean_start, shared_text{"192.0.2.7:1234"}};
}
constexpr session_ref somebody{.slot = 5, .generation = 1, .loop = 1};

}  // namespace

CAF_TEST(the_first_claim_is_granted_and_the_second_waits_for_it) {
  registry_table table;
  auto first = std::get<grant>(table.claim(claim_of(1)));
  CAF_CHECK(!first.session);
  CAF_CHECK(std::holds_alternative<std::monostate>(table.claim(claim_of(2))));
  auto second = std::get<grant>(table.registered({shared_text{"id"}, somebody}));
  CAF_CHECK(second.who == (candidate{0, 2}));
  CAF_CHECK(second.session == somebody);
}

CAF_TEST(a_clean_start_evicts_what_there_is_before_it_is_granted) {
  registry_table table;
  table.registered({shared_text{"id"}, somebody});
  auto order = std::get<evict>(table.claim(claim_of(1, true)));
  CAF_CHECK(order.session == somebody);
  CAF_CHECK_EQUAL(order.address.view(), "192.0.2.7:1234");
  CAF_CHECK(!std::get<grant>(table.evicted("id")).session);
}

CAF_TEST(an_abandoned_grant_goes_to_the_next_and_the_last_leaves_nothing) {
  registry_table table;
  table.claim(claim_of(1));
  table.claim(claim_of(2));
  CAF_CHECK(std::get<grant>(table.abandoned("id")).who == (candidate{0, 2}));
  CAF_CHECK(std::holds_alternative<std::monostate>(table.abandoned("id")));
  CAF_CHECK_EQUAL(table.size(), 0u);
}

CAF_TEST(an_old_session_that_ends_does_not_unregister_its_successor) {
  registry_table table;
  constexpr session_ref old{.slot = 5, .generation = 7, .loop = 1};
  table.registered({shared_text{"id"}, somebody});
  table.unregister({shared_text{"id"}, old});
  CAF_CHECK(table.find("id") == somebody);
  table.unregister({shared_text{"id"}, somebody});
  CAF_CHECK_EQUAL(table.size(), 0u);
}

CAF_TEST(answers_that_nobody_waits_for_change_nothing) {
  registry_table table;
  CAF_CHECK(std::holds_alternative<std::monostate>(table.evicted("id")));
  CAF_CHECK(std::holds_alternative<std::monostate>(table.abandoned("id")));
  CAF_CHECK(std::holds_alternative<std::monostate>(table.unregister({shared_text{"id"}, somebody})));
  CAF_CHECK_EQUAL(table.size(), 0u);
}

CAF_TEST(two_claims_in_every_interleaving_with_disturbances) {
  CAF_MESSAGE(for_every_choice(2, 1) << " interleavings");
}

CAF_TEST(three_claims_in_every_interleaving) { CAF_MESSAGE(for_every_choice(3, 0) << " interleavings"); }

CAF_TEST(many_claims_in_random_interleavings_with_disturbances) {
  for (std::uint32_t seed = 1; seed <= 1000; ++seed) {
    std::mt19937 random{seed};
    auto choose = [&](std::size_t of) { return std::uniform_int_distribution<std::size_t>{0, of - 1}(random); };
    auto claims = 3 + choose(10);
    world{choose, claims, 1 + choose(3), static_cast<int>(choose(8))}.run();
  }
}
