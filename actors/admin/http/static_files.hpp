#pragma once

#include <string_view>

#include "actors/admin/http/assets.hpp"
#include "actors/admin/http/response.hpp"

namespace troupe::admin {

/// What of a request matters to a file.
struct file_request {
  std::string_view path;  ///< decoded
  std::string_view if_none_match;
  std::string_view accept_encoding;
};

/// The file, 304 when the browser has it, or 404. A path that is no file is a page of the console, which all are in
/// /index.html, unless it is below /assets/ or is one segment with a dot.
response serve_file(const assets& files, const file_request& asked);

}  // namespace troupe::admin
