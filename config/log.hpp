#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "config/options.hpp"

/// The node's log: one line per event, from a named component with a level of its own. The only place of spdlog.
///
///   log::info("session", "client {} took over from {}", id, peer);
///
/// A component's name is checked when the call is compiled; a line whose level is off costs one relaxed load, its
/// arguments are not formatted. Every function may be called from any thread at any time, also before start().
namespace troupe::log {

using level = config::log_level;

/// Where a line can come from, and what `[log.components]` may name.
inline constexpr std::array<std::string_view, 17> component_names{
  "node",       "config", "listener", "link",    "session", "router", "registry",   "delivery", "retained",
  "supervisor", "auth",   "store",    "cluster", "admin",   "sys",    "behaviours", "caf"};

/// One of component_names, as its index.
class component {
public:
  template <std::size_t Size>
  consteval component(const char (&name)[Size]) : index_{find({name, Size - 1})} {}

  constexpr std::size_t index() const noexcept { return index_; }
  constexpr std::string_view name() const noexcept { return component_names[index_]; }

private:
  static consteval std::size_t find(std::string_view name) {
    for (std::size_t i = 0; i < component_names.size(); ++i)
      if (component_names[i] == name) return i;
    throw "no such log component: see component_names";
  }

  std::size_t index_;
};

/// What became of the lines of one component that clients can cause at will.
struct peer_event_count {
  std::uint64_t written = 0;
  std::uint64_t suppressed = 0;
};

/// Applies `[log]`: levels, format and where the lines go; may be called again. Gives back why the file cannot be
/// written, and then goes on as before.
std::optional<std::string> start(const config::log_options& options);
/// Only the levels and the rate: what a reload may change.
void levels(const config::log_options& options);
/// Opens the file of this name anew, after it was moved away (SIGHUP). Gives back why that failed, and then keeps
/// writing to the old one. Nothing to do for standard error.
std::optional<std::string> reopen();

namespace detail {
struct threshold {
  std::atomic<level> value{level::info};
};
inline std::array<threshold, component_names.size()> thresholds;  // constant initialised: usable by any static's code
bool admit(component from, level at);
void write(component from, level at, fmt::string_view text, fmt::format_args arguments) noexcept;
}  // namespace detail

/// Whether a line of this level would be written; for callers whose arguments are costly.
inline bool enabled(component from, level at) noexcept {
  return at >= detail::thresholds[from.index()].value.load(std::memory_order_relaxed);
}

/// Never throws: a line that cannot be formatted or written is lost, and said so on standard error.
template <class... Args>
void line(component from, level at, fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(from, at)) detail::write(from, at, text, fmt::make_format_args(args...));
}

/// For what a hostile client can cause at will: at most `log.peer_events_rate_max` lines a second and component, then
/// "... and 123 more". Levels that are off are not counted.
template <class... Args>
void peer_event(component from, level at, fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(from, at) && detail::admit(from, at)) detail::write(from, at, text, fmt::make_format_args(args...));
}

/// Writes "... and 123 more" where a second with suppressed lines has passed and no line came after it. Called about
/// once a second by the node; `at_end`, when it stops, does not wait for the second.
void sum_up(bool at_end = false);
/// How many lines of peer_event() were written and how many were only counted, since the process began.
peer_event_count peer_events(component from) noexcept;

template <class... Args>
void trace(component from, fmt::format_string<Args...> text, Args&&... args) {
  line(from, level::trace, text, std::forward<Args>(args)...);
}
template <class... Args>
void debug(component from, fmt::format_string<Args...> text, Args&&... args) {
  line(from, level::debug, text, std::forward<Args>(args)...);
}
template <class... Args>
void info(component from, fmt::format_string<Args...> text, Args&&... args) {
  line(from, level::info, text, std::forward<Args>(args)...);
}
template <class... Args>
void warning(component from, fmt::format_string<Args...> text, Args&&... args) {
  line(from, level::warning, text, std::forward<Args>(args)...);
}
template <class... Args>
void error(component from, fmt::format_string<Args...> text, Args&&... args) {
  line(from, level::error, text, std::forward<Args>(args)...);
}

}  // namespace troupe::log
