#include "control/terminal/units.hpp"

#include <array>
#include <cmath>
#include <ctime>

#include <fmt/format.h>

namespace troupe::control {

std::string bytes_text(double bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes >= 1024 && unit + 1 < units.size()) {
    bytes /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{:.1f} {}", bytes, units[unit]);
}

std::string duration_text(double seconds) {
  if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1000);
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto minutes = static_cast<std::uint64_t>(seconds / 60);
  const auto hours = minutes / 60;
  if (hours == 0) return fmt::format("{} min {:.0f} s", minutes, std::floor(std::fmod(seconds, 60)));
  if (hours < 48) return fmt::format("{} h {} min", hours, minutes % 60);
  return fmt::format("{} d {} h", hours / 24, hours % 24);
}

std::string rate_text(double per_second) {
  if (per_second == 0) return "0";
  return per_second < 10 ? fmt::format("{:.2f}", per_second) : fmt::format("{:.0f}", per_second);
}

std::string share_text(double share) { return fmt::format("{:.1f} %", share * 100); }

std::string time_text(std::int64_t since_1970) {
  auto milliseconds = since_1970 % 1000;
  if (milliseconds < 0) milliseconds += 1000;
  const auto seconds = static_cast<std::time_t>((since_1970 - milliseconds) / 1000);
  std::tm parts{};
  if (!gmtime_r(&seconds, &parts)) return std::to_string(since_1970);
  std::array<char, 40> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  return fmt::format("{}.{:03}Z", text.data(), milliseconds);
}

}  // namespace troupe::control
