#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "bench/load/clock.hpp"
#include "bench/load/in_flight.hpp"
#include "bench/load/link.hpp"
#include "bench/load/outlet.hpp"
#include "bench/measure/stamp.hpp"
#include "transport/mqtt/packets.hpp"
#include "transport/websocket/frame_decoder.hpp"

namespace troupe::bench {

struct place;
struct readers;
struct workbench;

/// One MQTT connection. It knows neither its number nor its names: whoever calls gives the number, and everything that
/// follows from the plan is computed when it is needed. What it holds while idle is this object.
class client {
public:
  enum class stage : std::uint8_t { closed, connecting, securing, upgrading, entering, subscribing, ready };

  client() = default;
  client(client&&) noexcept = default;
  client& operator=(client&&) noexcept = default;

  client::stage stage() const noexcept { return stage_; }
  /// Begins to connect. `self` is the client's number on the workbench, here and below.
  void open(workbench& at, std::uint32_t self);
  /// What epoll tells of its socket. Everything that follows from it leaves in one send.
  void on_event(workbench& at, std::uint32_t self, std::uint32_t events);
  /// Of a slow reader: reads what it may by now.
  void sip(workbench& at, std::uint32_t self, std::size_t bytes);
  /// Publishes what is due, as far as the window and the socket allow, in one send.
  void pump(workbench& at, std::uint32_t self);
  /// One more copy of a message of ours has arrived; `copies` of them make it done. Only at QoS 0, which has no
  /// acknowledgement that could move the window.
  void credit(std::uint16_t copies) noexcept;
  /// At QoS 0: what is in flight will not arrive any more.
  void forget_in_flight() noexcept { in_flight_ = 0, delivered_ = 0; }
  std::uint16_t in_flight() const noexcept { return in_flight_; }
  /// PINGREQ, unless something was sent since the last call.
  void keep_alive(workbench& at, std::uint32_t self);
  /// The connection ends without a word, as if its cable were cut. The client keeps its part of the session.
  void cut(workbench& at, std::uint32_t self);
  /// DISCONNECT, and the socket is closed.
  void leave(workbench& at, std::uint32_t self);

private:
  void secure(workbench& at, std::uint32_t self);
  void begin(workbench& at, std::uint32_t self);
  void enter(workbench& at, std::uint32_t self);
  void entered(workbench& at, std::uint32_t self, const mqtt::connack& answer);
  void subscribe(workbench& at, std::uint32_t self);
  void become_ready(workbench& at, std::uint32_t self);
  void come_back(workbench& at, std::uint32_t self);
  void send_again(workbench& at, std::uint32_t self);
  void forget_session(workbench& at, std::uint32_t self);
  void receive(workbench& at, std::uint32_t self, bool to_the_end);
  void take(workbench& at, std::uint32_t self, std::span<std::byte> bytes);
  std::span<std::byte> upgraded(workbench& at, std::uint32_t self, std::span<std::byte> bytes);
  void unframe(workbench& at, std::uint32_t self, std::span<std::byte> bytes);
  bool inflate(workbench& at, std::span<const std::byte> end);
  void keep_message(std::span<const std::byte> part);
  void keep(std::span<const std::byte> bytes);
  std::span<std::byte> behind_rest(workbench& at, std::span<std::byte> bytes);
  void split(workbench& at, std::uint32_t self, std::span<std::byte> bytes);
  void handle(workbench& at, std::uint32_t self, std::span<const std::byte> packet);
  void handle(workbench& at, std::uint32_t self, const mqtt::publish& packet);
  void handle(workbench& at, std::uint32_t self, const mqtt::acknowledgement& packet);
  void account(workbench& at, std::uint32_t self, const place& who, readers& of, const mqtt::publish& packet);
  void publish_due(workbench& at, std::uint32_t self);
  void name_topic(workbench& at, std::uint32_t self, mqtt::publish& message);
  void publish(workbench& at, std::uint32_t self, std::uint32_t publisher, nanoseconds due);
  void put_message(workbench& at, std::uint32_t self, const stamp& mark, bool again);
  void finished_one(workbench& at, std::uint32_t self, const mqtt::acknowledgement& packet);
  void flush(workbench& at, std::uint32_t self);
  void flush_rest(workbench& at, std::uint32_t self);
  bool send(workbench& at, std::uint32_t self, std::span<const std::byte> from, std::size_t& taken);
  void watch(workbench& at, std::uint32_t self) const;
  void become_slow(workbench& at, std::uint32_t self) const;
  void fail(workbench& at, std::uint32_t self, std::string_view why);
  void close(workbench& at, bool orderly) noexcept;

  enum framing framing(const workbench& at) const noexcept;
  /// Of a client's message by its number.
  static std::uint16_t packet_id_of(std::uint32_t message) noexcept {
    return static_cast<std::uint16_t>(message % 65'535 + 1);
  }

  /// Of what was read and could not be used yet.
  struct remainder {
    std::vector<std::byte> packet;   ///< that is not complete
    std::vector<std::byte> message;  ///< of a WebSocket, compressed, that is not complete
  };

  link link_;
  enum stage stage_ = stage::closed;
  bool compressing_ : 1 = false;  ///< permessage-deflate was agreed on
  bool inflating_ : 1 = false;    ///< the message that has begun is compressed
  bool aliasing_ : 1 = false;     ///< PUBLISH may bring a topic alias
  bool topic_known_ : 1 = false;  ///< the alias stands for the topic
  bool cut_ : 1 = false;          ///< was cut once, and comes back whenever its connection ends
  bool active_ : 1 = false;       ///< sent something since the last keep_alive()
  std::uint16_t window_ = 0;      ///< 0: none
  std::uint16_t in_flight_ = 0;   ///< messages
  std::uint16_t delivered_ = 0;   ///< copies of the oldest message in flight that have arrived, at QoS 0
  std::uint32_t sent_ = 0;        ///< messages published: the number of the next
  nanoseconds opened_ = 0;
  websocket::frame_decoder decoder_;
  std::unique_ptr<bench::in_flight> flights_;  ///< of messages in flight, at QoS 1 and 2
  std::unique_ptr<remainder> rest_in_;
  std::unique_ptr<std::vector<std::byte>> rest_out_;  ///< what the link did not take
};

static_assert(sizeof(client) <= 96, "hundreds of thousands of them are idle");

}  // namespace troupe::bench
