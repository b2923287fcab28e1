#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace troupe::admin {

/// How bytes travel in JSON [RFC 4648, 4], padded. Precondition: less than 1 GiB.
std::string to_base64(std::span<const std::byte> of);
/// Nothing for what to_base64() does not write: other characters, blanks and line ends included, padding that is
/// missing or too long, bits behind the last byte, a GiB and more.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace troupe::admin
