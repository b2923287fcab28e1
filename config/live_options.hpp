#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "config/load.hpp"

namespace troupe::config {

/// When a change that is made while the node runs takes effect.
enum class effect : std::uint8_t {
  at_once,
  new_connections,  ///< those that are open keep what they were granted
  after_restart,    ///< it cannot be changed while the node runs
};
std::string_view name_of(effect when) noexcept;

/// Of the option with this dotted name.
effect effect_of(std::string_view name) noexcept;

/// The options of a node that runs: what it was started with, and what was changed since. Changes last as long as the
/// process. Thread-safe.
class live_options {
public:
  live_options(options from, std::map<std::string, origin> origins)
    : options_{std::move(from)},
      origins_{std::move(origins)} {}

  /// Called with the new options, on the thread that changes them, before the change is told. Set before the first.
  void on_change(std::function<void(const options&)> then) { changed_ = std::move(then); }

  struct snapshot {
    config::options options;
    std::map<std::string, origin> origins;  ///< of every value that is not a built-in default
  };
  snapshot now() const;

  struct change {
    std::string before, after;
    config::effect effect = effect::at_once;
  };
  struct refusal {
    enum class kind : std::uint8_t { unknown, unfit, fixed, too_many };
    refusal::kind kind = kind::unfit;
    std::string sentence;
  };
  static constexpr std::uint32_t changes_max = 1'000;

  /// Judged as the file's values are, with the same words. `by` is who wants it. A limit of `[limits]` becomes that of
  /// every listener which has none of its own.
  std::variant<change, refusal> set(std::string_view name, const raw_value& value, std::string_view by);
  /// Takes over what is felt on reload.
  void reload(const options& next, const std::map<std::string, origin>& origins);

private:
  mutable std::mutex mutex_;
  options options_;
  std::map<std::string, origin> origins_;
  std::function<void(const options&)> changed_;
  std::uint32_t changes_ = 0;  ///< old options are kept by who still reads them: there must not be many
};

}  // namespace troupe::config
