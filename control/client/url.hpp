#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::control {

/// Where a node's API is, from outside of its machine.
struct url {
  bool secure = false;
  std::string host;  ///< of an IPv6 address without its brackets
  std::string port;

  /// As the Host field has it.
  std::string authority() const;
};

/// "http://host", "https://host:port", with nothing but a / behind it. Nothing for what is none.
std::optional<url> parse_url(std::string_view text);

/// Every byte but letters, digits, - and _ as %XX: stands as one segment or value in a target, whatever it holds.
std::string percent_encoded(std::string_view text);

using parameters = std::vector<std::pair<std::string, std::string>>;

/// "/api/v1/clients/a%2Fb/events?limit=10": the segments below /api/v1, and parameters that are not empty.
std::string api_target(std::initializer_list<std::string_view> segments, const parameters& query = {});

}  // namespace troupe::control
