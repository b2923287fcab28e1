#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/client.hpp"
#include "bench/load/comeback.hpp"
#include "bench/load/outlet.hpp"
#include "bench/load/plan.hpp"
#include "bench/load/schedule.hpp"
#include "bench/load/unreleased.hpp"
#include "bench/measure/counters.hpp"

namespace troupe::bench {

/// What subscribers got, told for those who read at once and for slow ones.
struct readers {
  bench::ledger ledger;
  histogram latency;  ///< from due to received
};

/// What all clients of one worker share: the plan, the buffers of a turn, the counts. Clients are numbered from 0 here;
/// `first` is the number of client 0 among those of all workers.
struct workbench {
  static constexpr std::size_t input_bytes = 128 * 1024;
  /// A turn of one client ends when it has written so much: others wait.
  static constexpr std::size_t output_bytes = 64 * 1024;

  const plan& what;
  std::uint32_t first;
  std::uint32_t first_subscriber;  ///< number of the first subscriber here among those of all workers
  int epoll;                       ///< of clients that are attended to at once
  int patient_epoll;               ///< of publishers; inside of the other one, but while nobody waits for them
  std::vector<client> clients;
  schedule pace;
  comeback away;
  bool stormed = false;  ///< connections have been cut on purpose
  bench::unreleased unreleased;
  std::uint32_t opening = 0;  ///< clients on their way to be ready
  nanoseconds now = 0;
  nanoseconds measured_from = never;  ///< only messages due from here on count in `latency`

  counters count;
  readers of_fast, of_slow;
  histogram acknowledging;  ///< from PUBLISH to PUBACK or PUBCOMP
  histogram connecting;     ///< from connect() to CONNACK
  histogram returning;      ///< the same, of clients that were cut
  std::array<char, 128> trouble{};

  std::vector<std::byte> input;   ///< of one read
  outlet output;                  ///< of one client's turn
  std::vector<std::byte> joined;  ///< the rest of the last read, and this one
  std::vector<std::byte> inflated;
  bench::compression compression;  ///< of what comes
  std::vector<std::byte> scratch;  ///< of the decoder
  std::vector<std::byte> payload;
  std::string text, more_text;
  bool window_was_full = false;        ///< somebody had a message due, and no room for it
  std::vector<std::uint32_t> slow;     ///< clients that read late
  std::vector<std::uint32_t> to_pump;  ///< clients that may publish once this turn's events are dealt with

  workbench(const plan& from, std::uint32_t first_client, std::uint32_t clients_here, int epoll_set,
            int patient_epoll_set);

  std::uint32_t number(std::uint32_t self) const noexcept { return first + self; }
  place place_of(std::uint32_t self) const noexcept { return what.place_of(first + self); }
  /// Whether a client waits for its turn in `patient_epoll`: publishers, but where they are left alone for a while
  /// (worker::gain_patience) only fifteen of sixteen.
  bool patient(std::uint32_t self) const noexcept {
    const auto who = place_of(self);
    return who.role == role::publisher && (!what.leaves_acknowledgements() || who.ordinal % 16 != 0);
  }
  /// Whether its acknowledgements are timed: not those that are left lying.
  bool timed(std::uint32_t self) const noexcept { return !what.leaves_acknowledgements() || !patient(self); }
  /// Keeps the first one.
  void note(std::string_view what_happened) noexcept;
  /// A copy of a message of publisher `ordinal` has arrived here: its window may move.
  void credit(std::uint32_t ordinal);
  /// Whether the window of QoS 0 is moved by what arrives: where all ends of a topic are in this process.
  bool end_to_end_window() const noexcept { return end_to_end_; }

private:
  bool end_to_end_ = false;
};

}  // namespace troupe::bench
