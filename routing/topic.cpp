#include "routing/topic.hpp"

#include <algorithm>

#include "routing/hash.hpp"
#include "routing/utf8.hpp"

namespace troupe {
namespace {

constexpr std::string_view share_prefix = "$share/";
constexpr std::string_view wildcard_characters = "+#";

/// What holds for names and filters alike.
topic_error check_text(std::string_view text) noexcept {
  if (text.empty()) return topic_error::empty;                          // [MQTT-4.7.3-1]
  if (text.size() > topic_bytes_max) return topic_error::too_long;      // [MQTT-4.7.3-3]
  return valid_utf8(text) ? topic_error::none : topic_error::not_utf8;  // [MQTT-4.7.3-2]
}

topic_error check_levels(std::string_view text, std::size_t levels_max) noexcept {
  auto levels = static_cast<std::size_t>(std::ranges::count(text, '/')) + 1;
  return levels > levels_max ? topic_error::too_many_levels : topic_error::none;
}

/// Wildcards are whole levels [MQTT-4.7.1-2], and `#` is the last one [MQTT-4.7.1-1].
bool wildcards_well_placed(std::string_view filter) noexcept {
  for (auto levels = level_reader{filter}; !levels.done();) {
    auto level = levels.next();
    if (level.find_first_of(wildcard_characters) == level.npos) continue;
    if (level.size() != 1 || (level == "#" && !levels.done())) return false;
  }
  return true;
}

topic_error check_match_part(std::string_view filter, std::size_t levels_max) noexcept {
  if (!wildcards_well_placed(filter)) return topic_error::misplaced_wildcard;
  return check_levels(filter, levels_max);
}

bool begins_with_wildcard(std::string_view filter) noexcept {
  return filter.starts_with('+') || filter.starts_with('#');
}

}  // namespace

std::string_view to_string(topic_error error) noexcept {
  switch (error) {
    case topic_error::none: return "valid";
    case topic_error::empty: return "a topic must not be empty";
    case topic_error::too_long: return "a topic must not be longer than 65535 bytes";
    case topic_error::not_utf8: return "a topic must be UTF-8 without U+0000";
    case topic_error::too_many_levels: return "the topic has too many levels";
    case topic_error::wildcard_in_name: return "a topic name must not contain wildcards";
    case topic_error::misplaced_wildcard: return "a wildcard must be a whole level, and # the last one";
    case topic_error::share_name_invalid: return "a share name must not be empty nor contain wildcards";
    case topic_error::share_filter_missing: return "a share name must be followed by a topic filter";
  }
  return "unknown error";
}

topic_error check_topic_name(std::string_view name, std::size_t levels_max) noexcept {
  if (auto error = check_text(name); error != topic_error::none) return error;
  if (name.find_first_of(wildcard_characters) != name.npos) return topic_error::wildcard_in_name;  // [MQTT-4.7.0-1]
  return check_levels(name, levels_max);
}

topic_error check_topic_filter(std::string_view filter, std::size_t levels_max) noexcept {
  if (auto error = check_text(filter); error != topic_error::none) return error;
  auto share = split_share(filter);
  if (!share) return check_match_part(filter, levels_max);
  // [MQTT-4.8.2-1], [MQTT-4.8.2-2]
  if (share->group.empty() || share->group.find_first_of(wildcard_characters) != filter.npos)
    return topic_error::share_name_invalid;
  if (share->filter.empty()) return topic_error::share_filter_missing;
  return check_match_part(share->filter, levels_max);
}

std::optional<share_parts> split_share(std::string_view filter) noexcept {
  if (!filter.starts_with(share_prefix)) return std::nullopt;
  auto levels = level_reader{filter.substr(share_prefix.size())};
  auto group = levels.next();
  return share_parts{group, levels.rest()};
}

std::string_view match_part(std::string_view filter) noexcept {
  auto share = split_share(filter);
  return share ? share->filter : filter;
}

bool has_wildcard(std::string_view filter) noexcept { return filter.find_first_of(wildcard_characters) != filter.npos; }

bool matches(std::string_view filter, std::string_view topic) noexcept {
  if (topic.starts_with('$') && begins_with_wildcard(filter)) return false;  // [MQTT-4.7.2-1]
  auto wanted = level_reader{filter};
  auto names = level_reader{topic};
  while (!wanted.done()) {
    auto level = wanted.next();
    if (level == "#") return true;  // also for the level above it, when the name has ended there
    if (names.done()) return false;
    auto name = names.next();
    if (level != "+" && level != name) return false;
  }
  return names.done();
}

bool covers(std::string_view wide, std::string_view narrow) noexcept {
  if (narrow.starts_with('$') && begins_with_wildcard(wide)) return false;  // [MQTT-4.7.2-1]
  if (wide == "+/#") wide = "#";  // every topic has a first level, so they mean the same
  auto outer = level_reader{wide};
  auto inner = level_reader{narrow};
  while (!outer.done()) {
    auto level = outer.next();
    if (level == "#") return true;
    if (inner.done()) return false;
    auto asked = inner.next();
    if (asked == "#" || (level != "+" && level != asked)) return false;
  }
  return inner.done();
}

std::uint64_t topic_hash(std::string_view topic) noexcept { return hash_text(topic, 0); }

std::uint32_t shard_of(std::string_view topic, std::uint32_t shards) noexcept {
  return static_cast<std::uint32_t>((topic_hash(topic) >> 32) * shards >> 32);
}

std::optional<std::uint32_t> shard_of_filter(std::string_view filter, std::uint32_t shards) noexcept {
  auto part = match_part(filter);
  if (has_wildcard(part)) return std::nullopt;
  return shard_of(part, shards);
}

}  // namespace troupe
