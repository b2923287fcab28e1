#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/options.hpp"
#include "config/setting.hpp"

namespace troupe::config {

/// How the values of an option are written, and what they count.
struct unit {
  enum class notation : std::uint8_t {
    plain,
    size,      ///< 64KiB, 2MiB, 1GiB, or a bare number of bytes
    duration,  ///< 500ms, 5s, 10m, 1h, 2d, or a bare number in the field's own unit
    expiry,    ///< a duration, or "never" for the field's largest value that MQTT knows
    octal,     ///< permissions: 0660
  };
  std::string_view name;
  unit::notation notation = unit::notation::plain;
};

/// One entry of `[log.components]`: unset means that log.level counts.
struct component_level {
  std::map<std::string, log_level>* levels;
  std::string_view component;
};

/// Where the value of an option lives in an `options`; valid as long as that one is neither moved nor given listeners.
using field = std::variant<bool*, std::optional<bool>*, int*, std::uint8_t*, std::uint16_t*, std::uint32_t*,
                           std::uint64_t*, std::string*, std::vector<std::string>*, std::chrono::milliseconds*,
                           std::chrono::seconds*, overflow*, share_strategy*, listener_type*, client_certificates*,
                           log_level*, log_format*, store_backend*, sync_mode*, component_level>;

/// Stores a value into its field. Gives back what is wrong with it, as the end of a sentence that starts with the
/// option's name; the field keeps its value then.
std::optional<std::string> store(const raw_value& value, const field& into, const unit& in);
/// The value as a person would write it; store() reads it back to the same value.
std::string text_of(const field& from, const unit& in);
/// What kind of value is expected: "size", "duration", "one of text, json".
std::string type_name(const field& of, const unit& in);
/// The number that a range is about, in the field's own unit; nothing for fields that are no numbers.
std::optional<std::uint64_t> number_of(const field& from);
/// A number as it is written in a unit: "2MiB".
std::string text_of(std::uint64_t number, const field& like, const unit& in);

/// The name of an enumeration's value in the configuration and in logs.
std::string_view name_of(overflow value);
std::string_view name_of(share_strategy value);
std::string_view name_of(listener_type value);
std::string_view name_of(client_certificates value);
std::string_view name_of(log_level value);
std::string_view name_of(log_format value);
std::string_view name_of(store_backend value);
std::string_view name_of(sync_mode value);

}  // namespace troupe::config
