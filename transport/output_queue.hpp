#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include <sys/uio.h>

#include "transport/mqtt/codec.hpp"

namespace troupe::transport {

/// Framed bytes that a link's socket did not take: exists only while there are any. Shared payloads are referred to.
class output_queue {
public:
  void append(std::span<const std::byte> bytes, time_point now);
  void append(const publication_ptr& owner, std::span<const std::byte> payload, time_point now);
  /// Drops `count` bytes from the front. Precondition: they are there.
  void consume(std::size_t count) noexcept;

  std::size_t bytes() const noexcept { return bytes_; }
  bool empty() const noexcept { return bytes_ == 0; }
  /// When the oldest part came, of which bytes are left; max(): nothing waits.
  time_point oldest() const noexcept { return empty() ? time_point::max() : parts_[first_].since; }
  /// Points `to` at the first bytes; returns how many entries it filled.
  std::size_t gather(std::span<iovec> to) const noexcept;
  /// Copies the first bytes; returns how many.
  std::size_t copy(std::span<std::byte> to) const noexcept;

  /// The latest ping that could not be answered yet; an older one need not be (RFC 6455, 5.5.3).
  std::optional<std::vector<std::byte>> unanswered_ping;

private:
  static constexpr std::size_t part_bytes_max = 64 * 1024;

  struct part {
    std::vector<std::byte> own;
    publication_ptr owner;  ///< of `shared`; null: `own` counts
    std::span<const std::byte> shared;
    time_point since{};
    std::span<const std::byte> view() const noexcept { return owner ? shared : std::span<const std::byte>{own}; }
  };

  std::vector<part> parts_;
  std::size_t first_ = 0;         ///< part that is sent next
  std::size_t first_offset_ = 0;  ///< bytes of it that are sent
  std::size_t bytes_ = 0;
};

}  // namespace troupe::transport
