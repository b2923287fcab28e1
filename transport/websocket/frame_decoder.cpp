#include "transport/websocket/frame_decoder.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "transport/websocket/utf8.hpp"

namespace troupe::websocket {

namespace {

using kind = enum frame_event::kind;
using mask_key = std::array<std::byte, 4>;

constexpr std::uint8_t final_bit = 0x80, compressed_bit = 0x40, reserved_bits = 0x30, opcode_bits = 0x0F;
constexpr std::uint8_t control_bit = 0x08;
constexpr std::uint8_t masked_bit = 0x80, length_bits = 0x7F;
constexpr std::size_t control_bytes_max = 125;

// The lower half of frame_decoder::message_; the upper half is the state of the UTF-8 check.
constexpr std::uint8_t message_open = 1, message_text = 2, message_compressed = 4;

std::uint8_t u8(std::byte byte) noexcept { return std::to_integer<std::uint8_t>(byte); }

mask_key rotated(const mask_key& mask, std::size_t by) noexcept {
  mask_key result;
  for (std::size_t i = 0; i < 4; ++i) result[i] = mask[(i + by) % 4];
  return result;
}

std::uint64_t big_endian(const std::byte* bytes, std::size_t size) noexcept {
  std::uint64_t result = 0;
  for (std::size_t i = 0; i < size; ++i) result = result << 8 | u8(bytes[i]);
  return result;
}

/// Bytes that follow the header's first two to tell the length.
std::size_t length_bytes(std::uint8_t second) noexcept {
  auto length = second & length_bits;
  return length == 126 ? 2 : length == 127 ? 8 : 0;
}

}  // namespace

void unmask(std::byte* to, const std::byte* from, std::size_t size, mask_key mask) noexcept {
  std::uint32_t word;
  std::memcpy(&word, mask.data(), sizeof word);
  auto wide = std::uint64_t{word} << 32 | word;
  std::size_t at = 0;
  // Every block is loaded before it is stored, so that an overlap with `to` before `from` does no harm.
  for (; at + 32 <= size; at += 32) {
    std::uint64_t block[4];
    std::memcpy(block, from + at, sizeof block);
    for (auto& part : block) part ^= wide;
    std::memcpy(to + at, block, sizeof block);
  }
  for (; at + 8 <= size; at += 8) {
    std::uint64_t block;
    std::memcpy(&block, from + at, sizeof block);
    block ^= wide;
    std::memcpy(to + at, &block, sizeof block);
  }
  for (; at < size; ++at) to[at] = from[at] ^ mask[at % 4];
}

std::span<std::byte> received_bytes::take() noexcept {
  auto result = data();
  data_begin_ = data_end_;
  return result;
}

/// A whole frame header.
struct frame_decoder::header {
  std::uint8_t first = 0;
  std::uint8_t second = 0;
  std::uint64_t payload_bytes = 0;
  mask_key mask{};

  websocket::opcode opcode() const noexcept { return static_cast<websocket::opcode>(first & opcode_bits); }
  bool final() const noexcept { return (first & final_bit) != 0; }
  bool compressed() const noexcept { return (first & compressed_bit) != 0; }
  bool control() const noexcept { return (first & control_bit) != 0; }
  bool masked() const noexcept { return (second & masked_bit) != 0; }
  bool minimal() const noexcept {
    return length_bytes(second) == 0 || payload_bytes > (length_bytes(second) == 2 ? 125u : 0xFFFFu);
  }
};

struct frame_decoder::control_payload {
  std::uint8_t size = 0;
  std::array<std::byte, control_bytes_max> bytes;
};

void frame_decoder::discard::operator()(control_payload* payload) const noexcept { delete payload; }

bool frame_decoder::mid_message() const noexcept {
  return !finished() && (phase_ != 0 || (message_ & message_open) != 0);
}

frame_event frame_decoder::next(received_bytes& from, const frame_rules& rules) {
  if (control_ && phase_ != phase_payload) control_.reset();  // reported by the call before
  for (;;) {
    frame_event event;
    if (phase_ == phase_finished) {
      from.read_ = from.bytes_.size();
      return event;
    }
    if (phase_ == phase_payload) {
      event = read_payload(from, rules);
      if (event.kind == kind::none && phase_ == phase_payload) return event;
    } else {
      header complete;
      if (!read_header(from, complete)) return event;
      event = check(complete, rules);
      if (event.kind == kind::none) event = enter(complete, rules);
    }
    if (event.kind != kind::none) return event;
  }
}

frame_event frame_decoder::violation(close_code code, std::string_view text) noexcept {
  phase_ = phase_finished;
  return {.kind = kind::violation, .opcode = {}, .compressed = false, .code = code, .payload = {}, .text = text};
}

/// Joins what an earlier read left in header_ with what came now. False: the header is still incomplete.
bool frame_decoder::read_header(received_bytes& from, header& to) noexcept {
  std::array<std::byte, 14> joined{};
  auto kept = std::size_t{phase_};
  auto fresh = std::min(from.left(), joined.size() - kept);
  std::copy_n(header_.begin(), kept, joined.begin());
  std::copy_n(from.bytes_.begin() + static_cast<std::ptrdiff_t>(from.read_), fresh,
              joined.begin() + static_cast<std::ptrdiff_t>(kept));
  auto have = kept + fresh;
  to.first = u8(joined[0]);
  to.second = u8(joined[1]);
  auto mask_at = 2 + length_bytes(to.second);
  auto need = have < 2 ? 2 : mask_at + (to.masked() ? 4 : 0);
  if (have < need) {
    std::copy_n(joined.begin(), have, header_.begin());
    phase_ = static_cast<std::uint8_t>(have);
    from.read_ += fresh;
    return false;
  }
  to.payload_bytes = mask_at == 2 ? to.second & length_bits : big_endian(joined.data() + 2, mask_at - 2);
  if (to.masked()) std::copy_n(joined.begin() + static_cast<std::ptrdiff_t>(mask_at), 4, to.mask.begin());
  from.read_ += need - kept;
  return true;
}

/// RFC 6455, 5.2, 5.4 and 5.5: everything that a header alone tells.
frame_event frame_decoder::check(const header& next, const frame_rules& rules) noexcept {
  constexpr auto error = close_code::protocol_error;
  auto opcode = next.first & opcode_bits;
  if ((next.first & reserved_bits) != 0) return violation(error, "reserved bit set");
  if ((opcode > 2 && opcode < 8) || opcode > 10) return violation(error, "reserved opcode");
  if (next.masked() != rules.masked)
    return violation(error, rules.masked ? "frame from a client is not masked" : "frame from a server is masked");
  if (next.payload_bytes >> 63 != 0) return violation(error, "top bit of a 64 bit length set");
  if (!next.minimal()) return violation(error, "length not in its shortest form");
  if (!next.control()) return check_data(next, rules);
  if (next.compressed()) return violation(error, "compressed control frame");
  if (!next.final()) return violation(error, "fragmented control frame");
  if (next.payload_bytes > control_bytes_max) return violation(error, "control frame larger than 125 bytes");
  return {};
}

frame_event frame_decoder::check_data(const header& next, const frame_rules& rules) noexcept {
  auto open = (message_ & message_open) != 0;
  auto goes_on = next.opcode() == opcode::continuation;
  if (goes_on && !open) return violation(close_code::protocol_error, "continuation without a message");
  if (!goes_on && open) return violation(close_code::protocol_error, "message inside a fragmented message");
  if (next.compressed() && (goes_on || !rules.compression))
    return violation(close_code::protocol_error, "unexpected compression bit");
  // MQTT Control Packets MUST be sent in WebSocket binary data frames [MQTT-6.0.0-1].
  if (next.opcode() == opcode::text && !rules.accept_text)
    return violation(close_code::unsupported_data, "text frame where binary is expected");
  auto before = goes_on ? std::uint64_t{message_bytes_} : 0;
  if (next.payload_bytes > rules.frame_bytes_max) return violation(close_code::too_large, "frame too large");
  if (before + next.payload_bytes > rules.message_bytes_max)
    return violation(close_code::too_large, "message too large");
  return {};
}

/// Makes a checked header the current frame.
frame_event frame_decoder::enter(const header& next, const frame_rules& rules) noexcept {
  first_byte_ = next.first;
  remaining_ = static_cast<std::uint32_t>(next.payload_bytes);
  std::copy(next.mask.begin(), next.mask.end(), header_.begin());
  phase_ = phase_payload;
  if (next.control()) return {};
  auto begins = next.opcode() != opcode::continuation;
  message_bytes_ = remaining_ + (begins ? 0 : message_bytes_);
  if (!begins) return {};
  message_ = static_cast<std::uint8_t>(message_open | (next.opcode() == opcode::text ? message_text : 0) |
                                       (next.compressed() ? message_compressed : 0));
  if (!rules.message_events) return {};
  return {.kind = kind::message_begin,
          .opcode = next.opcode(),
          .compressed = next.compressed(),
          .code = close_code::none,
          .payload = {},
          .text = {}};
}

frame_event frame_decoder::read_payload(received_bytes& from, const frame_rules& rules) {
  return control() ? read_control(from) : read_data(from, rules);
}

frame_event frame_decoder::read_data(received_bytes& from, const frame_rules& rules) noexcept {
  auto size = std::min<std::size_t>(remaining_, from.left());
  auto source = from.bytes_.data() + from.read_;
  if (from.data_begin_ == from.data_end_) from.data_begin_ = from.data_end_ = from.read_;  // a first run need not move
  auto target = from.bytes_.data() + from.data_end_;  // frames need not end where packets do [MQTT-6.0.0-2]
  mask_key mask;
  std::copy_n(header_.begin(), 4, mask.begin());
  if (rules.masked)
    unmask(target, source, size, mask);
  else if (target != source)
    std::memmove(target, source, size);
  from.read_ += size;
  from.data_end_ += size;
  remaining_ -= static_cast<std::uint32_t>(size);
  mask = rotated(mask, size % 4);
  std::copy(mask.begin(), mask.end(), header_.begin());
  if ((message_ & message_text) != 0 && (message_ & message_compressed) == 0) {
    auto check = utf8_check::resume(static_cast<std::uint8_t>(message_ >> 4));
    auto good = check.feed({target, size});
    message_ = static_cast<std::uint8_t>(check.state() << 4 | (message_ & 0x0F));
    if (!good) return violation(close_code::invalid_payload, "text is not UTF-8");
  }
  return remaining_ == 0 ? end_data_frame(rules) : frame_event{};
}

frame_event frame_decoder::end_data_frame(const frame_rules& rules) noexcept {
  phase_ = 0;
  if ((first_byte_ & final_bit) == 0) return {};
  if (message_ >> 4 != 0) return violation(close_code::invalid_payload, "text ends inside a character");
  auto was = message_;
  message_ = 0;
  message_bytes_ = 0;
  if (!rules.message_events) return {};
  return {.kind = kind::message_end,
          .opcode = (was & message_text) != 0 ? opcode::text : opcode::binary,
          .compressed = (was & message_compressed) != 0,
          .code = close_code::none,
          .payload = {},
          .text = {}};
}

frame_event frame_decoder::read_control(received_bytes& from) {
  auto payload = gather_control(from);
  if (remaining_ != 0) return {};
  phase_ = 0;
  mask_key mask;
  std::copy_n(header_.begin(), 4, mask.begin());
  unmask(payload.data(), payload.data(), payload.size(), mask);  // a server's frame left the mask at zero
  return control_event(payload);
}

/// The payload, still masked, once remaining_ is 0: where it was received, or joined in control_ if a read cut it.
std::span<std::byte> frame_decoder::gather_control(received_bytes& from) {
  auto size = std::min<std::size_t>(remaining_, from.left());
  auto part = from.bytes_.subspan(from.read_, size);
  auto cut = size < remaining_;
  if (!control_ && cut && size > 0) control_.reset(new control_payload);
  from.read_ += size;
  remaining_ -= static_cast<std::uint32_t>(size);
  if (!control_) return part;
  std::copy(part.begin(), part.end(), control_->bytes.begin() + control_->size);
  control_->size = static_cast<std::uint8_t>(control_->size + size);
  return {control_->bytes.data(), control_->size};
}

frame_event frame_decoder::control_event(std::span<const std::byte> payload) noexcept {
  auto opcode = static_cast<websocket::opcode>(first_byte_ & opcode_bits);
  if (opcode == opcode::close) return close_event(payload);
  return {.kind = opcode == opcode::ping ? kind::ping : kind::pong,
          .opcode = opcode,
          .compressed = false,
          .code = close_code::none,
          .payload = payload,
          .text = {}};
}

/// RFC 6455, 5.5.1 and 7.4.
frame_event frame_decoder::close_event(std::span<const std::byte> payload) noexcept {
  if (payload.size() == 1) return violation(close_code::protocol_error, "close frame with half a code");
  auto code = close_code::no_status;
  if (payload.size() >= 2) {
    auto number = static_cast<std::uint16_t>(big_endian(payload.data(), 2));
    if (!may_be_sent(number)) return violation(close_code::protocol_error, "close code that must not be sent");
    code = static_cast<close_code>(number);
    payload = payload.subspan(2);
  }
  if (!is_utf8(payload)) return violation(close_code::invalid_payload, "close reason is not UTF-8");
  phase_ = phase_finished;
  return {
    .kind = kind::close, .opcode = opcode::close, .compressed = false, .code = code, .payload = payload, .text = {}};
}

}  // namespace troupe::websocket
