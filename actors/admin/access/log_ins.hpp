#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "actors/admin/access/surroundings.hpp"

namespace troupe::admin {

/// The browsers that are logged in. In memory only: a node that starts anew asks again. An id is always made here,
/// never taken over from a browser, so that nobody can plant one that he knows.
class log_ins {
public:
  static constexpr std::chrono::minutes idle_max{30};
  static constexpr std::chrono::hours lifetime_max{12};
  static constexpr std::size_t sessions_max = 1'000;  ///< then the one that was idle for longest goes

  struct session {
    std::string user;
    std::string csrf;  ///< what the page has to send with every change
    surroundings::steady_clock::time_point began, last_seen;
  };
  struct begun {
    std::string cookie;  ///< the secret id, which is not kept
    std::string csrf;
  };

  explicit log_ins(surroundings around) : around_{std::move(around)} {}

  /// Nothing without random bytes.
  std::optional<begun> begin(std::string_view user);
  /// By what a session is known inside: the digest of its id.
  static std::string key_of(std::string_view cookie);
  /// Its user has been seen. Null: there is none, or it was idle or lived for too long.
  const session* seen(std::string_view key);
  /// As above, but it stays as idle as it was.
  const session* find(std::string_view key);
  void end(std::string_view key);
  void end_all_of(std::string_view user);
  std::size_t size() const noexcept { return sessions_.size(); }

private:
  bool over(const session& which) const;
  void make_room();

  surroundings around_;
  std::unordered_map<std::string, session> sessions_;
};

}  // namespace troupe::admin
