#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "transport/mqtt/codec.hpp"
#include "transport/websocket/deflate.hpp"
#include "transport/websocket/frame_encoder.hpp"

namespace troupe::transport {

class link_set;
struct socket_link;

/// The output of one turn, of all links of a loop in one area: a link pays one copy and one system call. Calls no
/// handler.
class writer {
public:
  explicit writer(link_set& owner) : set_{owner} {}

  /// Queues packets, to be framed where the link speaks WebSocket.
  void packets(socket_link& to, const mqtt::outbox& from);
  /// Queues bytes that go out as they are: control frames, HTTP responses, whole messages.
  void verbatim(socket_link& to, std::span<const std::byte> bytes);
  void message(socket_link& to, websocket::opcode what, std::span<const std::byte> payload);
  void pong(socket_link& to, std::span<const std::byte> payload);

  void flush_all();
  /// Writes the turn's output of one link; what the socket does not take becomes pending.
  void flush(socket_link& to);
  /// Writes pending output: the socket has room.
  void drain(socket_link& to);
  /// Forgets the link's output of this turn: it is dead.
  void drop(socket_link& dead) noexcept;

  websocket::deflate_engines& engines() noexcept { return engines_; }

private:
  enum class kind : std::uint8_t { packets, shared, verbatim };

  struct segment {
    std::uint32_t next;    ///< of the same link, counted from 1
    std::uint32_t offset;  ///< in area_, or the index in shared_
    std::uint32_t size;
    writer::kind kind;
  };
  struct shared_payload {
    publication_ptr owner;
    std::span<const std::byte> payload;
  };
  /// A piece of what goes on the wire.
  struct piece {
    std::span<const std::byte> bytes;
    const publication_ptr* owner;  ///< null: must be copied to be kept
  };

  void copy(socket_link& to, std::span<const std::byte> bytes, kind as);
  void share(socket_link& to, const mqtt::outbox::shared_part& part);
  void link_up(socket_link& to, segment added);
  void account(socket_link& to, std::size_t bytes);
  void collect(socket_link& of);
  void frame(socket_link& of, std::span<const piece> run);
  void frame_message(socket_link& of, std::span<const piece> message, std::size_t bytes);
  void compress_message(socket_link& of, std::span<const piece> message);
  std::size_t write_pieces(socket_link& to);
  std::size_t write_plain(socket_link& to);
  std::size_t write_tls(socket_link& to);
  void keep(socket_link& of, std::size_t skip);
  void after_write(socket_link& to);
  void answer_ping(socket_link& to);
  void reset_area();

  link_set& set_;
  std::vector<std::byte> area_;
  std::vector<segment> segments_;
  std::vector<shared_payload> shared_;
  std::vector<socket_link*> dirty_;
  // Scratch of flush():
  std::vector<piece> pieces_;
  std::vector<piece> run_;
  std::vector<piece> cut_;
  std::deque<websocket::frame_header> headers_;
  std::deque<std::vector<std::byte>> compressed_;
  std::vector<std::byte> record_;
  websocket::deflate_engines engines_;
};

}  // namespace troupe::transport
