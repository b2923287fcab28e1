#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "actors/admin/history/event_history.hpp"

namespace troupe::actors {

/// What is wrong with a node at the moment, and since when. It is told what was found, as often as somebody looks; what
/// begins and what ends is an event of the history, once each. Thread-safe.
class alarms {
public:
  struct alarm {
    std::string name;           ///< "overload", "store"
    std::string text;           ///< what was said when it began
    admin::since_1970 since{};  ///< when it was found
  };

  /// Null: nobody keeps a history. Set before anything is found.
  void write_to(admin::event_history* history) noexcept { history_ = history; }

  /// `text` of the first time stays as long as it is on; it may differ when it ends.
  void found(std::string_view name, bool is_on, std::string_view text);
  /// Those that are on, the oldest first. As many as there are names.
  std::vector<alarm> on() const;
  std::size_t count() const;

private:
  void tell(admin::event_kind kind, std::string_view name, std::string_view text, admin::since_1970 at) const noexcept;

  mutable std::mutex mutex_;
  std::vector<alarm> on_;
  admin::event_history* history_ = nullptr;
};

}  // namespace troupe::actors
