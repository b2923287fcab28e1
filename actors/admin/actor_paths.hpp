#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// Paths in the tree of actors, taken apart: "root/loop 0/sessions/<client id, percent-encoded>".
namespace troupe::admin {

inline std::string_view last_part(std::string_view path) noexcept { return path.substr(path.rfind('/') + 1); }
/// Empty: it has none.
inline std::string_view parent_of(std::string_view path) noexcept {
  const auto cut = path.rfind('/');
  return cut == std::string_view::npos ? std::string_view{} : path.substr(0, cut);
}

/// The loop of "root/loop 3..."; nothing: the path is not below one of so many.
inline std::optional<std::uint32_t> loop_of(std::string_view path, std::uint32_t loops) noexcept {
  constexpr std::string_view below = "root/loop ";
  if (!path.starts_with(below)) return {};
  std::uint32_t loop = 0;
  for (const auto digit : path.substr(below.size(), path.find('/', below.size()) - below.size())) {
    if (digit < '0' || digit > '9' || loop > loops) return {};
    loop = loop * 10 + static_cast<std::uint32_t>(digit - '0');
  }
  return loop < loops ? std::optional{loop} : std::nullopt;
}

inline bool is_sessions(std::string_view path) noexcept { return path.ends_with("/sessions") && loop_of(path, 1024); }
inline bool is_session(std::string_view path) noexcept { return is_sessions(parent_of(path)); }

}  // namespace troupe::admin
