#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "routing/publication.hpp"
#include "transport/mqtt/packets.hpp"

namespace troupe::mqtt {

/// Where the next packet of a byte stream ends.
struct frame {
  enum class state : std::uint8_t { complete, incomplete, malformed, too_large };
  frame::state state = state::incomplete;
  std::size_t size = 0;  ///< of the whole packet when complete; at least so many bytes are needed when incomplete
};

/// Looks at the fixed header at the start of `stream`; allocates nothing. Malformed: a type of 0, or a Remaining
/// Length of more than four bytes [MQTT-1.5.5-1]. Too large: the packet would exceed `packet_bytes_max`, its header
/// included.
frame next_frame(bytes_view stream, std::uint32_t packet_bytes_max) noexcept;

/// Decodes exactly one packet. `speaks` is the version the connection agreed on; CONNECT brings its own. Both
/// directions are decoded: that a server gets no CONNACK and no Subscription Identifier in PUBLISH is the session's
/// to judge.
///
/// The result's views point into `bytes` or `scratch` and last until either changes. `scratch` is cleared first and
/// used only when properties that belong in one run were not sent next to each other; it never holds more than `bytes`.
/// Allocates for the entries of SUBSCRIBE, UNSUBSCRIBE and their answers and for subscription identifiers only, as many
/// as there are bytes for.
std::variant<packet, decode_error> decode(bytes_view bytes, version speaks, std::vector<std::byte>& scratch);

/// Encoded packets on their way to one link. Small parts are copied, large payloads are referred to.
class outbox {
public:
  /// Payloads from this size on are not copied: a reference costs less than so many bytes, per receiver.
  static constexpr std::size_t share_from = 8 * 1024;

  struct shared_part {
    std::size_t offset;  ///< position in bytes() before which the payload stands
    publication_ptr owner;
    bytes_view payload;
  };

  std::vector<std::byte>& bytes() noexcept { return bytes_; }
  const std::vector<std::byte>& bytes() const noexcept { return bytes_; }
  const std::vector<shared_part>& shared() const noexcept { return shared_; }
  void share(publication_ptr owner, bytes_view payload);
  /// All that `more` holds, behind its own.
  void append(const outbox& more);
  /// Bytes on the wire, shared parts included.
  std::size_t size() const noexcept { return bytes_.size() + shared_bytes_; }
  bool empty() const noexcept { return size() == 0; }
  void clear() noexcept;
  /// Takes back everything after a size that was noted before: a handler that throws sends nothing.
  struct mark {
    std::size_t bytes, shared, shared_bytes;
  };
  mark note() const noexcept { return {bytes_.size(), shared_.size(), shared_bytes_}; }
  void rewind(mark to) noexcept;

private:
  std::vector<std::byte> bytes_;
  std::vector<shared_part> shared_;
  std::size_t shared_bytes_ = 0;
};

/// Appends `value` as `speaks` writes it; CONNECT is written in its own version. What a version does not have is left
/// out; of packets it does not have nothing is written: in MQTT 3 AUTH, a DISCONNECT with a reason other than success
/// (so a server's DISCONNECT never leaves towards an MQTT 3 client), and a CONNACK whose reason has no return code
/// [MQTT3-3.2.2-6]. Preconditions: strings fit their 16 bit lengths, user_properties and forwarded are well-formed
/// runs, and the packet fits 256 MiB.
void encode(const packet& value, version speaks, std::vector<std::byte>& out);
/// What encode() would append, in bytes.
std::size_t encoded_size(const packet& value, version speaks) noexcept;
/// Drops user properties, then the reason string of a packet that has one, while `value` exceeds `packet_bytes_max`
/// (0: no limit). Returns whether it fits now. [MQTT-3.2.2-19, -20], [MQTT-3.4.2-2, -3] and the like.
bool shrink_to(packet& value, version speaks, std::uint32_t packet_bytes_max) noexcept;

/// PUBACK, PUBREC, PUBREL or PUBCOMP without properties: the short way beside encode().
void encode_acknowledgement(packet_type type, std::uint16_t packet_id, reason why, version speaks,
                            std::vector<std::byte>& out);
void encode_pingreq(std::vector<std::byte>& out);
void encode_pingresp(std::vector<std::byte>& out);

/// MQTT 3's CONNACK return code for `why`; nothing where none applies and the connection is closed without CONNACK.
std::optional<std::uint8_t> return_code(reason why) noexcept;
/// Whether `code` may stand in a packet of `type` (MQTT 5, 2.4), in either direction.
bool valid_reason(packet_type type, std::uint8_t code) noexcept;

/// What differs between the receivers of one publication.
struct delivery_header {
  std::uint16_t packet_id = 0;
  troupe::qos qos = troupe::qos::at_most_once;
  bool retain = false;
  bool duplicate = false;
  std::uint16_t topic_alias = 0;
  bool topic_known = false;                          ///< the alias was established before: send an empty topic name
  std::size_t mount_point_bytes = 0;                 ///< stripped from the front of the topic name
  std::optional<std::uint32_t> message_expiry = {};  ///< seconds left
  std::span<const std::uint32_t> subscription_identifiers = {};
};

/// Appends the PUBLISH that brings `body` to one subscriber. Returns its size on the wire. MQTT 3 has no alias, expiry
/// or identifiers: they are ignored. Preconditions: the mount point is shorter than the topic, and the packet fits
/// 256 MiB.
std::size_t encode_publish(const publication_ptr& body, const delivery_header& header, version speaks, outbox& out);
/// The size encode_publish would write: to respect the client's Maximum Packet Size without encoding.
std::size_t publish_size(const publication& body, const delivery_header& header, version speaks) noexcept;

}  // namespace troupe::mqtt
