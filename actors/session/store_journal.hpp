#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "actors/session/protocol/journal.hpp"
#include "actors/session/protocol/record.hpp"
#include "persistence/batch.hpp"

namespace troupe::actors {

/// The clock of what a store keeps beside the node's own: deadlines there have to outlive the process.
struct wall_time {
  time_point node;
  std::chrono::system_clock::time_point wall;

  static wall_time now() noexcept { return {node_clock::now(), std::chrono::system_clock::now()}; }
  /// Milliseconds since 1970.
  std::uint64_t of(time_point when) const noexcept;
  time_point from(std::uint64_t milliseconds) const noexcept;
};

/// Writes what apply() tells of one durable session into a batch, in the rows of docs/store-format.md. What runs out of
/// memory makes the batch worthless: failed() says so.
class store_journal final : public session::journal {
public:
  /// A message that a new row refers to: its body has to be in the store with that row.
  struct holding {
    std::uint64_t message;
    publication_ptr body;
  };

  /// Both must outlive what is told; `time` is when.
  store_journal(persistence::batch& into, std::vector<holding>& held, const wall_time& time) noexcept
    : into_{into},
      held_{held},
      time_{time} {}

  /// The session that is told of from now on.
  void of(std::uint64_t number) noexcept { number_ = number; }
  bool failed() const noexcept { return failed_; }

  void changed(const session::record& of) noexcept override;
  void finished(const session::record& of) noexcept override;
  void subscribed(const subscription& what) noexcept override;
  void unsubscribed(std::string_view filter) noexcept override;
  void added(const session::delivery& what, std::uint16_t packet_id) noexcept override;
  void sent(const session::delivery& what, std::uint16_t packet_id) noexcept override;
  void released(const session::delivery& what, std::uint16_t packet_id) noexcept override;
  void removed(const session::delivery& what, bool held) noexcept override;
  void forgotten(std::uint16_t packet_id) noexcept override;

private:
  template <class Write>
  void write(Write&& each) noexcept;
  void put_entry(const session::delivery& what, std::uint16_t packet_id, bool received);

  persistence::batch& into_;
  std::vector<holding>& held_;
  const wall_time& time_;
  std::uint64_t number_ = 0;
  bool failed_ = false;
};

}  // namespace troupe::actors
