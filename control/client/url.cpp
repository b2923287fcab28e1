#include "control/client/url.hpp"

#include <algorithm>

namespace troupe::control {

namespace {

bool is_letter_or_digit(char each) {
  return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9');
}

bool is_port(std::string_view text) {
  constexpr std::size_t digits_max = 5;
  return !text.empty() && text.size() <= digits_max && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// What follows the host: "" or ":port".
std::optional<std::string> port_in(std::string_view rest, bool secure) {
  if (rest.empty()) return secure ? "443" : "80";
  if (rest.front() != ':' || !is_port(rest.substr(1))) return {};
  return std::string{rest.substr(1)};
}

}  // namespace

std::string url::authority() const {
  const auto name = host.find(':') == std::string::npos ? host : '[' + host + ']';
  return port == (secure ? "443" : "80") ? name : name + ':' + port;
}

std::optional<url> parse_url(std::string_view text) {
  url result;
  constexpr std::string_view plain = "http://", secure = "https://";
  result.secure = text.starts_with(secure);
  if (!result.secure && !text.starts_with(plain)) return {};
  text.remove_prefix(result.secure ? secure.size() : plain.size());
  if (text.ends_with('/')) text.remove_suffix(1);
  const bool bracketed = text.starts_with('[');
  const auto end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return {};
  result.host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  const auto fits = [&](char each) {
    return is_letter_or_digit(each) || each == '.' || each == '-' || (bracketed && each == ':');
  };
  if (result.host.empty() || !std::all_of(result.host.begin(), result.host.end(), fits)) return {};
  auto port = port_in(text.substr(bracketed ? end + 1 : end), result.secure);
  if (!port) return {};
  result.port = *std::move(port);
  return result;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const auto each : text) {
    const auto byte = static_cast<unsigned char>(each);
    if (is_letter_or_digit(each) || each == '-' || each == '_')
      result += each;
    else
      result.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return result;
}

std::string api_target(std::initializer_list<std::string_view> segments, const parameters& query) {
  std::string result = "/api/v1";
  for (const auto each : segments) result += '/' + percent_encoded(each);
  auto before = '?';
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    result += before + name + '=' + percent_encoded(value);
    before = '&';
  }
  return result;
}

}  // namespace troupe::control
