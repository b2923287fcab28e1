#pragma once

#include <cstdint>

#include "actors/session/protocol/delivery.hpp"

namespace troupe::session {

/// QoS 1 and 2 publications that were sent and not fully acknowledged, by packet id, in the order they were first sent.
/// A packet id is the number of its slot, so that finding one takes no search; freed ids wait in line, so that one is
/// used again as late as possible. One word wide; nothing is allocated while no delivery was ever in flight.
///
/// Like ring, it never grows by itself: larger() is prepared, adopt() does not throw.
class inflight_window {
public:
  enum class state : std::uint8_t {
    free,
    sent,      ///< PUBLISH sent: PUBACK or PUBREC is due
    released,  ///< PUBREC came, PUBREL sent: PUBCOMP is due; the message itself is gone [MQTT-4.3.3-5]
  };

  struct slot {
    delivery what;
    std::uint16_t previous = 0;
    std::uint16_t next = 0;
    inflight_window::state state = state::free;
    bool on_link = false;  ///< its PUBLISH went out on the present link and counts in the client's receive maximum
  };

  inflight_window() noexcept = default;
  inflight_window(inflight_window&& other) noexcept;
  inflight_window& operator=(inflight_window&& other) noexcept;
  ~inflight_window();

  std::uint16_t size() const noexcept;
  std::uint16_t capacity() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  /// PUBLISH packets that count in the client's receive maximum [MQTT-3.3.4-9].
  std::uint16_t open() const noexcept;
  /// Where resending has to go on; 0: all is sent.
  std::uint16_t resend() const noexcept;

  /// The slot of a packet id in flight; null if there is none.
  const slot* find(std::uint16_t packet_id) const noexcept;
  /// Asks the processor for the first slots.
  void approach() const noexcept { __builtin_prefetch(body_); }
  /// Oldest packet id in flight, and the one sent after `packet_id`; 0 past the end.
  std::uint16_t first() const noexcept;
  std::uint16_t after(std::uint16_t packet_id) const noexcept;

  /// Says which packet ids the next deliveries get, while nothing is changed yet.
  class ids {
  public:
    /// `freed`: an id whose release is decided and not applied yet; 0: none.
    explicit ids(const inflight_window& of, std::uint16_t freed = 0) noexcept;
    std::uint16_t next() noexcept;
    /// Slots that the window needs for all ids handed out.
    std::uint16_t capacity() const noexcept { return capacity_; }

  private:
    const inflight_window& of_;
    std::uint16_t free_;
    std::uint16_t freed_;
    std::uint16_t capacity_;
  };

  inflight_window larger(std::uint16_t capacity) const;
  void adopt(inflight_window prepared) noexcept;

  /// Precondition: the id is free and within capacity(). Its PUBLISH counts as sent on the present link.
  void add(std::uint16_t packet_id, delivery what) noexcept;
  /// PUBREC came: the message is given back. Its place in a store stays known.
  publication_ptr release(std::uint16_t packet_id) noexcept;
  /// The handshake is over: the id is free, what was in flight is given back.
  delivery remove(std::uint16_t packet_id) noexcept;
  /// The PUBLISH was sent again, on a new link.
  void sent_again(std::uint16_t packet_id) noexcept;
  void resend_from(std::uint16_t packet_id) noexcept;
  /// No PUBLISH is on a link any more.
  void link_lost() noexcept;

private:
  struct header {
    std::uint16_t capacity, size, open, resend;
    std::uint16_t first, last;            ///< in flight, in order
    std::uint16_t free_first, free_last;  ///< free ids, longest free first
  };

  slot& at(std::uint16_t packet_id) const noexcept;
  void append(std::uint16_t& first, std::uint16_t& last, std::uint16_t packet_id) noexcept;
  void unlink(std::uint16_t& first, std::uint16_t& last, std::uint16_t packet_id) noexcept;

  header* body_ = nullptr;
};

}  // namespace troupe::session
