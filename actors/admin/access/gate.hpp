#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "actors/admin/access/accounts.hpp"
#include "actors/admin/access/log_ins.hpp"
#include "actors/admin/http/gatekeeper.hpp"

namespace troupe::admin {

inline constexpr std::string_view session_cookie = "troupe_session";

/// The value of our cookie; empty when there is none, or two that differ: one of them was planted by a neighbour of
/// this host, and nobody can tell which.
std::string_view session_cookie_in(std::string_view cookie_field);

/// Who asks, by session cookie or API key.
class gate : public gatekeeper {
public:
  /// `open_metrics`: /metrics without credentials.
  gate(accounts& known, log_ins& sessions, bool open_metrics)
    : known_{known},
      sessions_{sessions},
      open_metrics_{open_metrics} {}

  std::variant<caller, answer> admit(const credentials& shown) override;

private:
  std::variant<caller, answer> by_key(const credentials& shown);
  std::variant<caller, answer> by_cookie(const credentials& shown);
  std::optional<caller> logged_in(const credentials& shown);

  accounts& known_;
  log_ins& sessions_;
  bool open_metrics_;
};

}  // namespace troupe::admin
