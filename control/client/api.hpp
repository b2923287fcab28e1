#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "control/client/http_client.hpp"

namespace troupe::control {

/// What a call was answered with.
struct document {
  std::string text;  ///< as it came
  boost::json::value value;

  const boost::json::object& object() const;
};

using segments = std::initializer_list<std::string_view>;

/// The calls of a node's API. Each throws `refusal` with what the node said when it did not do what was
/// asked, and `failure` when it said nothing.
class api {
public:
  explicit api(ask_function ask) : ask_{std::move(ask)} {}

  document read(segments of, const parameters& query = {}) const;
  /// A list with at most `limit` items, from as many pages as that takes: the first page with the items of those behind
  /// it, and the last one's `next`.
  document list(segments of, parameters query, std::size_t limit) const;
  document change(boost::beast::http::verb how, segments of, const parameters& query = {},
                  const boost::json::value& body = nullptr) const;

private:
  document call(const http_call& what) const;

  ask_function ask_;
};

// --- fields of answers ----------------------------------------------------------------------------------------------

/// A field in words: "-" for null and what is missing, "yes" and "no".
std::string text_of(const boost::json::object& of, std::string_view field);
/// 0 for what is no number.
double number_of(const boost::json::object& of, std::string_view field);
bool has_number(const boost::json::object& of, std::string_view field);
bool is_true(const boost::json::object& of, std::string_view field);
/// Empty for what is none.
const boost::json::object& object_of(const boost::json::object& of, std::string_view field);
const boost::json::array& array_of(const boost::json::object& of, std::string_view field);
/// A field of milliseconds since 1970; "-" for none.
std::string time_of(const boost::json::object& of, std::string_view field);
/// A field of bytes; "-" for none.
std::string bytes_of(const boost::json::object& of, std::string_view field);

}  // namespace troupe::control
