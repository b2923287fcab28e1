#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "routing/hash.hpp"
#include "routing/shared_text.hpp"
#include "routing/slab.hpp"
#include "routing/slot_table.hpp"

namespace troupe {

/// Values of filters without wildcards: one look-up by the topic name. A Value{} owns nothing and is empty().
template <class Value>
class exact_table {
public:
  explicit exact_table(std::uint64_t seed) noexcept : seed_{seed} {}

  Value* find(std::string_view filter) noexcept {
    if (size() == 0) return nullptr;
    auto at = number_of(filter, hash_text(filter, seed_));
    return at == slot_table::none ? nullptr : &nodes_[at].value;
  }
  const Value* find(std::string_view filter) const noexcept { return const_cast<exact_table*>(this)->find(filter); }

  /// Most topics in one approach().
  static constexpr std::size_t approach_max = 16;

  /// Asks for what find() will read of `count` topics, step by step for all of them: a look-up is a chain of three
  /// waits for memory when the table is larger than the caches, and so the chains overlap.
  template <class TopicOf>
  void approach(std::size_t count, TopicOf topic_of) const noexcept {
    if (size() == 0) return;
    std::array<std::uint64_t, approach_max> hashes;
    std::array<std::uint32_t, approach_max> numbers;
    for (std::size_t i = 0; i < count; ++i) slots_.approach(hashes[i] = hash_text(topic_of(i), seed_));
    for (std::size_t i = 0; i < count; ++i) {
      numbers[i] = slots_.find(hashes[i], [](std::uint32_t) { return true; });
      if (numbers[i] != slot_table::none) __builtin_prefetch(&nodes_[numbers[i]]);
    }
    for (std::size_t i = 0; i < count; ++i)
      if (numbers[i] != slot_table::none) nodes_[numbers[i]].filter.approach();
  }

  /// Finds the value, or makes an empty one. An exception leaves the table as it was.
  Value& make(const shared_text& filter) {
    auto hash = hash_text(filter, seed_);
    auto at = number_of(filter, hash);
    if (at == slot_table::none) {
      slots_.reserve(hash);
      nodes_.reserve();
      at = nodes_.add();
      nodes_[at].filter = filter;
      slots_.insert(hash, at);
    }
    return nodes_[at].value;
  }

  /// Removes a filter whose value is empty; any other stays. Precondition: make() made it.
  void drop(std::string_view filter) noexcept {
    auto hash = hash_text(filter, seed_);
    auto at = number_of(filter, hash);
    if (!nodes_[at].value.empty()) return;
    slots_.erase(hash, at);
    nodes_.remove(at);
  }

  std::size_t size() const noexcept { return slots_.size(); }

  /// Calls `f(filter, value)` for what is in the places from `at` on, in no order, and counts `at` and `left` on;
  /// looks at no more than `left` places. True at the end.
  template <class F>
  bool visit(std::uint32_t& at, std::size_t& left, F&& f) const {
    for (; left != 0 && at < nodes_.places(); ++at, --left)
      if (const auto& seen = nodes_[at]; !seen.value.empty()) f(seen.filter.view(), seen.value);
    return at >= nodes_.places();
  }

private:
  struct node {
    shared_text filter;
    Value value;
  };

  std::uint32_t number_of(std::string_view filter, std::uint64_t hash) const noexcept {
    return slots_.find(hash, [&](std::uint32_t number) { return nodes_[number].filter.view() == filter; });
  }

  std::uint64_t seed_;
  slot_table slots_;
  slab<node> nodes_;
};

}  // namespace troupe
