#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "persistence/table.hpp"

namespace troupe::persistence {

enum class operation_kind : std::uint8_t { put, erase, erase_range, put_message, hold, release, expect };

/// One step of a batch; the views point into the batch.
struct operation {
  operation_kind kind{};
  persistence::table table{};
  std::string_view key;      ///< erase_range: the first key that goes
  std::string_view value;    ///< erase_range: the first key behind that stays
  std::uint64_t number = 0;  ///< references, or the revision expected
};

/// Changes that happen together or not at all, in the order in which they were added. One flat buffer: adding to it
/// allocates only when the buffer grows. Keys and values are bytes.
class batch {
public:
  void put(table where, std::string_view key, std::string_view value);
  /// As put(), but gives the place of a value of so many bytes to be written to before anything else is done.
  std::span<char> put(table where, std::string_view key, std::size_t value_bytes);
  void erase(table where, std::string_view key);
  /// Everything from `first` on that is before `last`. Not of queue and messages: the whole batch fails.
  void erase_range(table where, std::string_view first, std::string_view last);

  /// A body that so many queue entries hold. Preconditions: the id was never used before; references > 0.
  void put_message(std::uint64_t id, std::uint32_t references, std::string_view body);
  std::span<char> put_message(std::uint64_t id, std::uint32_t references, std::size_t body_bytes);
  /// So many more queue entries hold the body, which was put before. The batch fails if there is no such message.
  void hold(std::uint64_t id, std::uint32_t references);
  /// So many queue entries less; with the last one the body goes. Nothing happens if there is no such message.
  void release(std::uint64_t id, std::uint32_t references = 1);

  /// Compare and set: the whole batch ends as `conflict` unless this session's row has this revision when the batch's
  /// turn comes. 0: there must be no such row.
  void expect(std::string_view client_id, std::uint64_t revision);

  /// All of another one's steps, behind its own.
  void append(const batch& more);

  /// Whether it only takes away: such a batch is accepted beyond the limit of bytes waiting, as it makes room.
  bool only_frees() const noexcept { return !adds_; }
  bool conditional() const noexcept { return conditional_; }
  bool empty() const noexcept { return buffer_.empty(); }
  std::size_t bytes() const noexcept { return buffer_.size(); }
  void reserve(std::size_t bytes) { buffer_.reserve(bytes); }
  /// Empty again; the buffer stays.
  void clear() noexcept;

  /// The operation at `offset`, which moves on to the next one; nothing at the end. Begin with offset 0.
  std::optional<operation> next(std::size_t& offset) const noexcept;

private:
  std::span<char> add(operation_kind kind, table where, std::string_view key, std::size_t value_bytes,
                      std::uint64_t number = 0);

  std::string buffer_;
  bool adds_ = false;
  bool conditional_ = false;
};

}  // namespace troupe::persistence
