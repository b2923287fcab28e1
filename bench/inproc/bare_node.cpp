#include "bench/inproc/bare_node.hpp"

#include <stdexcept>

#include <caf/all.hpp>

namespace troupe::bench::inproc {

// As the node's own: actors have loops of their own, CAF's workers have next to nothing to do and must not poll.
bare_node::system_config::system_config() {
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", std::size_t{1});
  set("logger.console-verbosity", caf::atom("quiet"));
}

bare_node::bare_node(config::options options)
  : options_{std::move(options)},
    system_{system_config_},
    stations_(options_.node.loops) {  // all of them first: loops() is asked when a station is made
  auto budget = std::make_shared<retained_budget>(options_.node_limits);
  for (std::uint32_t i = 0; i < loops(); ++i) {
    stations_[i] = std::make_unique<actors::station>(system_, i, *this, options_, tree_, budget);
    // Every client id is new, so that no session waits on another loop for its link.
    stations_[i]->place().release_link = [](transport::link&) -> std::unique_ptr<transport::link> {
      throw std::logic_error{"a link of the bench was to move"};
    };
  }
}

bare_node::~bare_node() { stop(); }

void bare_node::start() {
  for (auto& each : stations_) {
    supervisors_.push_back(each->start_supervisor());
    each->begin();
    each->loop().start();
  }
}

// Actors end while their loops run; then the loops.
void bare_node::stop() {
  if (supervisors_.empty()) return;
  for (auto& each : supervisors_) caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  for (auto& each : stations_) each->loop().run_soon([&each = *each] { each.clear(); });
  system_.await_all_actors_done();
  supervisors_.clear();
  for (auto& each : stations_) each->loop().stop();
}

}  // namespace troupe::bench::inproc
