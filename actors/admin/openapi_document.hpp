#pragma once

#include <string_view>

namespace troupe::admin {

/// What the API is, as OpenAPI 3.1 in JSON: the pieces in openapi/, put together by cmake/embed_openapi.py. It lives as
/// long as the program.
std::string_view openapi_document();

}  // namespace troupe::admin
