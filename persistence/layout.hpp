#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "persistence/keys.hpp"
#include "persistence/table.hpp"

/// What the store itself writes before the values of two tables: a session's revision, and the number of queue entries
/// that a message was put for.
namespace troupe::persistence {

using revision_head = number_key<std::uint64_t>;
using count_head = number_key<std::uint32_t>;

constexpr std::size_t head_bytes(table where) noexcept {
  return where == table::sessions ? sizeof(std::uint64_t) : where == table::messages ? sizeof(std::uint32_t) : 0;
}

/// A row's value without its head. Nothing for one that is too short: no store wrote it.
struct stored_value {
  std::string_view value;
  std::uint64_t revision = 0;  ///< of sessions
  std::uint32_t count = 0;     ///< of messages
};
inline std::optional<stored_value> split(table where, std::string_view raw) noexcept {
  const auto head = head_bytes(where);
  if (raw.size() < head) return {};
  stored_value result{raw.substr(head), 0, 0};
  if (where == table::sessions) result.revision = read_big_endian<std::uint64_t>(raw.data());
  if (where == table::messages) result.count = read_big_endian<std::uint32_t>(raw.data());
  return result;
}

}  // namespace troupe::persistence
