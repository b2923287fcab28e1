#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>

#include "bench/load/clock.hpp"
#include "bench/load/properties.hpp"
#include "bench/load/tls.hpp"
#include "bench/measure/stamp.hpp"
#include "transport/mqtt/packets.hpp"

namespace troupe::bench {

/// Where the broker is, and how to speak with it.
struct endpoint {
  std::string host = "127.0.0.1";
  std::uint16_t port = 1883;
  bool websocket = false;
  std::string path = "/mqtt";
  std::string subprotocol = "mqtt";
  std::vector<std::string> headers;  ///< "Name: value", added to the upgrade request
  bool compress = false;             ///< permessage-deflate is offered
  tls_options tls;
  std::shared_ptr<const tls_client> secure;  ///< of `tls`; none where it is off
  sockaddr_storage address{};                ///< of host and port, once resolved
  socklen_t address_bytes = 0;
};

/// Who shares a topic: every group has so many clients of each kind, in this order.
struct group_shape {
  std::uint32_t idle = 0;
  std::uint32_t subscribers = 0;
  std::uint32_t publishers = 0;
  std::uint32_t size() const noexcept { return idle + subscribers + publishers; }
};

enum class role : std::uint8_t { idle, subscriber, publisher };

/// What a client is: its group, and its number among all clients of its role.
struct place {
  bench::role role = role::idle;
  std::uint32_t group = 0;
  std::uint32_t ordinal = 0;
};

/// Everything that one run does; the same in each of its processes.
struct plan {
  enum class kind : std::uint8_t { conn, sub, pub, pair, churn };

  plan::kind what = kind::conn;
  endpoint to;
  group_shape shape;
  std::uint32_t groups = 10;
  std::uint32_t start_number = 0;  ///< of %i

  mqtt::version version = mqtt::version::v5;
  bool clean_start = true;
  std::uint16_t keep_alive = 300;    ///< seconds
  std::uint32_t session_expiry = 0;  ///< seconds
  std::string user, password;
  std::string prefix;  ///< of client ids
  std::string topic = "t/%i";
  std::string share;  ///< name of the shared subscription that a group's subscribers make; empty: none
  troupe::qos qos = troupe::qos::at_most_once;
  bool retain = false;
  std::uint32_t payload_bytes = 256;
  bench::properties properties;
  std::uint16_t window = 10;     ///< messages in flight per publisher; 0: as many as the socket takes
  double rate = 0;               ///< messages (of churn: cycles) a second of all together; 0: closed loop
  std::uint64_t limit = 0;       ///< messages in all; 0: none
  double connect_rate = 0;       ///< connections a second; 0: as fast as it goes
  double slow_share = 0;         ///< of the subscribers, 0..1: they read late
  std::uint32_t slow_bytes = 0;  ///< what each of them reads a second; 0: nothing
  nanoseconds storm_at = 0;      ///< from the start of sending: then all connections are cut, and come back; 0: never
  nanoseconds warmup = 0, duration = 10 * second, drain_max = 10 * second;

  std::vector<in_addr_t> sources;  ///< local addresses, taken in turn; empty: the kernel's choice
  std::uint32_t processes = 0;     ///< 0: as many as descriptors need
  std::vector<int> broker_pids;
  std::uint32_t run = 0;  ///< tells this run's messages from those of others

  std::uint32_t clients() const noexcept { return groups * shape.size(); }
  std::uint32_t subscribers() const noexcept { return groups * shape.subscribers; }
  std::uint32_t publishers() const noexcept { return groups * shape.publishers; }
  /// Both ends of each topic are ours: what arrives can be compared with what was sent.
  bool closed_circle() const noexcept { return what == kind::pair; }
  /// Whether payloads are long enough to tell whose they are.
  bool stamped() const noexcept { return payload_bytes >= stamp::bytes(properties.payload_is_text); }
  /// How many of the subscribers before number `ordinal` are slow: evenly spread.
  std::uint32_t slow_before(std::uint32_t ordinal) const noexcept {
    return static_cast<std::uint32_t>(static_cast<double>(ordinal) * slow_share + 1e-9);
  }
  bool slow(const place& who) const noexcept {
    return slow_share > 0 && who.role == role::subscriber && slow_before(who.ordinal + 1) != slow_before(who.ordinal);
  }
  /// How many of a group's subscribers that are not slow get one message.
  std::uint32_t copies_of(std::uint32_t group) const noexcept {
    if (slow_share == 0) return copies();
    const auto first = group * shape.subscribers;
    return shape.subscribers - (slow_before(first + shape.subscribers) - slow_before(first));
  }
  /// How many of a group's subscribers get one message.
  std::uint32_t copies() const noexcept { return share.empty() ? shape.subscribers : 1; }

  /// Whether the broker is asked to keep sessions for who comes back.
  bool keeps_sessions() const noexcept { return version == mqtt::version::v5 ? session_expiry != 0 : !clean_start; }
  /// Nobody needs to be woken for a publisher's PUBACK. At QoS 2 a subscriber's message may wait for PUBREL, and hence
  /// for us.
  bool leaves_acknowledgements() const noexcept { return rate > 0 && qos == troupe::qos::at_least_once; }

  place place_of(std::uint32_t client) const noexcept {
    const auto group = client / shape.size();
    const auto member = client % shape.size();
    if (member < shape.idle) return {role::idle, group, group * shape.idle + member};
    const auto behind_idle = member - shape.idle;
    if (behind_idle < shape.subscribers) return {role::subscriber, group, group * shape.subscribers + behind_idle};
    return {role::publisher, group, group * shape.publishers + behind_idle - shape.subscribers};
  }
  /// How many of the clients before `client` are subscribers.
  std::uint32_t subscribers_before(std::uint32_t client) const noexcept {
    const auto member = client % shape.size();
    const auto behind_idle = member < shape.idle ? 0 : member - shape.idle;
    return client / shape.size() * shape.subscribers +
           (behind_idle < shape.subscribers ? behind_idle : shape.subscribers);
  }
  /// The client that is publisher number `ordinal`.
  std::uint32_t publisher(std::uint32_t ordinal) const noexcept {
    return ordinal / shape.publishers * shape.size() + shape.idle + shape.subscribers + ordinal % shape.publishers;
  }
};

/// Replace `to`: names that follow from a client's number, hence kept nowhere.
void write_client_id(const plan& from, std::uint32_t client, std::string& to);
void write_user(const plan& from, std::uint32_t client, std::string& to);
/// The topic with %i (number of the group), %c (client id) and %u (user name) filled in.
void write_topic(const plan& from, std::uint32_t client, std::string& to);

}  // namespace troupe::bench
