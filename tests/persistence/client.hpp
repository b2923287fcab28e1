#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "persistence/store.hpp"

namespace troupe::tests {

using rows = std::map<std::string, std::string>;

/// A caller that waits for its answers.
class client final : public persistence::caller {
public:
  explicit client(persistence::store& of) : store_{of} {}

  std::uint64_t post(persistence::batch what) {
    store_.commit(std::move(what), *this, ++last_);
    return last_;
  }
  std::uint64_t post_scan(persistence::range what) {
    store_.scan(std::move(what), *this, ++last_);
    return last_;
  }
  persistence::result wait(std::uint64_t ticket) {
    std::unique_lock lock{mutex_};
    wake_.wait(lock, [&] { return answers_.contains(ticket); });
    auto result = std::move(answers_.at(ticket));
    answers_.erase(ticket);
    return result;
  }

  persistence::result commit(persistence::batch what) { return wait(post(std::move(what))); }
  persistence::result scan(persistence::range what) { return wait(post_scan(std::move(what))); }
  persistence::result look(persistence::table where, std::string_view key) {
    store_.read(where, key, *this, ++last_);
    return wait(last_);
  }
  std::optional<std::string> read(persistence::table where, std::string_view key) {
    const auto result = look(where, key);
    if (result.rows.empty()) return {};
    return std::string{result.rows[0].value};
  }
  /// A whole table, read in pieces.
  rows all(persistence::table where, std::size_t rows_max = 100) {
    rows seen;
    persistence::range next{where, {}, {}, rows_max, 1 << 20};
    for (bool more = true; more;) {
      const auto part = scan(next);
      for (std::size_t i = 0; i < part.rows.size(); ++i) seen.emplace(part.rows[i].key, part.rows[i].value);
      more = part.more;
      if (more) next.first = std::string{part.rows[part.rows.size() - 1].key} + '\0';
    }
    return seen;
  }

  /// Every ticket that was answered, in that order, and how many calls it took.
  std::vector<std::uint64_t> order() const {
    const std::lock_guard lock{mutex_};
    return order_;
  }
  std::size_t calls() const {
    const std::lock_guard lock{mutex_};
    return calls_;
  }

private:
  void ended(std::span<persistence::result> results) noexcept override {
    const std::lock_guard lock{mutex_};
    ++calls_;
    for (auto& each : results) {
      order_.push_back(each.ticket);
      answers_.insert_or_assign(each.ticket, std::move(each));
    }
    wake_.notify_all();
  }

  persistence::store& store_;
  std::uint64_t last_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::uint64_t, persistence::result> answers_;
  std::vector<std::uint64_t> order_;
  std::size_t calls_ = 0;
};

}  // namespace troupe::tests
