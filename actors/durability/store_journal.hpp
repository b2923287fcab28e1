#pragma once

#include <cstdint>

#include "actors/session/protocol/journal.hpp"
#include "actors/session/protocol/record.hpp"
#include "persistence/batch.hpp"

namespace troupe::actors {

/// Writes what apply() tells of durable sessions into a batch, in the rows of docs/store-format.md. A node without
/// memory for a row ends: it comes back with all that was committed.
class store_journal final : public session::journal {
public:
  /// The batch must outlive what is told.
  explicit store_journal(persistence::batch& into) noexcept : into_{into} {}

  /// The session that is told of from now on; changed() names it, too.
  void of(std::uint64_t number) noexcept { number_ = number; }

  void changed(const session::record& of) noexcept override;
  void finished(const session::record& of) noexcept override;
  void subscribed(const subscription& what) noexcept override;
  void unsubscribed(std::string_view filter) noexcept override;
  void sent(const session::delivery& what, std::uint16_t packet_id) noexcept override;
  void released(const session::delivery& what, std::uint16_t packet_id) noexcept override;
  void removed(std::uint64_t sequence, std::uint64_t held) noexcept override;
  void forgotten(std::uint16_t packet_id) noexcept override;

private:
  persistence::batch& into_;
  std::uint64_t number_ = 0;
};

/// Everything of a session but its queue.
void erase_session(persistence::batch& from, std::string_view client_id, std::uint64_t number);

}  // namespace troupe::actors
