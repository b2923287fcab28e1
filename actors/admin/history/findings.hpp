#pragma once

#include <string>

#include "actors/admin/history/event.hpp"
#include "actors/admin/history/time_words.hpp"

namespace troupe::admin {

/// What came before and after an event, as far as its own words need it. Null: nothing is known of it.
struct circumstances {
  const event* connection = nullptr;  ///< the last client_connected
  const event* end = nullptr;         ///< what ended that connection
  const event* successor = nullptr;   ///< the next client_connected
};

/// One event in words.
struct finding {
  std::string what;  ///< goes on after "At 14:05:00 " and after a colon; without a full stop
  std::string more;  ///< whole sentences, or nothing
};

/// Empty for an event that tells nothing about its client.
finding find_out(const event& about, const circumstances& before);

}  // namespace troupe::admin
