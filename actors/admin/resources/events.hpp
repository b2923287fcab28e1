#pragma once

#include "actors/admin/history/event_history.hpp"
#include "actors/admin/http/stream.hpp"
#include "actors/admin/resources/resources.hpp"

namespace troupe::admin {

/// What happened to one client, and why it is gone.
std::vector<route> event_routes(inquiries& ask, event_history& history);
/// Everything that happens, as it does.
stream_route event_stream(inquiries& ask, event_history& history);

}  // namespace troupe::admin
