#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe {

/// Longest topic name or filter, in bytes [MQTT-4.7.3-3].
inline constexpr std::size_t topic_bytes_max = 65'535;

/// Why a text is no topic name or no topic filter.
enum class topic_error : std::uint8_t {
  none,
  empty,     ///< [MQTT-4.7.3-1]
  too_long,  ///< [MQTT-4.7.3-3]
  not_utf8,  ///< malformed, a surrogate, or U+0000 [MQTT-4.7.3-2]
  too_many_levels,
  wildcard_in_name,      ///< [MQTT-3.3.2-2], [MQTT-4.7.0-1]
  misplaced_wildcard,    ///< [MQTT-4.7.1-1, -2]
  share_name_invalid,    ///< empty or with a wildcard [MQTT-4.8.2-1, -2]
  share_filter_missing,  ///< "$share/group" or "$share/group/" [MQTT-4.8.2-2]
};

/// The error as a sentence for logs and reason strings.
std::string_view to_string(topic_error error) noexcept;

/// Checks a topic name as a client publishes to it. `levels_max` is limits::topic_levels_max.
topic_error check_topic_name(std::string_view name, std::size_t levels_max) noexcept;

/// Checks a topic filter as a client subscribes to it, `$share/<group>/` included; the levels of that prefix don't
/// count.
topic_error check_topic_filter(std::string_view filter, std::size_t levels_max) noexcept;

/// A shared subscription's filter taken apart (MQTT 5, 4.8.2).
struct share_parts {
  std::string_view group;
  std::string_view filter;
};

/// The parts of a filter that begins with `$share/`; nothing for any other. Precondition: a filter that was checked;
/// of one that was not, either part may be empty.
std::optional<share_parts> split_share(std::string_view filter) noexcept;

/// The part of a filter that topics are matched with: what follows `$share/<group>/`, or the whole.
std::string_view match_part(std::string_view filter) noexcept;

/// Whether a checked filter has a wildcard.
bool has_wildcard(std::string_view filter) noexcept;

/// Whether a checked filter (without `$share/`) matches a checked topic name. This is the plain rule;
/// subscription_index does the same for many filters at once.
bool matches(std::string_view filter, std::string_view topic) noexcept;

/// Whether every topic that `narrow` matches is matched by `wide` too. Both are checked filters without `$share/`.
bool covers(std::string_view wide, std::string_view narrow) noexcept;

/// Hash of a topic name, the same on every node and in every version: hash_text with the seed 0.
std::uint64_t topic_hash(std::string_view topic) noexcept;

/// The shard of a topic name, below `shards`: the upper half of topic_hash scaled to the number of shards.
std::uint32_t shard_of(std::string_view topic, std::uint32_t shards) noexcept;

/// The one shard that holds a filter (its `$share/<group>/` doesn't count), or nothing when every shard does because
/// the filter has a wildcard.
std::optional<std::uint32_t> shard_of_filter(std::string_view filter, std::uint32_t shards) noexcept;

/// Reads a topic name or filter level by level. Empty levels count: "/" has two [MQTT-4.7.3-4].
class level_reader {
public:
  explicit level_reader(std::string_view text) noexcept : rest_{text} {}

  bool done() const noexcept { return done_; }
  /// Precondition: not done.
  std::string_view next() noexcept {
    auto level = rest_.substr(0, rest_.find('/'));
    done_ = level.size() == rest_.size();
    rest_.remove_prefix(level.size() + (done_ ? 0 : 1));
    return level;
  }
  /// What was not read yet.
  std::string_view rest() const noexcept { return rest_; }

private:
  std::string_view rest_;
  bool done_ = false;
};

}  // namespace troupe
