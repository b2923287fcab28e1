#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/admin/inquiries.hpp"
#include "actors/tracing/tracer.hpp"

namespace troupe::admin {

/// The traces of a node, and the tracers of its loops, which write into them. Used on the admin's thread; outlives the
/// loops' last turns, since it is destroyed with the node.
class trace_book {
public:
  static constexpr std::size_t traces_max = 16;  ///< those that have ended and can still be read included
  static constexpr std::chrono::seconds seconds_max{24 * 60 * 60};
  static constexpr std::chrono::minutes kept_after_end{15};

  struct entry {
    std::shared_ptr<actors::trace> what;
    std::uint64_t until_ms = 0;  ///< since 1970: when it ends, or ended
    bool running = true;
    std::string by;
  };

  explicit trace_book(inquiries& ask);

  /// Null: traces_max run already. Where others have ended, the one that did so first makes room. `next_id()` is its
  /// id. `then` is called when all loops look for it.
  const entry* start(std::shared_ptr<actors::trace> what, std::chrono::seconds for_so_long, std::string by,
                     std::function<void()> then);
  std::uint64_t next_id() const noexcept { return last_id_ + 1; }
  /// Ends one that runs; of one that has ended the lines go. False: there is none.
  bool stop(std::uint64_t id);
  /// Ends those whose time is over, and forgets what was kept long enough. To be called once a second.
  void tick();

  const entry* find(std::uint64_t id) const noexcept;
  const std::vector<entry>& all() const noexcept { return entries_; }
  /// Whether a trace of that client is there.
  const entry* of_client(std::string_view client_id) const noexcept;

private:
  void tell_loops(std::function<void()> then = [] {});

  inquiries& ask_;
  std::vector<entry> entries_;
  std::vector<std::unique_ptr<actors::tracer>> tracers_;  ///< by loop
  std::uint64_t last_id_ = 0;
};

}  // namespace troupe::admin
