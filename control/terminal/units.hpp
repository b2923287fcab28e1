#pragma once

#include <cstdint>
#include <string>

/// Figures of the API in words.
namespace troupe::control {

std::string bytes_text(double bytes);            ///< "512 B", "46.1 MiB"
std::string duration_text(double seconds);       ///< "250 ms", "12.5 s", "3 h 4 min", "2 d 5 h"
std::string rate_text(double per_second);        ///< "0", "0.25", "12500"
std::string share_text(double share);            ///< "12.5 %"
std::string time_text(std::int64_t since_1970);  ///< milliseconds; in UTC, as the node's log has it

}  // namespace troupe::control
