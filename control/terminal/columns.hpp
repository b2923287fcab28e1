#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::control {

/// Columns of a terminal that some UTF-8 takes: two for ideographs and emoji, none for what combines with the character
/// before it.
std::size_t columns_of(std::string_view text);

/// At most that many columns of it; what had to be cut ends in an ellipsis.
std::string cut(std::string_view text, std::size_t columns_max);

}  // namespace troupe::control
