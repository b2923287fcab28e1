#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "routing/exact_table.hpp"
#include "routing/shared_text.hpp"
#include "routing/topic.hpp"
#include "routing/wildcard_trie.hpp"

namespace troupe {

/// How far a walk over all filters of a filter_map has come.
struct filter_position {
  std::uint32_t exact = 0;
  std::uint32_t wildcard = 0;
};

/// Values by topic filter, exact filters apart from those with wildcards. A Value{} owns nothing and is empty(); a
/// filter whose value has become empty is to be dropped.
template <class Value>
class filter_map {
public:
  explicit filter_map(std::uint64_t seed) : exact_{seed}, wildcard_{seed} {}

  Value* find(std::string_view filter) noexcept {
    return has_wildcard(filter) ? wildcard_.find(filter) : exact_.find(filter);
  }

  /// Finds the value, or makes an empty one. An exception leaves the map as it was.
  Value& make(const shared_text& filter) { return has_wildcard(filter) ? wildcard_.make(filter) : exact_.make(filter); }

  /// Removes a filter whose value is empty; any other stays. Precondition: make() made it.
  void drop(std::string_view filter) noexcept { has_wildcard(filter) ? wildcard_.drop(filter) : exact_.drop(filter); }

  static constexpr std::size_t approach_max = exact_table<Value>::approach_max;

  /// See exact_table; of filters with wildcards the first levels are in a cache anyway.
  template <class TopicOf>
  void approach(std::size_t count, TopicOf topic_of) const noexcept {
    exact_.approach(count, topic_of);
  }

  /// Calls `f(value)` for every filter that matches.
  template <class F>
  void match(std::string_view topic, trie_walk& steps, F&& f) const {
    if (const auto* value = exact_.find(topic)) f(*value);
    wildcard_.match(topic, steps, f);
  }

  /// Calls `f(filter, value)` for the filters behind `at`, in no order, and looks at no more than `left` places, which
  /// it counts down; of filters with wildcards only when `wildcards`. True at the end. What comes or goes between two
  /// calls may be missed.
  template <class F>
  bool visit(filter_position& at, std::size_t& left, bool wildcards, F&& f) const {
    return exact_.visit(at.exact, left, f) && (!wildcards || wildcard_.visit(at.wildcard, left, f));
  }

  std::size_t size() const noexcept { return exact_.size() + wildcard_.size(); }

private:
  exact_table<Value> exact_;
  wildcard_trie<Value> wildcard_;
};

}  // namespace troupe
