#pragma once

#include <deque>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/session/protocol/protocol.hpp"

/// A session without a node around it: its client is the test, and every decision is checked to change nothing before
/// it is applied, and to be the same when it is made twice.
namespace troupe::session::test {

inline mqtt::bytes_view bytes(std::string_view text) { return std::as_bytes(std::span{text}); }
inline std::string text(mqtt::bytes_view data) { return {reinterpret_cast<const char*>(data.data()), data.size()}; }

inline std::vector<std::byte> encoded(const mqtt::packet& packet, mqtt::version speaks) {
  std::vector<std::byte> result;
  mqtt::encode(packet, speaks, result);
  return result;
}

/// Everything the client sees, parts shared between receivers included.
inline std::vector<std::byte> flat(const mqtt::outbox& out) {
  std::vector<std::byte> result;
  std::size_t done = 0;
  for (const auto& part : out.shared()) {
    result.insert(result.end(), out.bytes().begin() + static_cast<std::ptrdiff_t>(done),
                  out.bytes().begin() + static_cast<std::ptrdiff_t>(part.offset));
    result.insert(result.end(), part.payload.begin(), part.payload.end());
    done = part.offset;
  }
  result.insert(result.end(), out.bytes().begin() + static_cast<std::ptrdiff_t>(done), out.bytes().end());
  return result;
}

/// All that is in a record, as text.
std::string digest(const record& of);
/// All that a decision did, as text.
std::string digest(const effects& of);

/// A publication of somebody else.
publication_ptr message(std::string_view topic, std::string_view payload, troupe::qos at = qos::at_most_once,
                        bool retain = false, time_point expires = time_point::max());

inline addressing to_subscriber(troupe::qos at) {
  addressing result;
  result.qos = at;
  return result;
}

class bench {
public:
  explicit bench(mqtt::version version = mqtt::version::v5) : version_{version} { request.version = version; }

  config::limits limits;
  record rec;
  connect_request request = default_request();
  time_point now{std::chrono::hours{1}};
  std::string mount_point;
  const access_rules* access = nullptr;
  const authenticator* authentication = nullptr;
  std::string response_information;
  std::size_t outbox_room = 1 << 20;
  bool fault_injection = false;
  bool disconnect_on_denied = false;
  bool paused = false;
  std::uint64_t durable_number = 0;
  bool storage_full = false;
  journal* store = nullptr;

  // What the last input led to.
  effects fx;
  std::deque<std::vector<std::byte>> raw;  ///< packets to the client, as bytes
  std::vector<mqtt::packet> out;           ///< and decoded

  environment env() const {
    return {.limits = limits,
            .now = now,
            .self = self(),
            .mount_point = mount_point,
            .access = access,
            .authentication = authentication,
            .response_information = response_information,
            .durable_number = durable_number,
            .storage_full = storage_full,
            .outbox_room = outbox_room,
            .fault_injection = fault_injection,
            .disconnect_on_denied = disconnect_on_denied,
            .paused = paused};
  }
  static session_ref self() { return {.slot = 7, .generation = 1, .loop = 0}; }

  /// Decides twice, compares, applies, and reads what the client got.
  template <class Decide>
  void run(Decide&& decide) {
    auto before = digest(rec);
    effects again;
    decide(again);
    fx.clear();
    decide(fx);
    same_ = same_ && digest(rec) == before && digest(again) == digest(fx);
    apply(rec, fx, store);
    read_out();
  }
  /// Whether every decision so far kept its hands off the record, and was the same twice.
  bool decisions_were_pure() const { return same_; }

  void connect(bool session_present = false) {
    run([&](effects& to) { connected(rec, env(), request, session_present, to); });
  }
  void send(const mqtt::packet& from_client) {
    auto data = encoded(from_client, version_);
    run([&](effects& to) { packet(rec, env(), data, to); });
  }
  void send_raw(std::vector<std::uint8_t> data) {
    run([&](effects& to) { packet(rec, env(), std::as_bytes(std::span{data}), to); });
  }
  void deliver(const publication_ptr& body, const addressing& to) {
    run([&](effects& into) { session::deliver(rec, env(), body, to, into); });
  }
  void deliver(std::string_view topic, std::string_view payload, troupe::qos at) {
    deliver(message(topic, payload, at), to_subscriber(at));
  }
  /// Answers the route number `index` of `of`.
  void answer(const route& of, bool matched = true, mqtt::reason refused = mqtt::reason::success) {
    route_result result{of.ticket, of.bytes, of.qos, matched, refused};
    run([&](effects& to) { routed(rec, env(), result, to); });
  }
  void answer_subscribe(std::uint32_t ticket, std::vector<mqtt::reason> reasons = {}) {
    run([&](effects& to) { subscribed(rec, env(), ticket, reasons, to); });
  }
  void answer_unsubscribe(std::uint32_t ticket, std::vector<mqtt::reason> reasons = {}) {
    run([&](effects& to) { unsubscribed(rec, env(), ticket, reasons, to); });
  }
  void drain() {
    run([&](effects& to) { writable(rec, env(), to); });
  }
  void lose_link() {
    run([&](effects& to) { link_lost(rec, env(), to); });
  }
  void tick() {
    run([&](effects& to) { timeout(rec, env(), to); });
  }
  void kick(mqtt::reason reason) {
    run([&](effects& to) { kicked(rec, env(), reason, to); });
  }
  void end() {
    run([&](effects& to) { session::end(rec, env(), to); });
  }

  void subscribe(std::string_view filter, troupe::qos at = qos::exactly_once) {
    mqtt::subscribe request_packet;
    request_packet.packet_id = 1000;
    request_packet.entries.push_back({filter, {.maximum_qos = at}});
    send(request_packet);
    answer_subscribe(fx.subscribe.at(0).ticket);
  }
  void publish(std::string_view topic, std::string_view payload, troupe::qos at, std::uint16_t packet_id = 0,
               bool duplicate = false) {
    mqtt::publish sent;
    sent.topic = topic;
    sent.payload = bytes(payload);
    sent.qos = at;
    sent.packet_id = packet_id;
    sent.duplicate = duplicate;
    send(sent);
  }
  void acknowledge(mqtt::packet_type type, std::uint16_t packet_id, mqtt::reason reason = mqtt::reason::success) {
    mqtt::acknowledgement sent;
    sent.type = type;
    sent.packet_id = packet_id;
    sent.reason = reason;
    send(sent);
  }

  /// The packet of that type at `index` of what the client got; throws if there is none.
  template <class T>
  const T& got(std::size_t index = 0) const {
    return std::get<T>(out.at(index));
  }
  std::uint64_t dropped(drop_reason reason) { return fx.dropped(reason).messages; }
  bool closed_with(mqtt::reason reason) const {
    if (!fx.close || fx.close->reason != reason || rec.connected) return false;
    if (version_ != mqtt::version::v5) return out.empty();
    return !out.empty() && std::holds_alternative<mqtt::disconnect>(out.back()) &&
           std::get<mqtt::disconnect>(out.back()).reason == reason;
  }
  /// The client comes back on a new link.
  void reconnect() {
    lose_link();
    connect(true);
  }

private:
  static connect_request default_request() {
    connect_request result;
    result.client_id = "client";
    result.clean_start = false;
    result.session_expiry = 3600;
    return result;
  }
  void read_out() {
    raw.clear();
    out.clear();
    auto all = flat(fx.out);
    mqtt::bytes_view rest{all};
    while (!rest.empty()) {
      auto found = mqtt::next_frame(rest, 0x0FFFFFFF);
      auto& kept = raw.emplace_back(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(found.size));
      rest = rest.subspan(found.size);
      auto decoded = mqtt::decode(kept, version_, scratch_);
      out.push_back(std::move(std::get<mqtt::packet>(decoded)));
    }
  }

  mqtt::version version_;
  std::vector<std::byte> scratch_;
  bool same_ = true;
};

}  // namespace troupe::session::test
