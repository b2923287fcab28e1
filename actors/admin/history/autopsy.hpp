#pragma once

#include <span>
#include <string>
#include <vector>

#include "actors/admin/history/event.hpp"
#include "actors/admin/history/time_words.hpp"

namespace troupe::admin {

/// What is known of one client.
struct case_file {
  std::span<const event> events;  ///< about this client only, the newest first
  bool connected = false;         ///< now
  reading_clock clock;
};

inline constexpr std::size_t autopsy_sentences_max = 100;

/// Why a client is gone, or how it came to be where it is, in sentences that a person understands: one that sums up,
/// then the chain of causes, the oldest first. Of a long history, the end.
std::vector<std::string> autopsy(const case_file& of);

}  // namespace troupe::admin
