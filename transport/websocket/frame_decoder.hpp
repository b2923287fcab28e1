#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "transport/websocket/frame.hpp"

namespace troupe::websocket {

/// What a decoder insists on; not part of its state, so that one object serves all links that agreed on the same.
struct frame_rules {
  /// Largest payload of a data frame and of a message's frames together, as sent (before inflating).
  std::uint32_t frame_bytes_max = 2 * 1024 * 1024;
  std::uint32_t message_bytes_max = 2 * 1024 * 1024;
  bool masked = true;           ///< false: decode as a client, whose frames must not be masked
  bool accept_text = false;     ///< MQTT is binary only; true: text is taken, uncompressed text checked for UTF-8
  bool compression = false;     ///< permessage-deflate was agreed on: RSV1 marks compressed messages
  bool message_events = false;  ///< report where messages begin and end; MQTT without compression needs no boundaries
};

/// One read's bytes on their way through the decoder. The decoder unmasks them where they are and moves the payloads of
/// data frames together, so that what was decoded is one contiguous run.
class received_bytes {
public:
  explicit received_bytes(std::span<std::byte> bytes) noexcept : bytes_(bytes) {}

  /// Application bytes decoded and not taken yet.
  std::span<std::byte> data() const noexcept { return bytes_.subspan(data_begin_, data_end_ - data_begin_); }
  /// Takes data(): the next run begins anew. Valid as long as the buffer is.
  std::span<std::byte> take() noexcept;
  /// Bytes the decoder has not looked at yet.
  std::size_t left() const noexcept { return bytes_.size() - read_; }

private:
  friend class frame_decoder;
  std::span<std::byte> bytes_;
  std::size_t data_begin_ = 0;
  std::size_t data_end_ = 0;
  std::size_t read_ = 0;
};

/// What the decoder met between the data before it and the data after it.
struct frame_event {
  enum class kind : std::uint8_t {
    none,           ///< the input is used up
    message_begin,  ///< `opcode` and `compressed` tell what follows; only with frame_rules::message_events
    message_end,    ///< the data so far ends the message; only with frame_rules::message_events
    ping,           ///< answer with a pong of the same payload
    pong,
    close,      ///< `code` (no_status if it held none) and payload (reason, UTF-8); nothing is decoded after it
    violation,  ///< close with `code` and `text`; nothing is decoded after it
  };
  frame_event::kind kind = kind::none;
  websocket::opcode opcode = opcode::continuation;
  bool compressed = false;
  close_code code = close_code::none;
  /// Of ping, pong and close (without its code). Valid until the next call.
  std::span<const std::byte> payload;
  std::string_view text;  ///< static
};

/// RFC 6455 frames to application bytes, fed with whatever a read brings. A link keeps one: it is 32 bytes, and only
/// a control frame cut by the end of a read (at most 125 bytes) allocates, for as long as it is incomplete.
class frame_decoder {
public:
  /// Decodes until something is to be reported or `from` is used up. Call again until the kind is `none`, also when
  /// nothing is left(): events may be pending. Data that precedes the event is in from.data(): whoever needs the order
  /// takes it before the next call, whoever does not leaves it and has one run at the end.
  /// `rules` must stay the same for one connection.
  frame_event next(received_bytes& from, const frame_rules& rules);

  /// Whether a frame or a message has begun that is not complete.
  bool mid_message() const noexcept;
  /// Whether a close frame or a violation has ended the stream.
  bool finished() const noexcept { return phase_ == phase_finished; }

private:
  struct header;
  struct control_payload;
  struct discard {
    void operator()(control_payload* payload) const noexcept;
  };

  static constexpr std::uint8_t phase_payload = 254;
  static constexpr std::uint8_t phase_finished = 255;

  frame_event violation(close_code code, std::string_view text) noexcept;
  bool read_header(received_bytes& from, header& to) noexcept;
  frame_event check(const header& next, const frame_rules& rules) noexcept;
  frame_event check_data(const header& next, const frame_rules& rules) noexcept;
  frame_event enter(const header& next, const frame_rules& rules) noexcept;
  frame_event read_payload(received_bytes& from, const frame_rules& rules);
  frame_event read_data(received_bytes& from, const frame_rules& rules) noexcept;
  frame_event read_control(received_bytes& from);
  std::span<std::byte> gather_control(received_bytes& from);
  frame_event control_event(std::span<const std::byte> payload) noexcept;
  frame_event close_event(std::span<const std::byte> payload) noexcept;
  frame_event end_data_frame(const frame_rules& rules) noexcept;
  bool control() const noexcept { return (first_byte_ & 0x08) != 0; }

  std::unique_ptr<control_payload, discard> control_;  ///< a control frame cut by the end of a read
  std::uint32_t remaining_ = 0;                        ///< payload bytes of the current frame still to come
  std::uint32_t message_bytes_ = 0;     ///< payload bytes of the message's frames, the current one included
  std::array<std::byte, 13> header_{};  ///< header cut by the end of a read; during a payload its first four: the mask
  std::uint8_t phase_ = 0;              ///< bytes in header_, or one of the phases above
  std::uint8_t first_byte_ = 0;         ///< of the current frame's header
  std::uint8_t message_ = 0;            ///< open, text, compressed; upper half: state of the UTF-8 check
};

static_assert(sizeof(frame_decoder) <= 32, "an idle link must cost almost nothing");

/// XORs `size` bytes from `from` to `to` with the mask, whose first byte applies to the first. `to` may overlap `from`
/// if it does not lie behind it.
void unmask(std::byte* to, const std::byte* from, std::size_t size, std::array<std::byte, 4> mask) noexcept;

}  // namespace troupe::websocket
