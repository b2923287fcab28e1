#pragma once

#include <cstddef>
#include <vector>

#include "actors/admin/http/exchange.hpp"
#include "actors/admin/trace_book.hpp"

namespace troupe::admin {

/// Traces: to start, stop, list and read them; and the last packets of a client that is under one.
std::vector<route> trace_routes(trace_book& book, std::size_t topic_levels_max);

}  // namespace troupe::admin
