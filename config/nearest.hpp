#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::config {

/// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that somebody who wrote `name` most likely meant; empty only without candidates. A name without its
/// section ("packet_bytes_max") is compared with the last parts too.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace troupe::config
