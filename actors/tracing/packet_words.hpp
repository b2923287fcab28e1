#pragma once

#include <cstddef>
#include <string>

#include "transport/mqtt/codec.hpp"

namespace troupe::actors {

/// How much of what a client wrote is shown, in bytes.
inline constexpr std::size_t shown_topic_bytes_max = 512;
inline constexpr std::size_t shown_payload_bytes_max = 64;

/// A packet in words, for a human: `PUBLISH id 7, QoS 1, topic "a/b", 5 bytes "hello"`. Passwords and authentication
/// data are not told, and nothing of what a client wrote can end the line or steer a terminal.
std::string words_of(const mqtt::packet& what, mqtt::version speaks);

/// Text of a client in double quotes: control characters, quotes, backslashes and what is no UTF-8 as escapes. What is
/// longer than `bytes_max` ends with "..." behind the quotes.
std::string quoted(std::string_view text, std::size_t bytes_max);

}  // namespace troupe::actors
