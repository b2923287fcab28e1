#include "persistence/records.hpp"

#include <algorithm>
#include <limits>

#include "persistence/keys.hpp"
#include "persistence/records.pb.h"

namespace troupe::persistence {

namespace {

/// One object of each kind and thread, so that its strings and lists keep their memory from record to record; but not
/// that of a very large one.
template <class Message>
Message& scratch() {
  thread_local Message object;
  if (object.ByteSizeLong() > 64 * 1024) object = Message{};
  object.Clear();
  return object;
}

template <class Message>
bool parse(Message& into, std::string_view bytes) {
  return bytes.size() <= std::numeric_limits<int>::max() &&
         into.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

void assign(std::string* to, std::string_view from) { to->assign(from.data(), from.size()); }

/// What is left of an object when all fields that this version knows are cleared.
template <class Message>
std::string unknown_of(const Message& cleared) {
  return cleared.ByteSizeLong() == 0 ? std::string{} : cleared.SerializeAsString();
}

/// Fields of Protobuf may follow in any order: unknown ones go behind the known.
template <class Message>
void write(const Message& from, std::string_view unknown, std::span<char> to) {
  from.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(to.data()));
  std::copy(unknown.begin(), unknown.end(), to.end() - static_cast<std::ptrdiff_t>(unknown.size()));
}

template <class Message>
void put_row(batch& to, table where, std::string_view key, const Message& from, std::string_view unknown) {
  write(from, unknown, to.put(where, key, from.ByteSizeLong() + unknown.size()));
}

template <class Message>
std::string bytes_of(const Message& from, std::string_view unknown) {
  std::string result(from.ByteSizeLong() + unknown.size(), '\0');
  write(from, unknown, result);
  return result;
}

// --- structs to Protobuf; fields with their default take no bytes
// -----------------------------------------------------

const pb::Schema& to_pb(const schema_record& from) {
  auto& to = scratch<pb::Schema>();
  to.set_version(from.version);
  to.set_written_by(from.written_by);
  return to;
}

const pb::Numbers& to_pb(const numbers_record& from) {
  auto& to = scratch<pb::Numbers>();
  to.set_next_session(from.next_session);
  to.set_next_message(from.next_message);
  return to;
}

void fill(pb::Will& to, const will_record& from) {
  if (!from.unknown.empty()) parse(to, from.unknown);
  to.set_topic(from.topic);
  to.set_payload(from.payload);
  to.set_properties(from.properties);
  to.set_qos(from.qos);
  to.set_retain(from.retain);
  to.set_delay(from.delay);
  if (from.message_expiry) to.set_message_expiry(*from.message_expiry);
}

const pb::Session& to_pb(const session_record& from) {
  auto& to = scratch<pb::Session>();
  to.set_client_id(from.client_id);
  to.set_number(from.number);
  if (from.user_name) to.set_user_name(*from.user_name);
  to.set_protocol_version(from.protocol_version);
  to.set_expiry_interval(from.expiry_interval);
  to.set_disconnected_at(from.disconnected_at);
  if (from.will) fill(*to.mutable_will(), *from.will);
  return to;
}

const pb::Subscription& to_pb(const subscription_record& from) {
  auto& to = scratch<pb::Subscription>();
  to.set_qos(from.qos);
  to.set_no_local(from.no_local);
  to.set_retain_as_published(from.retain_as_published);
  to.set_retain_handling(from.retain_handling);
  to.set_identifier(from.identifier);
  return to;
}

void fill(pb::Message& to, const message_view& from) {
  assign(to.mutable_topic(), from.topic);
  assign(to.mutable_payload(), from.payload);
  assign(to.mutable_properties(), from.properties);
  to.set_qos(from.qos);
  to.set_retain(from.retain);
  to.set_expires_at(from.expires_at);
  to.set_publisher_hash(from.publisher_hash);
}

const pb::QueueEntry& to_pb(const queue_entry& from) {
  auto& to = scratch<pb::QueueEntry>();
  to.set_message(from.message);
  to.set_qos(from.qos);
  to.set_retain(from.retain);
  for (const auto each : from.identifiers) to.add_identifiers(each);
  to.set_packet_id(from.packet_id);
  to.set_state(static_cast<pb::QueueEntry::State>(from.state));
  to.set_bytes(from.bytes);
  assign(to.mutable_group(), from.group);
  if (from.body) {
    if (!from.body->unknown.empty()) parse(*to.mutable_body(), from.body->unknown);
    fill(*to.mutable_body(), *from.body);
  }
  return to;
}

const pb::Message& to_pb(const message_view& from) {
  auto& to = scratch<pb::Message>();
  fill(to, from);
  return to;
}

// --- Protobuf to structs; what was taken is cleared
// -------------------------------------------------------------------

will_record take(pb::Will& from) {
  will_record to{std::move(*from.mutable_topic()),
                 std::move(*from.mutable_payload()),
                 std::move(*from.mutable_properties()),
                 static_cast<std::uint8_t>(from.qos()),
                 from.retain(),
                 from.delay(),
                 {},
                 {}};
  if (from.has_message_expiry()) to.message_expiry = from.message_expiry();
  from.clear_topic();
  from.clear_payload();
  from.clear_properties();
  from.clear_qos();
  from.clear_retain();
  from.clear_delay();
  from.clear_message_expiry();
  to.unknown = unknown_of(from);
  return to;
}

session_record take(pb::Session& from) {
  session_record to{std::move(*from.mutable_client_id()),
                    from.number(),
                    {},
                    static_cast<std::uint8_t>(from.protocol_version()),
                    from.expiry_interval(),
                    from.disconnected_at(),
                    {},
                    {}};
  if (from.has_user_name()) to.user_name = std::move(*from.mutable_user_name());
  if (from.has_will()) to.will = take(*from.mutable_will());
  from.clear_client_id();
  from.clear_number();
  from.clear_user_name();
  from.clear_protocol_version();
  from.clear_expiry_interval();
  from.clear_disconnected_at();
  from.clear_will();
  to.unknown = unknown_of(from);
  return to;
}

message_record take(pb::Message& from) {
  message_record to{std::move(*from.mutable_topic()),
                    std::move(*from.mutable_payload()),
                    std::move(*from.mutable_properties()),
                    static_cast<std::uint8_t>(from.qos()),
                    from.retain(),
                    from.expires_at(),
                    from.publisher_hash(),
                    {}};
  from.clear_topic();
  from.clear_payload();
  from.clear_properties();
  from.clear_qos();
  from.clear_retain();
  from.clear_expires_at();
  from.clear_publisher_hash();
  to.unknown = unknown_of(from);
  return to;
}

queue_entry take(pb::QueueEntry& from) {
  queue_entry to{from.message(),
                 static_cast<std::uint8_t>(from.qos()),
                 from.retain(),
                 {from.identifiers().begin(), from.identifiers().end()},
                 static_cast<std::uint16_t>(from.packet_id()),
                 static_cast<entry_state>(from.state()),
                 from.bytes(),
                 std::move(*from.mutable_group()),
                 {},
                 {}};
  if (from.has_body()) to.body = take(*from.mutable_body());
  from.clear_message();
  from.clear_qos();
  from.clear_retain();
  from.clear_identifiers();
  from.clear_packet_id();
  from.clear_state();
  from.clear_bytes();
  from.clear_group();
  from.clear_body();
  to.unknown = unknown_of(from);
  return to;
}

}  // namespace

void put(batch& to, const schema_record& what) { put_row(to, table::meta, schema_key, to_pb(what), what.unknown); }

void put(batch& to, const numbers_record& what) { put_row(to, table::meta, numbers_key, to_pb(what), what.unknown); }

void put(batch& to, const session_record& what) {
  put_row(to, table::sessions, what.client_id, to_pb(what), what.unknown);
}

void put(batch& to, std::uint64_t session, const subscription_record& what) {
  put_row(to, table::subscriptions, subscription_key(session, what.filter), to_pb(what), what.unknown);
}

void put(batch& to, std::uint64_t session, std::uint64_t sequence, const queue_entry& what) {
  put_row(to, table::queue, queue_key{session, sequence}, to_pb(what), what.unknown);
}

namespace {

// The fields of a record may stand in any order: what was encoded before comes first.
void put_completed(batch& to, const queue_key& key, std::string_view encoded, const pb::QueueEntry& rest) {
  const auto place = to.put(table::queue, key, encoded.size() + rest.ByteSizeLong());
  std::ranges::copy(encoded, place.begin());
  write(rest, {}, place.subspan(encoded.size()));
}

}  // namespace

void put_entry(batch& to, std::uint64_t session, std::uint64_t sequence, std::string_view encoded,
               std::uint64_t message) {
  auto& rest = scratch<pb::QueueEntry>();
  rest.set_message(message);
  put_completed(to, queue_key{session, sequence}, encoded, rest);
}

void put_entry(batch& to, std::uint64_t session, std::uint64_t sequence, std::string_view encoded,
               const message_view& own) {
  auto& rest = scratch<pb::QueueEntry>();
  fill(*rest.mutable_body(), own);
  put_completed(to, queue_key{session, sequence}, encoded, rest);
}

void put_inbound(batch& to, std::uint64_t session, std::uint16_t packet_id) {
  to.put(table::inbound, inbound_key{session, packet_id}, std::string_view{});
}

void put_message(batch& to, std::uint64_t id, std::uint32_t references, const message_view& what) {
  const auto& from = to_pb(what);
  write(from, what.unknown, to.put_message(id, references, from.ByteSizeLong() + what.unknown.size()));
}

void put_retained(batch& to, const message_view& what) {
  auto& from = scratch<pb::Retained>();
  if (!what.unknown.empty()) parse(*from.mutable_message(), what.unknown);
  fill(*from.mutable_message(), what);
  put_row(to, table::retained, what.topic, from, {});
}

std::string encode(const schema_record& what) { return bytes_of(to_pb(what), what.unknown); }
std::string encode(const numbers_record& what) { return bytes_of(to_pb(what), what.unknown); }
std::string encode(const queue_entry& what) { return bytes_of(to_pb(what), what.unknown); }
void append(std::string& to, const queue_entry& what) {
  const auto& from = to_pb(what);
  const auto before = to.size();
  to.resize(before + from.ByteSizeLong() + what.unknown.size());
  write(from, what.unknown, std::span{to}.subspan(before));
}
std::string encode(const message_view& what) { return bytes_of(to_pb(what), what.unknown); }

std::optional<schema_record> decode_schema(std::string_view value) {
  auto& from = scratch<pb::Schema>();
  if (!parse(from, value)) return {};
  schema_record to{from.version(), from.written_by(), {}};
  from.clear_version();
  from.clear_written_by();
  to.unknown = unknown_of(from);
  return to;
}

std::optional<numbers_record> decode_numbers(std::string_view value) {
  auto& from = scratch<pb::Numbers>();
  if (!parse(from, value)) return {};
  numbers_record to{from.next_session(), from.next_message(), {}};
  from.clear_next_session();
  from.clear_next_message();
  to.unknown = unknown_of(from);
  return to;
}

std::optional<session_record> decode_session(std::string_view value) {
  auto& from = scratch<pb::Session>();
  if (!parse(from, value)) return {};
  return take(from);
}

std::optional<subscription_record> decode_subscription(std::string_view key, std::string_view value) {
  auto& from = scratch<pb::Subscription>();
  if (key.size() < sizeof(std::uint64_t) || !parse(from, value)) return {};
  subscription_record to{std::string{filter_of(key)},
                         static_cast<std::uint8_t>(from.qos()),
                         from.no_local(),
                         from.retain_as_published(),
                         static_cast<std::uint8_t>(from.retain_handling()),
                         from.identifier(),
                         {}};
  from.clear_qos();
  from.clear_no_local();
  from.clear_retain_as_published();
  from.clear_retain_handling();
  from.clear_identifier();
  to.unknown = unknown_of(from);
  return to;
}

std::optional<queue_entry> decode_queue_entry(std::string_view value) {
  auto& from = scratch<pb::QueueEntry>();
  if (!parse(from, value)) return {};
  return take(from);
}

std::optional<message_record> decode_message(std::string_view value) {
  auto& from = scratch<pb::Message>();
  if (!parse(from, value)) return {};
  return take(from);
}

std::optional<message_record> decode_retained(std::string_view value) {
  auto& from = scratch<pb::Retained>();
  if (!parse(from, value) || !from.has_message()) return {};
  return take(*from.mutable_message());
}

}  // namespace troupe::persistence
