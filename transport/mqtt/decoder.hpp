#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "transport/mqtt/property_rules.hpp"
#include "transport/mqtt/reader.hpp"

/// The parts that decode() is made of.
namespace troupe::mqtt {

/// One packet being decoded: `in` stands behind its fixed header.
struct source {
  reader in;
  packet_type type{};
  std::uint8_t flags = 0;  ///< lower half of the first byte
  version speaks{};
  bool length_is_minimal = true;
  std::size_t packet_bytes = 0;
  std::vector<std::byte>& scratch;

  bool v5() const noexcept { return speaks == version::v5; }
  void fail(reason why, std::string_view text) noexcept { in.fail(why, text); }
  /// The packet's reason code, which must be one of its type's [MQTT-3.4.2-1] and the like.
  reason reason_code() noexcept;
};

/// A Property Length and its properties, each checked for its place, its range and for being there once.
class property_block {
public:
  property_block(source& from, place where) noexcept
    : from_{from},
      block_{from.in.take(from.in.variable())},
      where_{where} {}
  explicit property_block(source& from) noexcept : property_block(from, place_of(from.type)) {}

  /// Takes the next property. False at the end, and after a failure, which `from` has then.
  bool next(property_value& value) noexcept;

private:
  reason check(const property_rule& rule, const property_value& value, std::string_view& text) noexcept;

  source& from_;
  reader block_;
  place where_;
  std::uint64_t seen_ = 0;
};

/// Appends an encoded property to a run: a longer view where both are neighbours, a copy in the scratch where not.
/// Allocates at most once a packet: the scratch gets room for all of it, hence views of it stay valid.
void join(bytes_view& run, bytes_view encoded, source& from);

/// The properties that PUBLISH and will have in common; false when `value` is none of them.
bool take_message_property(source& from, const property_value& value, publish_properties& to);

/// Whether `name` could be a topic name: at least one character, no wildcard [MQTT-4.7.0-1] [MQTT-4.7.3-1].
bool is_topic_name(std::string_view name) noexcept;

void read(source& from, connect& to);
void read(source& from, connack& to);
void read(source& from, publish& to);
void read(source& from, acknowledgement& to);
void read(source& from, subscribe& to);
void read(source& from, subscription_acknowledgement& to);
void read(source& from, unsubscribe& to);
void read(source& from, disconnect& to);
void read(source& from, auth& to);
inline void read(source&, pingreq&) noexcept {}
inline void read(source&, pingresp&) noexcept {}

}  // namespace troupe::mqtt
