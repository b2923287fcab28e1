#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "transport/link.hpp"
#include "transport/listener.hpp"
#include "transport/output_queue.hpp"
#include "transport/timer_wheel.hpp"
#include "transport/tls.hpp"
#include "transport/websocket/deflate.hpp"
#include "transport/websocket/frame_decoder.hpp"

namespace troupe::transport {

class link_set;

enum class link_phase : std::uint8_t {
  proxy_header,
  tls_handshake,
  upgrade,
  open,
  flushing,        ///< close() was called: output goes out first
  awaiting_close,  ///< our close frame is sent, the peer's is waited for
  draining,        ///< the sending side is shut down; what comes is discarded
  dead,            ///< on_closed and destruction come later in the turn
};

/// What the peer did that ends its stream, kept while packets before it are unread.
struct stream_end {
  enum class kind : std::uint8_t { none, close_frame, violation };
  stream_end::kind kind = kind::none;
  close_cause cause = close_cause::malformed;
  std::uint16_t code = 0;  ///< WebSocket close code: the peer's, or the one for its violation
  std::string_view text;   ///< static
};

/// Bytes received that were not delivered: a part of a packet, and while the link is paused whatever came behind.
struct unread_bytes {
  std::vector<std::byte> data;  ///< out of the frames
  std::vector<std::byte> raw;   ///< not looked at by the frame decoder
  stream_end end;               ///< comes after data
  bool blocked = false;         ///< not merely part of a packet: to be read before the socket is
};

/// A link over a socket. Plain data for the parts of its link_set; what it holds only at times lies behind pointers, so
/// that an idle WebSocket link costs less than 200 bytes.
struct socket_link final : link {
  socket_link(int socket, std::shared_ptr<transport::listener> from, const peer_address& peer, admission as);
  ~socket_link() override;

  void handler(link_events& to) noexcept override { events = &to; }
  void send(mqtt::outbox& from) override;
  std::size_t outbox_bytes() const noexcept override { return turn_bytes + (pending ? pending->bytes() : 0); }
  time_point waits_since() const noexcept override { return pending ? pending->oldest() : time_point::max(); }
  work_mark::whom mark() const noexcept override {
    return work_mark::of_link | std::uint64_t{generation & work_mark::link_generations} << 32 | slot;
  }
  bool congested() const noexcept override { return is_congested; }
  void pause() noexcept override { is_paused = true; }
  void resume() override;
  bool paused() const noexcept override { return is_paused; }
  void close(close_reason why, std::string_view text) override;
  const transport::listener& listener() const noexcept override { return *accepted_by; }
  std::string peer() const override { return address.text(); }
  bool peer_is_local() const noexcept override { return address.is_local(); }
  std::string certificate_common_name() const override { return tls.peer_common_name(); }
  std::uint64_t bytes_received() const noexcept override { return received; }
  std::uint64_t bytes_sent() const noexcept override { return sent; }

  const config::limits& limits() const noexcept { return accepted_by->options().limits; }
  bool takes_packets() const noexcept { return phase == link_phase::open && !is_paused && !is_flooded; }
  bool in_handshake() const noexcept { return phase < link_phase::open; }
  bool open_or_closing() const noexcept { return phase >= link_phase::open && phase < link_phase::dead; }
  /// Both close frames are there: the server is to close first, and at once (RFC 6455, 7.1.1).
  bool ends_when_sent() const noexcept { return phase == link_phase::flushing && websocket && peer_closed && !tls; }
  unread_bytes& unread_or_new();

  io_result read(std::span<std::byte> into) noexcept;

  link_set* set = nullptr;  ///< null while it moves between loops
  link_events* events = nullptr;
  std::shared_ptr<transport::listener> accepted_by;
  tls_session tls;
  websocket::frame_decoder decoder;
  std::unique_ptr<websocket::permessage_deflate> deflate;
  std::unique_ptr<unread_bytes> unread;
  std::unique_ptr<output_queue> pending;
  std::unique_ptr<std::vector<std::byte>> handshake_bytes;
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  peer_address address;
  int fd;
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  std::uint32_t first_segment = 0;  ///< of this turn's output, in the writer's count from 1; 0: none
  std::uint32_t last_segment = 0;
  std::uint32_t turn_bytes = 0;  ///< of this turn's output
  timer_tick armed = 0;          ///< when its current timer fires; 0: none
  timer_tick deadline = 0;       ///< of what the phase waits for; 0: none
  timer_tick heard = 0;          ///< when bytes last came; only where there are server pings
  std::uint16_t close_code = 0;  ///< overrides the one of the close_reason; 0: does not
  link_phase phase = link_phase::open;
  close_cause cause = close_cause::closed_by_node;
  admission admitted;
  std::uint8_t message_opcode : 4 = 0;  ///< of the WebSocket message that is being read
  bool message_compressed : 1 = false;
  bool websocket : 1 = false;  ///< after the upgrade
  bool is_paused : 1 = false;
  bool is_congested : 1 = false;
  bool is_flooded : 1 = false;  ///< the outbox passed twice its limit: not read until it is congested no more
  bool is_dirty : 1 = false;    ///< in the writer's list
  bool is_noticed : 1 = false;  ///< in the set's list
  bool became_writable : 1 = false;
  bool watches_in : 1 = true;
  bool watches_out : 1 = false;
  bool unwatched : 1 = false;  ///< taken out of epoll, which would report a hang-up without end
  bool ping_sent : 1 = false;
  bool stream_broken : 1 = false;  ///< frames cannot be decoded any more
  bool peer_closed : 1 = false;    ///< its close frame or the end of its stream has come
  bool tells_closed : 1 = false;   ///< on_closed is due though bytes still go out
};

}  // namespace troupe::transport
