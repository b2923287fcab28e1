#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "transport/handshake.hpp"
#include "transport/link.hpp"
#include "transport/listener.hpp"
#include "transport/reactor.hpp"
#include "transport/reader.hpp"
#include "transport/socket_link.hpp"
#include "transport/timer_wheel.hpp"
#include "transport/websocket/frame.hpp"
#include "transport/writer.hpp"

namespace troupe::transport {

/// A figure that one loop counts and any thread may read.
class link_counter {
public:
  void add(std::uint64_t more) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
  std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// Counted by one link_set.
struct link_stats {
  link_counter bytes_received, bytes_sent;  ///< on the wire, within TLS
  link_counter packets_received;
  link_counter opened;            ///< handshakes finished
  link_counter closed;            ///< links that had been opened
  link_counter violations;        ///< malformed or too large
  link_counter handler_failures;  ///< a link_events handler threw
};

/// Names the handler of a link that has finished its handshake. `as` is welcome, or overloaded: the node refused the
/// connection, and the handler should say so to its CONNECT (0x97) and close.
using open_handler = std::function<link_events&(link& opened, admission as)>;

/// Takes the messages of WebSocket links in place of MQTT packets, for servers that speak something else over them.
class message_events {
public:
  /// `what` is text (valid UTF-8 unless it came compressed) or binary.
  virtual void on_message(link& from, websocket::opcode what, std::span<const std::byte> message) = 0;

protected:
  ~message_events() = default;
};

class packet_tap;

/// All links of one loop, the many of its reactor. Used on that loop only. Handlers are called from reactor::serve(),
/// process_pending() and advance(); never from within send(), close(), flush(), adopt().
class link_set {
public:
  /// `on` and `stats` must outlive it.
  link_set(reactor& on, open_handler on_open, link_stats& stats);
  /// Closes what is left, without on_closed.
  ~link_set();

  /// A fresh accepted socket, whose ownership goes over, after listener::admit(). Begins the handshake, which has
  /// limits::handshake_timeout; a TCP link without one opens within the call.
  void add(int fd, std::shared_ptr<listener> from, const peer_address& peer, admission as = admission::welcome);

  /// Moves a link between loops with everything it holds: TLS and frame state, unread bytes, queued output. release()
  /// works inside the link's own on_packet too. The new loop names the handler before its turn ends.
  link& adopt(std::unique_ptr<link> moved);
  std::unique_ptr<link> release(link& moving);

  /// End of turn: one gathered write for each link that has output.
  void flush();
  /// Links with unread packets that were resumed, room in an outbox, ends of links; bounded for each call. To be called
  /// once or more in every turn. Returns whether something is left.
  bool process_pending();
  /// Whether something is left: the loop must not wait for its descriptors and timers then.
  bool has_pending() const noexcept { return !noticed_.empty(); }
  /// Closes all links as link::close does; those in their handshake at once.
  void close_all(close_reason why, std::string_view text);
  /// Where it marks for which link it works; must outlive it.
  void mark_in(work_mark& where) noexcept { mark_ = &where; }
  work_mark& mark() noexcept { return *mark_; }
  /// Links in any state, closing ones included.
  std::size_t size() const noexcept { return size_; }

  /// Fires what is due, as the loop's timer does by itself. From then on time stands at `now` or later: for tests.
  void advance(time_point now);

  /// From now on WebSocket links hand their messages to `to`; their packets are not looked for.
  void speak_messages(message_events& to) noexcept { messages_ = &to; }
  /// Shows `to` what passes, which must outlive the set or another call; null: nobody, which costs a branch per packet.
  void tap(packet_tap* to) noexcept { tap_ = to; }
  /// Queues one message in one frame, compressed where that was agreed on.
  void send_message(link& to, websocket::opcode what, std::span<const std::byte> message);

private:
  friend class handshaker;
  friend class reader;
  friend class writer;
  friend struct socket_link;

  struct slot {
    std::unique_ptr<socket_link> link;
    std::uint32_t generation = 1;
    std::uint32_t next_free = 0;
  };
  struct link_id {
    std::uint32_t slot, generation;
  };

  socket_link& insert(std::unique_ptr<socket_link> added);
  std::unique_ptr<socket_link> take_out(socket_link& leaving) noexcept;
  socket_link* find(link_id id) noexcept;
  static std::uint64_t tag_of(const socket_link& of) noexcept;

  void ready(std::uint64_t tag, std::uint32_t events);
  void ready_open(socket_link& on, std::uint32_t events);
  void ready_while_paused(socket_link& on, std::uint32_t events);
  void attend(socket_link& to);
  void reap(socket_link& dead);

  time_point now() const noexcept { return std::max(node_clock::now(), advanced_to_); }
  void watch(socket_link& on, bool in, bool out) noexcept;
  void watch_again(socket_link& on) noexcept;
  void unwatch(socket_link& on) noexcept;
  void arm(socket_link& on, time_point deadline);
  void await_next_deadline();
  void fired(link_id id, timer_tick tick);
  void expired(socket_link& on);
  void judge_silence(socket_link& on);

  // Links that need process_pending().
  void notice(socket_link& to);
  void opened(socket_link& ready_link);
  // Ends a link for `cause`: handlers and destruction come later in the turn.
  void finish(socket_link& ending, close_cause cause) noexcept;
  void begin_close(socket_link& closing, close_reason why, std::string_view text);
  // Nothing is left to be sent on a closing link.
  void all_sent(socket_link& closing);
  void shut_down_sending(socket_link& closing);
  void refuse(socket_link& refused, refusal why, std::string_view text);
  void close_refused(socket_link& refused);
  void violated(socket_link& by, close_cause cause, std::string_view text);
  // The peer's close frame: answered, and its handler told.
  void closed_by_peer(socket_link& from, std::uint16_t code);
  // What a closing link's peer sent last.
  void ended(socket_link& closing, stream_end how);
  void tell_closed(socket_link& gone);

  // A handler that throws costs its link, not the loop.
  template <class Call>
  void guarded(const socket_link& on, Call&& call) noexcept {
    const link_id id{on.slot, on.generation};  // the handler may have released the link before it threw
    try {
      call();
    } catch (const std::exception& failure) {
      handler_failed(id, failure.what());
    } catch (...) {
      handler_failed(id, "unknown exception");
    }
  }
  void handler_failed(link_id on, std::string_view text) noexcept;
  // Memory or OpenSSL gave out in our own work: costs that link alone as well.
  template <class Call>
  void contained(const socket_link& on, Call&& call) noexcept {
    const link_id id{on.slot, on.generation};
    try {
      call();
    } catch (const std::exception& failure) {
      gave_out(id, failure.what());
    }
  }
  void gave_out(link_id on, std::string_view text) noexcept;

  open_handler on_open_;
  link_stats& stats_;
  message_events* messages_ = nullptr;
  work_mark own_mark_;  ///< of a set that nobody looks at
  work_mark* mark_ = &own_mark_;
  packet_tap* tap_ = nullptr;
  std::vector<slot> slots_;
  std::uint32_t free_slot_;
  std::size_t size_ = 0;
  timer_wheel<link_id> timers_;
  time_point advanced_to_{};
  std::vector<link_id> noticed_;
  std::vector<link_id> attending_;  ///< scratch of process_pending
  class reader reader_;
  class writer writer_;
  handshaker handshaker_;
  reactor& reactor_;
  reactor::timer wheel_turn_;
};

}  // namespace troupe::transport
