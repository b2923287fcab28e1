#include "actors/admin/http/json_body.hpp"

#include <utility>

#include <boost/beast/core/string.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace troupe::admin {

namespace {

// Parameters, of which only charset is ever seen, are ignored: JSON is UTF-8 [RFC 8259, 8.1].
bool is_json(std::string_view content_type) {
  auto type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  return boost::beast::iequals(type, "application/json");
}

}  // namespace

std::variant<boost::json::object, answer> json_body(std::string_view content_type, std::string_view bytes,
                                                    std::size_t depth_max) {
  if (bytes.empty()) return boost::json::object{};
  if (!is_json(content_type)) return answer::error(415, "The body must be application/json.");
  boost::json::parse_options options;
  options.max_depth = depth_max;
  boost::json::error_code error;
  auto value = boost::json::parse({bytes.data(), bytes.size()}, error, {}, options);
  if (error) return answer::error(400, fmt::format("The body is not JSON as it is taken here: {}.", error.message()));
  if (!value.is_object()) return answer::error(400, "The body must be a JSON object.");
  return std::move(value.as_object());
}

}  // namespace troupe::admin
