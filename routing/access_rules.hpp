#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace troupe {

enum class access : std::uint8_t { publish, subscribe };

/// Whom access rules are asked about. Without a user name, `user_name` is empty.
struct client_identity {
  std::string_view client_id;
  std::string_view user_name;
};

/// Where the text of access rules is wrong.
struct access_rules_error {
  std::size_t line = 0;  ///< counts from 1
  std::string text;
};

class access_rules;
using access_rules_ptr = std::shared_ptr<const access_rules>;

/// Who may publish and subscribe where: an immutable list of rules, shared by all sessions.
///
/// One rule a line; empty lines and lines that begin with `#` are skipped:
///
///     allow|deny  all | user <name> | client <id>  publish|subscribe|all  <topic filter>
///     default     allow|deny
///
///     # a device writes below its own name, and reads its commands
///     allow all     publish    devices/%c/#
///     allow all     subscribe  devices/%c/commands
///     deny  user guest all     secret/#
///     allow user "night shift" subscribe #
///     default deny
///
/// The filter is the rest of the line. A name with spaces stands in double quotes, `\"` and `\\` inside. In the filter
/// %c is the client id, %u the user name, %% a percent sign. A rule with %c or %u applies to nobody whose value is
/// empty or contains `+`, `#` or `/`, or begins with `$` where the filter begins with it: no client grants itself more
/// by its name.
///
/// The first rule that applies and matches decides; where none does, the default (a `default` line, else the option
/// access.acl_default_allow). Matching is MQTT's: `#` does not reach `$SYS/...`. A SUBSCRIBE is judged by its filter: a
/// rule decides when its filter covers the requested one. So under `deny all subscribe secret/#`, `allow all subscribe
/// #` a subscription to `#` is granted, and what it must not bring is held back at delivery: see
/// needs_delivery_check().
class access_rules {
public:
  /// Reads rules; `default_allow` stands where the text has no `default` line.
  static std::variant<access_rules_ptr, access_rules_error> parse(std::string_view text, bool default_allow);

  /// Whether `who` may publish to a topic name, or subscribe to a filter (`$share/<group>/` is left aside).
  bool check(access action, std::string_view topic_or_filter, client_identity who) const;
  /// Whether a publication to `topic` may go to `who`, through whatever filter it was subscribed.
  bool check_delivery(std::string_view topic, client_identity who) const;
  /// Whether a publication to `topic` may go to everybody for no other reason than the default: no rule for all clients
  /// says anything of it.
  bool open_by_default(std::string_view topic) const;
  /// Whether a granted subscription of `who` may match topics that it must not get: check_delivery() must then be
  /// asked. Constant as long as the rules and the client are.
  bool needs_delivery_check(client_identity who) const;

  std::size_t size() const noexcept { return rules_.size(); }

private:
  struct rule {
    bool allow = false;
    bool publish = false;
    bool subscribe = false;
    bool substitutes = false;  ///< the filter has %c, %u or %%
    std::string filter;
  };
  using numbers = std::vector<std::uint32_t>;
  struct text_hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using by_name = std::unordered_map<std::string, numbers, text_hash, std::equal_to<>>;
  class parser;
  class walk;

  /// What the first rule for `who` and `action` says of which `decides(filter)` holds.
  template <class Decides>
  bool verdict(client_identity who, access action, Decides decides) const;

  std::vector<rule> rules_;
  numbers of_all_;  ///< rules for everybody, in order; likewise those below
  by_name of_user_;
  by_name of_client_;
  bool default_allow_ = false;
};

}  // namespace troupe
