#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/batch.hpp"

/// The rows of a store as structs, and their bytes (records.proto, keys.hpp). What a later version of the node wrote
/// and this one does not know is kept in `unknown` and written again.
namespace troupe::persistence {

struct schema_record {
  std::uint32_t version = 0;
  std::string written_by;
  std::string unknown;
};

struct numbers_record {
  std::uint64_t next_session = 1;
  std::uint64_t next_message = 1;
  std::string unknown;
};

struct will_record {
  std::string topic;
  std::string payload;
  std::string properties;
  std::uint8_t qos = 0;
  bool retain = false;
  std::uint32_t delay = 0;  ///< seconds
  std::optional<std::uint32_t> message_expiry;
  std::string unknown;
};

struct session_record {
  std::string client_id;
  std::uint64_t number = 0;
  std::optional<std::string> user_name;
  std::uint8_t protocol_version = 4;
  std::uint32_t expiry_interval = 0;  ///< seconds
  std::uint64_t disconnected_at = 0;  ///< milliseconds since 1970; 0: connected
  std::optional<will_record> will;
  std::string unknown;
};

struct subscription_record {
  std::string filter;  ///< in the key
  std::uint8_t qos = 0;
  bool no_local = false;
  bool retain_as_published = false;
  std::uint8_t retain_handling = 0;
  std::uint32_t identifier = 0;
  std::string unknown;
};

/// What is written of a message; the views are copied.
struct message_view {
  std::string_view topic = {};
  std::string_view payload = {};
  std::string_view properties = {};
  std::uint8_t qos = 0;
  bool retain = false;
  std::uint64_t expires_at = 0;  ///< milliseconds since 1970; 0: never
  std::uint32_t publisher_hash = 0;
  std::string_view unknown = {};
};

struct message_record {
  std::string topic;
  std::string payload;
  std::string properties;
  std::uint8_t qos = 0;
  bool retain = false;
  std::uint64_t expires_at = 0;
  std::uint32_t publisher_hash = 0;
  std::string unknown;

  operator message_view() const noexcept {
    return {topic, payload, properties, qos, retain, expires_at, publisher_hash, unknown};
  }
};

enum class entry_state : std::uint8_t { queued = 0, sent = 1, received = 2 };

struct queue_entry {
  std::uint64_t message = 0;  ///< 0: the message is in `body`, or not needed any more
  std::uint8_t qos = 1;
  bool retain = false;
  std::vector<std::uint32_t> identifiers;
  std::uint16_t packet_id = 0;
  entry_state state = entry_state::queued;
  std::uint32_t bytes = 0;             ///< of the message's topic, payload and properties
  std::string group;                   ///< `$share/<group>/<filter>`; empty: not shared
  std::optional<message_record> body;  ///< its own; `message` is 0 then
  std::string unknown;
};

/// Whether it counts for a message of the table: one that was received has let go of it.
inline bool holds_message(const queue_entry& of) noexcept {
  return of.message != 0 && of.state != entry_state::received;
}

inline constexpr std::string_view schema_key = "schema";
inline constexpr std::string_view numbers_key = "numbers";

// Each writes its row into the batch's own buffer.
void put(batch& to, const schema_record& what);
void put(batch& to, const numbers_record& what);
void put(batch& to, const session_record& what);
void put(batch& to, std::uint64_t session, const subscription_record& what);
void put(batch& to, std::uint64_t session, std::uint64_t sequence, const queue_entry& what);
/// An entry whose bytes were encoded without what it holds: that is this message in the table, or its own one.
void put_entry(batch& to, std::uint64_t session, std::uint64_t sequence, std::string_view encoded,
               std::uint64_t message);
void put_entry(batch& to, std::uint64_t session, std::uint64_t sequence, std::string_view encoded,
               const message_view& own);
void put_inbound(batch& to, std::uint64_t session, std::uint16_t packet_id);
void put_message(batch& to, std::uint64_t id, std::uint32_t references, const message_view& what);
/// Of the message's topic.
void put_retained(batch& to, const message_view& what);

std::string encode(const schema_record& what);
std::string encode(const numbers_record& what);
std::string encode(const queue_entry& what);
/// The same behind what is there.
void append(std::string& to, const queue_entry& what);
std::string encode(const message_view& what);

// Nothing for bytes that are no such record.
std::optional<schema_record> decode_schema(std::string_view value);
std::optional<numbers_record> decode_numbers(std::string_view value);
std::optional<session_record> decode_session(std::string_view value);
std::optional<subscription_record> decode_subscription(std::string_view key, std::string_view value);
std::optional<queue_entry> decode_queue_entry(std::string_view value);
std::optional<message_record> decode_message(std::string_view value);
std::optional<message_record> decode_retained(std::string_view value);

}  // namespace troupe::persistence
