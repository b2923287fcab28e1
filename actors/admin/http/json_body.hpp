#pragma once

#include <cstddef>
#include <string_view>
#include <variant>

#include <boost/json/object.hpp>

#include "actors/admin/http/exchange.hpp"

namespace troupe::admin {

/// The object that a request's body is: empty when there is no body, or the answer that refuses it: 415 when it is not
/// called application/json, which a page of another site cannot do unasked; 400 when it is no JSON object, or nested
/// deeper than `depth_max`.
std::variant<boost::json::object, answer> json_body(std::string_view content_type, std::string_view bytes,
                                                    std::size_t depth_max);

}  // namespace troupe::admin
