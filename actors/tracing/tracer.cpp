#include "actors/tracing/tracer.hpp"

#include <algorithm>
#include <chrono>

#include "actors/session/close_reasons.hpp"
#include "actors/session/session_seat.hpp"
#include "actors/tracing/packet_words.hpp"
#include "transport/listener.hpp"
#include "transport/mqtt/frame.hpp"
#include "transport/socket_link.hpp"

namespace troupe::actors {

namespace {

/// Connections without a session whose client ids are kept.
constexpr std::size_t connecting_max = 1'000;

std::uint64_t now_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

mqtt::packet_type type_of(std::span<const std::byte> packet) noexcept {
  return static_cast<mqtt::packet_type>(static_cast<unsigned>(packet[0]) >> 4);
}

/// Bytes of a packet's type and Remaining Length; 0: it is not whole.
std::size_t header_bytes(std::span<const std::byte> packet) noexcept {
  const auto length = mqtt::read_remaining_length(packet);
  return 1 + length.bytes > packet.size() ? 0 : 1 + length.bytes;
}

std::string_view words_of(transport::close_reason why) noexcept {
  using enum transport::close_reason;
  switch (why) {
    case normal: return "as it should be";
    case going_away: return "the node stops";
    case protocol_error: return "protocol error";
    case unsupported_data: return "unsupported data";
    case policy_violation: return "policy violation";
    case too_large: return "too large";
    case internal_error: return "internal error";
    case try_again_later: return "try again later";
  }
  return {};
}

}  // namespace

/// Whose packet it is.
struct tracer::party {
  const transport::socket_link& link;
  const session_seat* seat = nullptr;  ///< null: it has no session yet
  std::string_view client;
};

void tracer::use(std::shared_ptr<const trace_set> traces) noexcept {
  traces_ = traces && !traces->empty() ? std::move(traces) : nullptr;
  if (!traces_) connecting_.clear();
}

tracer::party tracer::party_of(const transport::socket_link& link,
                               const transport::link_events* events) const noexcept {
  const auto* seat = dynamic_cast<const session_seat*>(events);
  if (seat) return {link, seat, seat->record().client_id.view()};
  const auto known = connecting_.find(&link);
  return {link, nullptr, known == connecting_.end() ? std::string_view{} : std::string_view{known->second}};
}

bool tracer::wants(const trace& by, const party& who) const noexcept {
  return by.kind == trace_kind::client ? by.fits_client(who.client) : by.fits_address(who.link.address);
}

// -- connections ----------------------------------------------------------------------------------------------------

void tracer::opened(const transport::socket_link& link) noexcept try {
  connecting_.erase(&link);
  note_link({link, nullptr, {}}, "a connection is opened on listener " + link.listener().options().name);
} catch (const std::exception&) {  // memory: it costs the line
}

void tracer::closing(const transport::socket_link& link, transport::close_reason why, std::string_view text) noexcept
  try {
  note_link(party_of(link, link.events),
            "the node closes the connection: " + std::string{text.empty() ? words_of(why) : text});
} catch (const std::exception&) {
}

void tracer::closed(const transport::socket_link& gone, const transport::link_events& told,
                    transport::close_cause cause) noexcept try {
  note_link(party_of(gone, &told), std::string{words_of(cause)});
  connecting_.erase(&gone);
} catch (const std::exception&) {
}

void tracer::note_link(const party& who, std::string text) {
  if (!traces_) return;
  for (const auto& each : *traces_)
    if (wants(*each, who)) write(*each, who, trace_line::direction::link, text);
}

// -- packets --------------------------------------------------------------------------------------------------------

void tracer::received(const transport::socket_link& from, std::span<const std::byte> packet) noexcept try {
  if (!traces_) return;
  auto who = party_of(from, from.events);
  if (!who.seat && type_of(packet) == mqtt::packet_type::connect) {
    const auto decoded = mqtt::decode(packet, mqtt::version::v5, scratch_);
    if (const auto* read = std::get_if<mqtt::packet>(&decoded))
      if (const auto* connect = std::get_if<mqtt::connect>(read); connect && connecting_.size() < connecting_max) {
        auto& id = connecting_[&from];
        id = connect->client_id;
        who.client = id;
      }
  }
  note(who, trace_line::direction::in, {packet, {}});
} catch (const std::exception&) {
}

// Large payloads are not among the bytes, but shared.
void tracer::sent(const transport::socket_link& to, const mqtt::outbox& packets) noexcept try {
  if (!traces_) return;
  const auto who = party_of(to, to.events);
  const std::span<const std::byte> bytes{packets.bytes()};
  auto shared = packets.shared().begin();
  for (std::size_t at = 0; at < bytes.size();) {
    if (header_bytes(bytes.subspan(at)) == 0) return;
    auto size = mqtt::read_remaining_length(bytes.subspan(at)).packet_bytes();
    passing next;
    if (shared != packets.shared().end() && shared->offset <= at + size) {
      next.payload = shared->payload;
      size -= std::min(size, next.payload.size());
      ++shared;
    }
    next.bytes = bytes.subspan(at, std::min(size, bytes.size() - at));
    note(who, trace_line::direction::out, next);
    at += size;
  }
} catch (const std::exception&) {
}

void tracer::note(party who, trace_line::direction way, const passing& packet) {
  std::string_view topic;
  if (type_of(packet.bytes) == mqtt::packet_type::publish &&
      std::ranges::any_of(*traces_, [](const auto& each) { return each->kind == trace_kind::topic; }))
    topic = topic_of(who, way, packet);
  std::string text;
  for (const auto& each : *traces_) {
    const auto fits = each->kind == trace_kind::topic ? !topic.empty() && each->fits_topic(topic) : wants(*each, who);
    if (!fits) continue;
    if (text.empty()) text = words(who, way, packet);
    write(*each, who, way, text);
  }
}

/// What an alias stands for on this link.
static std::string_view alias_of(const session_seat* seat, trace_line::direction way, std::uint16_t alias) noexcept {
  if (!seat || !seat->record().aliases || alias == 0) return {};
  const auto& aliases = *seat->record().aliases;
  const auto& known = way == trace_line::direction::in ? aliases.from_client : aliases.to_client;
  return alias <= known.size() ? known[alias - 1u].view() : std::string_view{};
}

/// The topic name that a PUBLISH goes to, as the node's other clients see it.
std::string_view tracer::topic_of(const party& who, trace_line::direction way, const passing& packet) {
  const auto header = header_bytes(packet.bytes);
  const auto rest = packet.bytes.subspan(header);
  if (header == 0 || rest.size() < 2) return {};
  const auto size = static_cast<std::size_t>(rest[0]) << 8 | static_cast<std::size_t>(rest[1]);
  if (rest.size() < 2 + size) return {};
  std::string_view topic{reinterpret_cast<const char*>(rest.data()) + 2, size};
  if (topic.empty() && packet.payload.empty()) {  // what has an alias is not large enough to be shared, or was named
    const auto decoded = mqtt::decode(packet.bytes, mqtt::version::v5, scratch_);
    if (const auto* read = std::get_if<mqtt::packet>(&decoded))
      if (const auto* publish = std::get_if<mqtt::publish>(read))
        topic = alias_of(who.seat, way, publish->properties.topic_alias);
  }
  const auto& mount = who.link.listener().options().mount_point;
  if (topic.empty() || mount.empty()) return topic;
  return topic_.assign(mount).append(topic);
}

std::string tracer::words(const party& who, trace_line::direction way, const passing& packet) {
  auto speaks = who.seat ? who.seat->record().version : mqtt::version::v5;
  // MQTT 3 has no properties in CONNACK: two bytes are left, and in MQTT 5 three at the least.
  if (type_of(packet.bytes) == mqtt::packet_type::connack)
    speaks = packet.bytes.size() == 4 ? mqtt::version::v3_1_1 : mqtt::version::v5;
  auto bytes = packet.bytes;
  if (!packet.payload.empty()) {
    const auto header = header_bytes(bytes);
    auto left = bytes.size() - header;
    whole_.assign(1, bytes[0]);
    do {
      whole_.push_back(static_cast<std::byte>((left & 0x7F) | (left > 0x7F ? 0x80 : 0)));
      left >>= 7;
    } while (left > 0);
    const auto rest = bytes.subspan(header);
    whole_.insert(whole_.end(), rest.begin(), rest.end());
    bytes = whole_;
  }
  auto decoded = mqtt::decode(bytes, speaks, scratch_);
  auto* read = std::get_if<mqtt::packet>(&decoded);
  if (!read) return "what is no packet: " + std::string{std::get<mqtt::decode_error>(decoded).text};
  if (auto* publish = std::get_if<mqtt::publish>(read)) {
    if (publish->topic.empty()) publish->topic = alias_of(who.seat, way, publish->properties.topic_alias);
    if (!packet.payload.empty()) publish->payload = packet.payload;
  }
  return words_of(*read, speaks);
}

void tracer::write(trace& to, const party& who, trace_line::direction way, const std::string& text) const {
  to.log.add(
    {.at_ms = now_ms(), .way = way, .client = std::string{who.client}, .address = who.link.peer(), .text = text});
}

}  // namespace troupe::actors
