#pragma once

#include <string_view>

namespace troupe {

/// Whether `text` is what MQTT takes for a UTF-8 Encoded String: well-formed, no surrogates [MQTT-1.5.4-1], no U+0000
/// [MQTT-1.5.4-2]. Its length is not looked at. Plain ASCII costs about one step per eight bytes.
bool valid_utf8(std::string_view text) noexcept;

}  // namespace troupe
