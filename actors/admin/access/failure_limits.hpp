#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "actors/admin/access/surroundings.hpp"

namespace troupe::admin {

/// Failures to log in, by one key (an address, a user name): after five of them each makes the next attempt wait twice
/// as long, up to five minutes. Bounded; what is forgotten first is what failed least.
class failure_table {
public:
  using clock = surroundings::steady_clock;

  static constexpr unsigned free_failures = 5;
  static constexpr std::chrono::seconds delay_min{1}, delay_max{300};
  static constexpr std::chrono::minutes forgotten_after{15};
  static constexpr std::size_t entries_max = 10'000;

  /// How long an attempt has to wait; zero: not at all.
  clock::duration delay(std::string_view key, clock::time_point now) const;
  void failed(std::string_view key, clock::time_point now);
  /// One failure was none.
  void take_back(std::string_view key, clock::time_point now);
  void forget(std::string_view key);
  std::size_t size() const noexcept { return entries_.size(); }

private:
  struct entry {
    unsigned failures = 0;
    clock::time_point last, blocked_until;
  };
  void make_room(clock::time_point now);

  std::map<std::string, entry, std::less<>> entries_;
};

/// Slows down whoever guesses passwords: for all users from one address, or for one user from many. An IPv6 address
/// counts with its whole /64, which is what one subscriber has.
class failure_limits {
public:
  explicit failure_limits(surroundings around) : around_{std::move(around)} {}

  /// Nothing: it may be made, and counts as failed until `succeeded` says otherwise, so that attempts at the same time
  /// count, too. Otherwise in how many seconds.
  std::optional<std::chrono::seconds> attempt(std::string_view address, std::string_view user);
  void succeeded(std::string_view address, std::string_view user);

private:
  surroundings around_;
  failure_table addresses_, users_;
};

}  // namespace troupe::admin
