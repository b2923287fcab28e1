#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::admin {

/// What MQTT 5 calls a reason code (2.4), in lower case; "unknown" for what it does not define.
std::string_view reason_name(std::uint8_t code) noexcept;

/// What a client did or met that ended its connection with this code, as half a sentence: "it broke the rules of MQTT".
std::string_view reason_cause(std::uint8_t code) noexcept;

/// "0x8E (session taken over)"
std::string reason_words(std::uint8_t code);

/// "1001 (going away)": RFC 6455, 7.4.
std::string close_code_words(std::uint16_t code);

}  // namespace troupe::admin
