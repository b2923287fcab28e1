#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "transport/socket_link.hpp"
#include "transport/websocket/frame_decoder.hpp"

namespace troupe::transport {

class link_set;

/// Sockets to packets, for all links of a loop in turn: one read buffer, one cursor. A handler may pause, close or
/// release the very link that is being read, so everything that is not delivered yet hangs on the cursor.
class reader {
public:
  explicit reader(link_set& owner);

  /// The socket has something. At most read_budget bytes are taken, which epoll reports again, and no more of them
  /// inflated than inflate_budget: what one link sends costs the others little of a turn.
  void readable(socket_link& from);
  /// Goes on with what a pause left unread.
  void resume(socket_link& from);
  /// Bytes that came behind the WebSocket upgrade.
  void input(socket_link& from, std::span<std::byte> bytes);
  /// The link leaves the loop: it takes its undelivered bytes along.
  void released(socket_link& leaving);

  /// Bytes from the peer of a closing link.
  void discard(socket_link& from, std::span<std::byte> bytes);

  std::span<std::byte> buffer() noexcept { return {buffer_.get(), buffer_bytes}; }

private:
  static constexpr std::size_t buffer_bytes = 64 * 1024;
  static constexpr std::size_t read_budget = 8 * 1024;
  static constexpr std::size_t inflate_budget = 8 * 1024;

  struct cursor {
    socket_link* link = nullptr;                        ///< null: it was released, or nothing is being read
    std::span<const std::byte> data;                    ///< decoded, not delivered
    std::span<std::byte> raw;                           ///< given to the decoder, or to be
    const websocket::received_bytes* frames = nullptr;  ///< how far the decoder is in raw; null: not begun
    stream_end end;                                     ///< stands behind data
  };

  bool read_once(socket_link& from, std::size_t& budget);
  void begin(socket_link& from) noexcept;
  bool received(socket_link& from, std::span<std::byte> bytes);
  void end_of_stream(socket_link& from, io_status how);

  bool run(std::span<const std::byte> data);
  bool deliver(std::span<const std::byte> data);
  bool deliver_packet(std::size_t size);
  bool decode(std::span<std::byte> raw);
  bool decode_plain(websocket::received_bytes& in);
  bool decode_messages(websocket::received_bytes& in);
  bool message_part(std::span<const std::byte> part, bool last);
  bool inflate();
  bool whole_message(std::span<const std::byte> part, bool last);
  bool control(const websocket::frame_event& event);
  bool handle_end();
  void keep_undelivered(socket_link& of, bool blocked);
  void keep_for_next_turn(socket_link& of);
  std::span<std::byte> raw_left() const noexcept;
  bool as_messages() const noexcept;

  link_set& set_;
  std::unique_ptr<std::byte[]> buffer_;
  std::vector<std::byte> inflated_;
  std::size_t may_inflate_ = 0;     ///< what is left of inflate_budget
  std::vector<std::byte> partial_;  ///< storage of data when the link had unread bytes
  cursor at_;
};

}  // namespace troupe::transport
