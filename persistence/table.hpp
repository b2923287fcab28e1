#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::persistence {

/// The tables of a store: ordered maps from bytes to bytes. docs/store-format.md says what keys and values are;
/// records.hpp makes them. The numbers are part of the format.
enum class table : std::uint8_t {
  meta = 0,           ///< schema version, high-water marks
  sessions = 1,       ///< client id -> session; each row has a revision
  subscriptions = 2,  ///< session number, filter -> subscription
  queue = 3,          ///< session number, sequence -> queue entry
  inbound = 4,        ///< session number, packet id -> nothing: QoS 2 ids received and not yet released
  messages = 5,       ///< message id -> message; each row counts the queue entries that hold it
  retained = 6,       ///< topic name -> retained message
  counts = 7,         ///< the store's own: what is left of a message's count once some of it was released
};

inline constexpr std::size_t table_count = 8;

inline constexpr std::array<std::string_view, table_count> table_names{
  "meta", "sessions", "subscriptions", "queue", "inbound", "messages", "retained", "counts"};

constexpr std::string_view name_of(table which) noexcept { return table_names[static_cast<std::size_t>(which)]; }
constexpr std::size_t index_of(table which) noexcept { return static_cast<std::size_t>(which); }
constexpr table table_at(std::size_t index) noexcept { return static_cast<table>(index); }

}  // namespace troupe::persistence
