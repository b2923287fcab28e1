#pragma once

#include <string_view>

namespace troupe::admin {

/// One file of the console. Its bytes live as long as the program.
struct asset {
  std::string_view bytes;
  std::string_view content_type;
  std::string_view etag;      ///< with its quotation marks
  bool is_gzip = false;       ///< what `bytes` are
  bool is_immutable = false;  ///< its name changes with its content, so that it may be kept for good
};

/// The files that make up the console, by their paths: "/index.html". A table, not a folder: there is no path that
/// leads out of it.
class assets {
public:
  virtual ~assets() = default;
  /// Null when there is none.
  virtual const asset* find(std::string_view path) const = 0;
};

}  // namespace troupe::admin
