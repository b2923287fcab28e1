#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "actors/admin/history/event.hpp"

namespace troupe::admin {

/// The text with U+FFFD for every byte that is no UTF-8: one wrong byte in a text frame of a WebSocket would cost the
/// page its stream of events.
std::string valid_text(std::string_view text);

/// As the API shows it: what does not apply is left out, and all text is valid.
boost::json::object to_json(const event& what);

}  // namespace troupe::admin
