#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "actors/runtime/loop.hpp"
#include "actors/runtime/supervisor.hpp"
#include "actors/workplace.hpp"
#include "transport/acceptor.hpp"
#include "transport/link_set.hpp"

namespace troupe::actors {

/// One loop of a node with everything on it: its links, its workplace, its acceptors and its ticking.
class station {
public:
  station(caf::actor_system& system, std::uint32_t index, runtime::post_office& office, const config::options& options,
          runtime::actor_tree& tree, std::shared_ptr<retained_budget> budget, node_store* store = nullptr);

  /// The supervisor of this loop's actors and how they are started. Called on any thread; its children start on the
  /// loop.
  caf::actor start_supervisor();

  /// Listens on this loop too. Before the loop runs, or on it. Throws std::runtime_error with listener and address.
  void listen(const std::shared_ptr<transport::listener>& to);
  void stop_listening(const std::string& name) { acceptors_.erase(name); }
  bool listens(const std::string& name) const { return acceptors_.contains(name); }
  void stop_listening() { acceptors_.clear(); }
  /// Begins the ticking. Before the loop runs.
  void begin();
  /// Ends all sessions without a word and closes what links are left. On the loop.
  void clear();
  /// Closes all links, whatever they wait for. On the loop.
  void close_links() { links_.close_all(transport::close_reason::going_away, "the node stops"); }

  runtime::loop& loop() noexcept { return loop_; }
  workplace& place() noexcept { return place_; }
  /// What an operator may see of the shard; on the loop.
  shard_view& of_shard() noexcept { return of_shard_; }
  /// From now on it sees every packet of this loop's links; null: nobody does. On the loop.
  void tap(transport::packet_tap* to) noexcept { links_.tap(to); }
  /// Links in any state; on the loop.
  std::size_t links() const noexcept { return links_.size(); }

private:
  caf::actor start_shard();
  template <class Behaviour, class... Ts>
  caf::actor start_seated(runtime::role which, Behaviour behaviour, Ts... arguments);
  void tick();

  const config::options& options_;
  runtime::actor_tree& tree_;
  runtime::loop loop_;
  transport::link_stats stats_;
  workplace place_;
  shard_view of_shard_;
  transport::link_set links_;
  std::unordered_map<std::string, std::unique_ptr<transport::acceptor>> acceptors_;
  transport::reactor::timer timer_;
  std::uint64_t shards_started_ = 0;
  std::uint64_t ticks_ = 0;
};

}  // namespace troupe::actors
