#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "routing/ref.hpp"
#include "routing/session_ref.hpp"

namespace troupe {

/// The clock every deadline of the node is measured on; pure code is given its time.
using node_clock = std::chrono::steady_clock;
using time_point = node_clock::time_point;

enum class qos : std::uint8_t { at_most_once = 0, at_least_once = 1, exactly_once = 2 };

/// An application message on its way through the node: immutable, one allocation, shared by all who deliver it.
class publication final : public ref_counted {
public:
  /// What a publication is made of; the views are copied by make().
  struct parts {
    std::string_view topic;  ///< full topic name, mount point included; at most 65535 bytes
    std::span<const std::byte>
      properties{};  ///< encoded MQTT 5 properties that travel unaltered [MQTT-3.3.2-4, -15..-20]
    std::span<const std::byte> payload{};
    troupe::qos qos = qos::at_most_once;
    bool retain = false;                     ///< RETAIN as the publisher set it
    time_point expires = time_point::max();  ///< Message Expiry Interval as a deadline; max(): never
    session_ref publisher{};                 ///< for No Local; names nobody for the node's own messages
    std::uint32_t publisher_hash = 0;        ///< of the publisher's client id, for hash_clientid
    time_point arrived{};                    ///< at this node; 0: nobody knows
    bool followed = false;                   ///< an operator wants to know where it goes
  };

  static ref_ptr<const publication> make(const parts& from);
  static void destroy(const publication* object) noexcept;

  std::string_view topic() const noexcept { return {text() + 2, topic_bytes_}; }
  /// The topic name as on the wire: two bytes of length, then the name.
  std::span<const std::byte> wire_topic() const noexcept { return {bytes(), 2u + topic_bytes_}; }
  std::span<const std::byte> properties() const noexcept { return {bytes() + 2 + topic_bytes_, property_bytes_}; }
  std::span<const std::byte> payload() const noexcept {
    return {bytes() + 2 + topic_bytes_ + property_bytes_, payload_bytes_};
  }
  troupe::qos qos() const noexcept { return qos_; }
  bool retain() const noexcept { return retain_; }
  time_point expires() const noexcept { return expires_; }
  session_ref publisher() const noexcept { return publisher_; }
  std::uint32_t publisher_hash() const noexcept { return publisher_hash_; }
  /// How long ago it came to this node, up to 49 days; nothing where nobody knows.
  std::optional<std::chrono::milliseconds> age(time_point now) const noexcept;
  /// Who handles it tells the node's follow_book what became of it.
  bool followed() const noexcept { return followed_; }
  /// Bytes held in memory: what queues and credits count.
  std::size_t memory() const noexcept {
    return sizeof(publication) + 2u + topic_bytes_ + property_bytes_ + payload_bytes_;
  }

private:
  explicit publication(const parts& from) noexcept;

  const std::byte* bytes() const noexcept { return reinterpret_cast<const std::byte*>(this) + sizeof(publication); }
  const char* text() const noexcept { return reinterpret_cast<const char*>(bytes()); }

  std::uint16_t topic_bytes_;
  troupe::qos qos_;
  bool retain_ : 1;
  bool followed_ : 1;
  std::uint32_t property_bytes_;
  std::uint32_t payload_bytes_;
  std::uint32_t publisher_hash_;
  session_ref publisher_;
  std::uint32_t arrived_;  ///< the lower half of milliseconds; 0: nobody knows
  time_point expires_;
};

static_assert(sizeof(publication) == 40);

using publication_ptr = ref_ptr<const publication>;

}  // namespace troupe
