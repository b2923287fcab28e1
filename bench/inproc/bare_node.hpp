#pragma once

#include <memory>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/station.hpp"

namespace troupe::bench::inproc {

/// A node without listeners: the stations of a real one on threads of their own, for links that come from elsewhere.
class bare_node final : public runtime::post_office {
public:
  explicit bare_node(config::options options);
  ~bare_node() override;

  /// Starts actors and threads. What replaces a loop's gathering or flushing is set before.
  void start();
  /// Ends them again, sessions first. What the loops called may be destroyed after it.
  void stop();

  void post(std::uint32_t loop, runtime::role to, caf::mailbox_element_ptr mail, runtime::mail_class urgency) override {
    stations_[loop]->loop().post(to, std::move(mail), urgency);
  }
  std::uint32_t loops() const noexcept override { return static_cast<std::uint32_t>(stations_.size()); }
  actors::station& station(std::uint32_t loop) noexcept { return *stations_[loop]; }

private:
  struct system_config : caf::actor_system_config {
    system_config();
  };

  config::options options_;
  system_config system_config_;
  caf::actor_system system_;
  runtime::actor_tree tree_;
  std::vector<std::unique_ptr<actors::station>> stations_;
  std::vector<caf::actor> supervisors_;
};

}  // namespace troupe::bench::inproc
