#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/actors/fixtures/lasting_node.hpp"
#include "tests/actors/fixtures/person.hpp"

namespace troupe::test {

/// What may go wrong in a life; the larger, the more often.
struct hardships {
  std::uint32_t actor_crashes = 0;
  std::uint32_t node_crashes = 0;
  std::uint32_t clean_starts = 1;
};

/// A node, people whose sessions last, strangers whose sessions hardly do, and everything that may happen to them, in
/// an order that a seed decides. What is not as it was promised stands in violations().
class life {
public:
  static constexpr std::uint32_t loops = 3;

  struct figures {
    std::size_t published = 0;
    std::size_t received = 0;
    std::uint64_t actor_restarts = 0;
    std::uint64_t node_restarts = 0;
    std::uint64_t put_to_sleep = 0;
  };

  life(caf::actor_system& system, std::uint32_t seed, hardships what);

  /// Of engines that know how to lose what is not synced: called between two nodes, gives back the one of the next.
  std::function<std::unique_ptr<persistence::engine>()> next_engine;
  /// Whether commits are synced; told before begin().
  bool sync = true;

  void begin() { start(); }
  void step();
  /// Everybody comes back and waits for all that is due; then everything is checked.
  void settle();
  const std::vector<std::string>& violations() const noexcept { return violations_; }
  void add_to(figures& sum);
  lasting_node& broker() noexcept { return broker_; }

private:
  std::uint32_t below(std::uint32_t end) { return std::uniform_int_distribution<std::uint32_t>{0, end - 1}(random_); }
  person& anybody() { return people_[below(static_cast<std::uint32_t>(people_.size()))]; }
  void complain(const std::string& what) { violations_.push_back(what); }

  void start();
  void note_restarts();
  void let_time_pass();
  void publish(person& who);
  void ask(person& who);
  void move(person& who);
  void act(client& stranger);
  void crash_actor();
  void end_node(bool at_once);
  std::string topic();

  void send_strangers_away();
  bool everybody_reads();
  static bool is_reclaimed_later(const std::string& fault);
  void check_store_after_end();
  void check_subscriptions(const person& of, std::uint64_t number, const lasting_node::rows& kept);
  void check_retained(bool against_index);
  void check_sessions();
  void check_delivery(int number);
  void check_shared(int number, const ledger::entry& what);
  void check_nothing_waits();
  void check_registries();

  std::mt19937 random_;
  hardships hardships_;
  ledger ledger_;
  lasting_node broker_;
  std::deque<person> people_;
  std::vector<client> strangers_;
  std::vector<std::string> violations_;
  int left_behind_ = 0;         ///< what was published before this number, a member of the group may have taken with it
  int given_up_ = 0;            ///< what was published before this number, a member may have begun with
  bool members_ended_ = false;  ///< since the node began
  figures sums_;
};

}  // namespace troupe::test
