#include "actors/admin/history/time_words.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace troupe::admin {

using namespace std::chrono;

std::string reading_clock::operator()(since_1970 at) const {
  const auto local = [this](since_1970 time) { return sys_time<milliseconds>{time + ahead_of_utc}; };
  const auto day = floor<days>(local(at));
  const year_month_day date{day};
  const hh_mm_ss time{floor<seconds>(local(at) - day)};
  std::array<char, 48> text{};
  auto length = 0;
  if (day != floor<days>(local(now)))
    length = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u ", static_cast<int>(date.year()),
                           static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  std::snprintf(text.data() + length, text.size() - static_cast<std::size_t>(length), "%02d:%02d:%02d",
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

std::string reading_clock::with_zone(since_1970 at) const {
  auto result = (*this)(at) + " UTC";
  const auto ahead = ahead_of_utc.count();
  if (ahead == 0) return result;
  result += (ahead < 0 ? '-' : '+') + std::to_string(std::abs(ahead) / 60);
  if (const auto rest = std::abs(ahead) % 60; rest != 0) result += (rest < 10 ? ":0" : ":") + std::to_string(rest);
  return result;
}

std::string duration_words(seconds how_long) {
  const auto count = how_long.count();
  const auto two = [](std::int64_t large, const char* large_unit, std::int64_t small, const char* small_unit) {
    auto result = std::to_string(large) + large_unit;
    if (small != 0) result += " " + std::to_string(small) + small_unit;
    return result;
  };
  if (count <= 120) return std::to_string(count) + " s";
  if (count < 3'600) return two(count / 60, " min", count % 60, " s");
  if (count < 2 * 86'400) return two(count / 3'600, " h", count / 60 % 60, " min");
  return two(count / 86'400, " days", count / 3'600 % 24, " h");
}

}  // namespace troupe::admin
