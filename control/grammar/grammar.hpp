#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "control/client/http_client.hpp"
#include "control/commands/commands.hpp"
#include "control/grammar/completion.hpp"
#include "control/terminal/live_view.hpp"

namespace troupe::control {

/// What a command prints, a frame of it if it is watched.
using action = std::function<std::string(const api&, const presentation&)>;

/// What can be said to `troupectl`, and after `parse` what was said.
class grammar {
public:
  grammar();

  /// Throws CLI's errors, and `not_understood`.
  void parse(int argc, const char* const* argv);

  const action& chosen() const { return *chosen_; }
  destination where() const;
  presentation how() const;
  /// Nothing: the command is not watched.
  std::optional<watching> watched() const;
  command_words words() const;
  CLI::App& app() { return app_; }

private:
  void take_node_commands();
  void take_actor_commands();
  void take_client_commands();
  void take_message_commands();
  void take_topic_commands();
  void take_trace_commands();
  void take_ban_commands();
  void take_access_commands();
  void take_completion();
  void take_watching(CLI::App& command);
  void for_action(CLI::App& command, action what) { actions_.emplace_back(&command, std::move(what)); }

  CLI::App app_;
  std::vector<std::pair<const CLI::App*, action>> actions_;  ///< of what is below a command after its own
  const action* chosen_ = nullptr;

  // what is said to every command
  std::string socket_ = "./data/admin.sock", url_, key_, ca_;
  bool json_ = false, watch_ = false;
  std::size_t limit_ = 100;
  double interval_seconds_ = 1;
  std::uint64_t frames_ = 0;

  // what is said to one
  actor_request actor_;
  client_filter clients_;
  publish_request publish_;
  ban_request ban_;
  user_request user_;
  key_request key_of_;
  std::string client_, topic_, filter_, listener_, option_, value_, ban_id_, trace_, trace_kind_, trace_value_;
  std::uint32_t trace_seconds_ = 600;
  bool connected_ = false, disconnected_ = false, whole_session_ = false, follow_ = false;
};

}  // namespace troupe::control
