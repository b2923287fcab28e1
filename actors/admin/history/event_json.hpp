#pragma once

#include <boost/json/object.hpp>

#include "actors/admin/history/event.hpp"

namespace troupe::admin {

/// As the API shows it: what does not apply is left out, bytes that are no UTF-8 become U+FFFD.
boost::json::object to_json(const event& what);

}  // namespace troupe::admin
