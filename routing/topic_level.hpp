#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "routing/list_cursor.hpp"

namespace troupe {

/// A page of one level of the tree that all topic names and filters are part of: the names behind a cursor in the order
/// of their bytes, and what there is at each and below. It is told of topics and filters in any order and remembers no
/// more than the page: a name that has to make room for one before it never comes back, so that what stays was counted
/// from its first to its last.
///
/// Filters are placed as they are written: `+` and `#` are names like others, "sport/#" lies below "sport", and a
/// shared subscription where its filter does without `$share/<group>/`. What begins with `$` is a level like any other
/// here: an operator asks for a place by its name, and not by a wildcard, which would pass it over [MQTT-4.7.2-1].
class topic_level {
public:
  struct counts {
    std::uint64_t subscriptions = 0;  ///< whose filter is this topic or begins with it and a slash
    std::uint64_t retained = 0;       ///< retained messages of this topic and those below
    double rate = 0;                  ///< publications a second to this topic and those below
    bool children = false;            ///< something counted lies below
  };

  static constexpr std::size_t bytes_max = 1024 * 1024;  ///< of a page's names; the first one may be longer

  /// The level below topic `parent`; null: the first level. ("" is a topic's name, too: the one above "/a".)
  topic_level(const std::string* parent, list_cursor after, std::size_t names_max);
  topic_level(const topic_level&) = delete;
  topic_level& operator=(const topic_level&) = delete;

  void subscribed(std::string_view filter, std::uint64_t count);
  void retains(std::string_view topic);
  void published(std::string_view topic, double rate);

  /// Where in a retained_index that begins which may be on the page.
  std::string first_topic() const;
  /// Whether a topic is behind all that may be on the page; in the order of a retained_index all later ones are, too.
  bool is_past(std::string_view topic) const;

  using page = std::map<std::string, counts, std::less<>>;
  const page& names() const noexcept { return names_; }
  /// The whole topic or filter of a name on the page.
  std::string topic_of(std::string_view name) const { return base_ + std::string{name}; }
  /// For the next page; empty: this is the last.
  std::string next() const;

private:
  counts* place_of(std::string_view text);
  page::iterator add(std::string_view name);
  std::string_view name_in(std::string_view text) const noexcept;

  std::string base_;
  list_cursor after_;
  std::size_t names_max_;
  page names_;
  page::value_type* latest_ = nullptr;  ///< of names_: neighbours in a retained_index are often below the same name
  std::size_t bytes_ = 0;               ///< of the names
  std::optional<std::string> rest_;     ///< the first name that has no room on the page
};

}  // namespace troupe
