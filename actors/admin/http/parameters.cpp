#include "actors/admin/http/parameters.hpp"

#include <charconv>

namespace troupe::admin {

std::optional<std::uint64_t> whole_number(std::string_view text) noexcept {
  std::uint64_t result = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), result);
  if (text.empty() || failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return result;
}

std::optional<std::size_t> limit_of(const request& from) {
  constexpr std::size_t usual = 100, most = 1'000;
  const auto text = from.parameter("limit");
  if (text.empty()) return usual;
  const auto limit = whole_number(text);
  return limit && *limit >= 1 && *limit <= most ? limit : std::nullopt;
}

}  // namespace troupe::admin
