#pragma once

#include <functional>
#include <string>
#include <vector>

#include <caf/stateful_actor.hpp>

#include "actors/runtime/actor_tree.hpp"
#include "actors/runtime/pinned_actor.hpp"
#include "actors/runtime/restart_intensity.hpp"

namespace troupe::runtime {

/// Which children are started anew when one of them ended (Erlang's names and meanings).
enum class strategy : std::uint8_t {
  one_for_one,   ///< the one that ended
  one_for_all,   ///< all of them
  rest_for_one,  ///< it and those started after it
};

/// Whether a child that ended is started again.
enum class restart : std::uint8_t {
  permanent,  ///< always
  transient,  ///< only if it failed
  temporary,  ///< never
};

struct child_spec {
  std::string name;
  runtime::restart restart = runtime::restart::permanent;
  /// Spawns the child; called on the supervisor's loop, at the start and for every restart.
  std::function<caf::actor()> start;
};

struct supervisor_spec {
  std::string path;  ///< place in the actor tree, "root/loop 0"
  runtime::strategy strategy = runtime::strategy::one_for_one;
  std::uint32_t restarts_max = 10;
  std::chrono::milliseconds window{10'000};
  std::vector<child_spec> children;
};

class supervisor_state;
using supervisor_actor = caf::stateful_actor<supervisor_state, pinned_actor>;

/// Starts its children in order, watches them, restarts them, and fails upward when they fail too often. An exit
/// message ends its children in reverse order and then the supervisor itself.
caf::behavior supervisor(supervisor_actor* self, supervisor_spec spec, actor_tree* tree);

class supervisor_state {
public:
  explicit supervisor_state(supervisor_actor* self) : self_{self} {}

  const char* name = "supervisor";

  void begin(supervisor_spec spec, actor_tree* tree);
  void child_down(const caf::down_msg& down);
  void shut_down(caf::error reason);

private:
  struct child {
    child_spec spec;
    caf::actor handle;     ///< null while it is not running
    bool ending = false;   ///< asked to end because its group is restarted
    bool retired = false;  ///< ended for good
  };

  void start(child& which);
  void start_missing();
  bool group_is_ending() const;
  void child_failed(std::size_t index, const caf::error& reason);
  void end_group_of(std::size_t index);
  void give_up(const caf::error& reason);
  void end_last_running();
  std::string path_of(const child& which) const { return spec_.path + "/" + which.spec.name; }

  supervisor_actor* self_;
  supervisor_spec spec_;
  actor_tree* tree_ = nullptr;
  std::vector<child> children_;
  restart_intensity intensity_{0, {}};
  bool ending_ = false;
  caf::error exit_reason_;
};

}  // namespace troupe::runtime
