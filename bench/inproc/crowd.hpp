#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "actors/station.hpp"
#include "bench/inproc/memory_link.hpp"
#include "bench/inproc/options.hpp"
#include "bench/inproc/plan.hpp"
#include "bench/measure/histogram.hpp"

namespace troupe::bench::inproc {

/// What a crowd counts; written on its loop, read by anybody.
struct crowd_figures {
  actors::counter connected, subscribed, closed;
  actors::counter published, acknowledged, received;
  actors::counter refused;    ///< PUBACKs with a reason of 0x10 or more, and packets that nobody expected
  actors::counter duplicate;  ///< the newest number once more
  actors::counter reordered;  ///< a number below the newest: late, or a repetition
  actors::counter foreign;
  actors::counter ticks;
  actors::counter own_nanoseconds;  ///< CPU time in the clients' own code
};

/// The clients of one loop, all on that loop: in every turn they send what is due, and at its end they read what the
/// node has written. Their own work is done in runs, and the thread's CPU clock read around each, so that it can be
/// told apart from the node's.
class crowd {
public:
  crowd(const options& from, const inproc::plan& along, actors::station& at,
        std::shared_ptr<const transport::listener> via);
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;

  // Orders, on the loop.
  void connect_all();
  /// Looks every tick whether something is due, as when publishing, without ever finding anything.
  void tick_idly(bool on);
  void publish(time_point start, time_point measured_from, time_point end);

  const crowd_figures& figures() const noexcept { return figures_; }
  /// Of publications due in the measured part, from when they were due. Read after the loop has ended.
  const histogram& latency() const noexcept { return latency_; }
  /// Nothing more is due.
  bool all_published() const noexcept { return all_published_.load(std::memory_order_acquire); }

  // For the links.
  void take(const memory_link& to, mqtt::outbox& from);
  void closed(memory_link& by);
  void resumed() noexcept { some_resumed_ = true; }
  const transport::listener& listener() const noexcept { return *via_; }

private:
  struct sending {
    std::uint32_t client;
    std::uint32_t size;
  };
  struct waiting {
    std::uint32_t client;
    std::vector<std::byte> packet;
  };

  // A turn of the loop
  bool act();
  bool read();
  void arm();

  void say_due_publications();
  void say_connects();
  void say_publish(std::uint32_t who, std::chrono::nanoseconds due);
  template <class Encode>
  void say(std::uint32_t who, Encode encode);
  void hand_over();
  void hand_over_waiting();
  void give(memory_link& to, std::span<const std::byte> packet);
  void read_packets(std::uint32_t who, std::span<const std::byte> bytes, time_point now);
  void got(std::uint32_t who, const mqtt::packet& what, time_point now);
  void got(std::uint32_t who, const mqtt::publish& what, time_point now);
  void end_closed();

  memory_link& client(std::uint32_t number) noexcept { return clients_[number]; }
  std::uint32_t number_of(const memory_link& of) const noexcept {
    return static_cast<std::uint32_t>(&of - clients_.data());
  }

  const options& options_;
  const inproc::plan& plan_;
  actors::station& at_;
  std::shared_ptr<const transport::listener> via_;
  std::uint64_t first_;
  std::vector<memory_link> clients_;
  crowd_figures figures_;
  histogram latency_;

  // To the node: packets one after the other, and whose they are.
  std::vector<std::byte> up_;
  std::vector<sending> said_;
  std::deque<waiting> waiting_;
  bool some_resumed_ = false;
  // From the node, likewise; the second pair is being read.
  std::vector<std::byte> down_, read_;
  std::vector<sending> heard_, reading_;
  std::vector<std::uint32_t> closed_;
  std::vector<std::byte> scratch_;

  std::uint32_t connecting_ = 0;
  std::uint32_t next_to_connect_ = 0;
  bool connects_ = false;

  std::uint64_t stride_;
  std::uint64_t next_ = 0;  ///< number of this loop's next publication
  std::uint64_t next_publisher_ = 0;
  std::optional<time_point> start_;
  time_point measured_from_{}, end_{};
  std::vector<std::byte> payload_;
  std::atomic<bool> all_published_ = false;
  transport::reactor::timer timer_;
  bool ticks_idly_ = false;
};

}  // namespace troupe::bench::inproc
