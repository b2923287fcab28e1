#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "routing/hash.hpp"
#include "routing/shared_text.hpp"
#include "routing/slab.hpp"
#include "routing/slot_table.hpp"
#include "routing/topic.hpp"

namespace troupe {

/// The nodes on the way through a topic; kept by the caller so that a match allocates nothing.
struct trie_walk {
  std::vector<std::uint32_t> current;
  std::vector<std::uint32_t> next;
};

/// Values of filters with wildcards: a tree of levels. The edges to named children are in one hash table, keyed by
/// parent and level; `+` is an edge of its own, and what `#` ends is kept at the node above it, which it matches too.
template <class Value>
class wildcard_trie {
public:
  explicit wildcard_trie(std::uint64_t seed) : seed_{seed} {
    nodes_.reserve();
    nodes_.add();  // the root
  }

  Value* find(std::string_view filter) noexcept {
    auto at = root;
    for (auto levels = level_reader{filter}; !levels.done();) {
      auto level = levels.next();
      if (level == "#") return &nodes_[at].below;
      at = child_of(at, level);
      if (at == slot_table::none) return nullptr;
    }
    return &nodes_[at].here;
  }

  /// Finds the value, or makes an empty one. An exception leaves the trie as it was.
  Value& make(std::string_view filter) {
    auto at = root;
    try {
      for (auto levels = level_reader{filter}; !levels.done();) {
        auto level = levels.next();
        if (level == "#") return count(nodes_[at].below);
        auto child = child_of(at, level);
        at = child == slot_table::none ? add_child(at, level) : child;
      }
    } catch (...) {
      prune(at);
      throw;
    }
    return count(nodes_[at].here);
  }

  /// Removes a filter whose value is empty; any other stays. Precondition: make() made it.
  void drop(std::string_view filter) noexcept {
    auto at = root;
    auto* value = &nodes_[at].here;
    for (auto levels = level_reader{filter}; !levels.done();) {
      auto level = levels.next();
      if (level != "#") at = child_of(at, level);
      value = level == "#" ? &nodes_[at].below : &nodes_[at].here;
    }
    if (!value->empty()) return;
    --size_;
    prune(at);
  }

  /// Calls `f(value)` for every filter that matches.
  template <class F>
  void match(std::string_view topic, trie_walk& steps, F&& f) const {
    if (size_ == 0) return;
    auto& [current, next] = steps;
    current.assign(1, root);
    // Filters that begin with a wildcard don't match topics that begin with '$' [MQTT-4.7.2-1].
    auto wildcards = !topic.starts_with('$');
    for (auto levels = level_reader{topic}; !levels.done() && !current.empty(); wildcards = true) {
      step(current, next, levels.next(), wildcards, f);
      std::swap(current, next);
    }
    for (auto at : current) {
      give(nodes_[at].here, f);
      give(nodes_[at].below, f);  // "sport/#" matches "sport", too
    }
  }

  std::size_t size() const noexcept { return size_; }

  /// As exact_table's: `f(filter, value)` for the nodes from `at` on, of which it looks at no more than `left`.
  template <class F>
  bool visit(std::uint32_t& at, std::size_t& left, F&& f) const {
    for (; left != 0 && at < nodes_.places(); ++at, --left) {
      const auto& seen = nodes_[at];
      if (seen.here.empty() && seen.below.empty()) continue;
      const auto filter = filter_of(at);
      if (!seen.here.empty()) f(std::string_view{filter}.substr(1), seen.here);
      if (!seen.below.empty()) f(std::string_view{filter + "/#"}.substr(1), seen.below);
    }
    return at >= nodes_.places();
  }

private:
  static constexpr std::uint32_t root = 0;

  struct node {
    shared_text level;  ///< nothing for `+`
    std::uint32_t parent = slot_table::none;
    std::uint32_t plus = slot_table::none;
    std::uint32_t children = 0;  ///< `+` included
    Value here;
    Value below;
  };

  template <class F>
  static void give(const Value& value, F& f) {
    if (!value.empty()) f(value);
  }

  /// From all nodes that match the levels so far to those that match one more.
  template <class F>
  void step(const std::vector<std::uint32_t>& from, std::vector<std::uint32_t>& to, std::string_view level,
            bool wildcards, F& f) const {
    auto hash = hash_text(level, seed_);
    to.clear();
    for (auto at : from) {
      const auto& seen = nodes_[at];
      if (wildcards) give(seen.below, f);
      if (seen.children == 0) continue;
      if (auto child = named_child(at, level, hash); child != slot_table::none) to.push_back(child);
      if (wildcards && seen.plus != slot_table::none) to.push_back(seen.plus);
    }
  }

  static std::uint64_t edge_hash(std::uint32_t parent, std::uint64_t level_hash) noexcept {
    return mix(level_hash + parent);
  }

  std::uint32_t named_child(std::uint32_t parent, std::string_view level, std::uint64_t level_hash) const noexcept {
    return edges_.find(edge_hash(parent, level_hash), [&](std::uint32_t number) {
      return nodes_[number].parent == parent && nodes_[number].level.view() == level;
    });
  }

  std::uint32_t child_of(std::uint32_t parent, std::string_view level) const noexcept {
    return level == "+" ? nodes_[parent].plus : named_child(parent, level, hash_text(level, seed_));
  }

  /// The levels down to a node, with a slash before each.
  std::string filter_of(std::uint32_t at) const {
    std::vector<std::string_view> levels;
    for (; at != root; at = nodes_[at].parent)
      levels.push_back(nodes_[nodes_[at].parent].plus == at ? std::string_view{"+"} : nodes_[at].level.view());
    std::string result;
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) result.append("/").append(*level);
    return result;
  }

  std::uint32_t add_child(std::uint32_t parent, std::string_view level) {
    auto named = level != "+";
    auto text = named ? shared_text{level} : shared_text{};
    auto hash = edge_hash(parent, hash_text(level, seed_));
    if (named) edges_.reserve(hash);
    nodes_.reserve();
    auto number = nodes_.add();  // nothing throws from here on
    nodes_[number].level = std::move(text);
    nodes_[number].parent = parent;
    ++nodes_[parent].children;
    if (named)
      edges_.insert(hash, number);
    else
      nodes_[parent].plus = number;
    return number;
  }

  Value& count(Value& made) noexcept {
    if (made.empty()) ++size_;
    return made;
  }

  /// Removes the node and those above it as long as nothing needs them.
  void prune(std::uint32_t at) noexcept {
    while (at != root) {
      auto& gone = nodes_[at];
      if (gone.children != 0 || !gone.here.empty() || !gone.below.empty()) return;
      auto parent = gone.parent;
      if (nodes_[parent].plus == at)
        nodes_[parent].plus = slot_table::none;
      else
        edges_.erase(edge_hash(parent, hash_text(gone.level, seed_)), at);
      --nodes_[parent].children;
      nodes_.remove(at);
      at = parent;
    }
  }

  std::uint64_t seed_;
  slot_table edges_;
  slab<node> nodes_;
  std::size_t size_ = 0;
};

}  // namespace troupe
