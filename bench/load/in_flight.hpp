#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "bench/load/clock.hpp"

namespace troupe::bench {

/// When each message in flight of one publisher was sent, by packet identifier: a word for each place of its window,
/// and nothing for who has not published yet. Identifiers follow each other and are acknowledged in order mostly, so
/// each has a place of its own; where two come to want the same, there will be twice as many places.
class in_flight {
public:
  /// Precondition: the identifier is not in flight, and is not 0.
  void add(std::uint16_t id, nanoseconds sent) {
    while (places_[place_of(id)] != 0) grow();
    places_[place_of(id)] = (sent & time_mask) << 17 | id;
  }
  bool contains(std::uint16_t id) const noexcept { return static_cast<std::uint16_t>(places_[place_of(id)]) == id; }

  /// How long ago it was sent, at `now`; nothing where it is not in flight.
  std::optional<nanoseconds> age(std::uint16_t id, nanoseconds now) const noexcept {
    if (!contains(id)) return std::nullopt;
    return ((now & time_mask) - (places_[place_of(id)] >> 17)) & time_mask;
  }
  void remove(std::uint16_t id) noexcept {
    if (contains(id)) places_[place_of(id)] = 0;
  }

  /// At QoS 2: the broker has the message (PUBREC). Nothing happens where it is not in flight.
  void received(std::uint16_t id) noexcept {
    if (contains(id)) places_[place_of(id)] |= received_bit;
  }
  bool is_received(std::uint16_t id) const noexcept {
    return contains(id) && (places_[place_of(id)] & received_bit) != 0;
  }

  /// Places taken and free.
  std::size_t room() const noexcept { return places_.size(); }

private:
  static constexpr std::uint64_t time_mask = (std::uint64_t{1} << 47) - 1;  ///< 39 hours: who is longer in flight?
  static constexpr std::uint64_t received_bit = 1 << 16;

  std::size_t place_of(std::uint16_t id) const noexcept { return id & (places_.size() - 1); }
  void grow() {
    std::vector<std::uint64_t> wider(places_.size() * 2);
    for (const auto each : places_)
      if (each != 0) wider[static_cast<std::uint16_t>(each) & (wider.size() - 1)] = each;
    places_ = std::move(wider);
  }

  std::vector<std::uint64_t> places_ = std::vector<std::uint64_t>(8);  ///< time, whether received, identifier; 0: free
};

}  // namespace troupe::bench
