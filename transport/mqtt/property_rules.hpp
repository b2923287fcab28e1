#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "transport/mqtt/properties.hpp"

namespace troupe::mqtt {

class reader;

/// A set of packet types in which a property may stand, one bit each; the will properties of CONNECT are bit 0.
using place = std::uint16_t;
constexpr place place_will = 1;
constexpr place place_of(packet_type type) noexcept { return static_cast<place>(1u << static_cast<unsigned>(type)); }

enum class property_kind : std::uint8_t { none, byte, two, four, variable, text, binary, pair };

struct property_rule {
  property id{};
  property_kind kind = property_kind::none;
  place places = 0;
  std::uint32_t least = 0;           ///< of a number
  std::uint32_t most = 0xFFFF'FFFF;  ///< of a number
};

/// The rule of a property identifier; of kind none where there is no such property.
const property_rule& rule_of(std::uint8_t identifier) noexcept;

/// Takes one property off `from`, which fails where it is not well-formed. Neither place nor range is checked.
const property_rule& read_property(reader& from, property_value& to) noexcept;

}  // namespace troupe::mqtt
