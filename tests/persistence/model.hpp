#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "persistence/batch.hpp"
#include "persistence/keys.hpp"
#include "tests/persistence/client.hpp"

namespace troupe::tests {

/// What a store should have in it: the same operations on maps.
class model {
public:
  using table = persistence::table;

  void apply(const persistence::batch& what) {
    std::size_t offset = 0;
    while (const auto step = what.next(offset)) apply(*step);
  }

  /// The first difference; empty when there is none.
  std::string difference(client& from) const {
    for (std::size_t i = 0; i + 1 < persistence::table_count; ++i) {
      const auto where = persistence::table_at(i);
      auto found = from.all(where, 1000);
      found.erase("schema");
      const auto expected = where == table::messages ? bodies() : tables_[i];
      for (const auto& [key, value] : expected)
        if (!found.contains(key) || found.at(key) != value)
          return "a row of " + std::string{persistence::name_of(where)} + " is missing or another one";
      if (found.size() != expected.size()) return std::string{persistence::name_of(where)} + " has rows too many";
    }
    return {};
  }

private:
  struct message {
    std::string body;
    std::uint64_t left;
  };

  void apply(const persistence::operation& step) {
    using enum persistence::operation_kind;
    auto& at = tables_[persistence::index_of(step.table)];
    const std::string key{step.key};
    switch (step.kind) {
      case put: at[key] = step.value; break;
      case erase: at.erase(key); break;
      case erase_range:
        if (step.key < step.value) at.erase(at.lower_bound(key), at.lower_bound(std::string{step.value}));
        break;
      case put_message: messages_[key] = {std::string{step.value}, step.number}; break;
      case hold:
        if (messages_.contains(key)) messages_[key].left += step.number;
        break;
      case release: release_message(key, step.number); break;
      case expect: break;
    }
  }

  void release_message(const std::string& key, std::uint64_t references) {
    const auto found = messages_.find(key);
    if (found == messages_.end()) return;
    if (found->second.left <= references)
      messages_.erase(found);
    else
      found->second.left -= references;
  }

  rows bodies() const {
    rows result;
    for (const auto& [key, each] : messages_) result.emplace(key, each.body);
    return result;
  }

  std::array<rows, persistence::table_count> tables_;
  std::map<std::string, message> messages_;
};

/// Random batches, the same from the same seed everywhere. Each says in a row of meta how many there were before it.
class batch_generator {
public:
  explicit batch_generator(std::uint32_t seed) : random_{seed} {}

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

  persistence::batch next(std::uint64_t number) {
    persistence::batch result;
    result.put(persistence::table::meta, "number", std::to_string(number));
    for (auto left = 1 + below(6); left != 0; --left) add_step(result);
    return result;
  }

private:
  void add_step(persistence::batch& to) {
    using persistence::table;
    constexpr table tables[] = {table::sessions, table::subscriptions, table::queue, table::inbound, table::retained};
    const auto where = tables[below(5)];
    const persistence::queue_key key{1 + below(5), below(20)};
    switch (below(8)) {
      case 0: to.erase(where, key); break;
      case 1:
        if (where != table::queue) to.erase_range(where, key, persistence::session_key{1 + below(6)});
        break;
      case 2:
      case 3: to.put_message(++last_message_, 1 + below(4), std::string(below(3000), 'm')); break;
      case 4:
        if (last_message_ != 0) to.release(1 + below(static_cast<std::uint32_t>(last_message_)), 1 + below(2));
        break;
      default: to.put(where, key, std::string(below(300), static_cast<char>('a' + below(26)))); break;
    }
  }

  std::mt19937 random_;
  std::uint64_t last_message_ = 0;
};

}  // namespace troupe::tests
