#include "routing/access_rules.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory_resource>
#include <optional>
#include <span>
#include <utility>

#include "routing/topic.hpp"

namespace troupe {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) noexcept {
  auto begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// Whether a name may stand in a filter: as exactly one part of one level.
bool usable(std::string_view value, bool begins_filter) noexcept {
  return !value.empty() && value.find_first_of("+#/") == value.npos && !(begins_filter && value.starts_with('$'));
}

/// Filters are put together on the stack: this happens for every PUBLISH that a rule with %c or %u may concern.
struct filter_buffer {
  std::array<std::byte, 512> bytes;
  std::pmr::monotonic_buffer_resource memory{bytes.data(), bytes.size()};
  std::pmr::string text{&memory};
};

/// Writes a rule's filter with the client's names in it; false where the rule does not apply to the client.
bool substitute(std::string_view filter, client_identity who, std::pmr::string& out) {
  out.reserve(filter.size() + who.client_id.size() + who.user_name.size());
  for (std::size_t i = 0; i < filter.size(); ++i) {
    auto key = filter[i] == '%' && i + 1 < filter.size() ? filter[i + 1] : '\0';
    if (key != 'c' && key != 'u' && key != '%') {
      out.push_back(filter[i]);
      continue;
    }
    ++i;
    auto value = key == 'c' ? who.client_id : key == 'u' ? who.user_name : std::string_view{"%"};
    if (!usable(value, out.empty())) return false;
    out.append(value);
  }
  return true;
}

}  // namespace

/// Reads the text of rules line by line.
class access_rules::parser {
public:
  explicit parser(access_rules& to) noexcept : to_{to} {}

  /// Reads one line; an error text, or nothing.
  std::string read(std::string_view line) {
    rest_ = trimmed(line);
    if (rest_.empty() || rest_.starts_with('#')) return {};
    auto verdict = word();
    if (verdict == "default") return read_default();
    if (verdict != "allow" && verdict != "deny") return expected("allow, deny or default", verdict);
    rule_ = {};
    rule_.allow = verdict == "allow";
    for (auto part : {&parser::read_subject, &parser::read_action, &parser::read_filter})
      if (auto error = (this->*part)(); !error.empty()) return error;
    keep();
    return {};
  }

private:
  static std::string expected(std::string_view what, std::string_view seen) {
    return std::string{"expected "}
      .append(what)
      .append(seen.empty() ? ", found the end of the line" : ", found ")
      .append(seen);
  }

  std::string_view word() noexcept {
    auto result = rest_.substr(0, rest_.find_first_of(blanks));
    rest_ = trimmed(rest_.substr(result.size()));
    return result;
  }

  /// A name, in double quotes or up to the next space; nothing where a quote is not closed.
  std::optional<std::string> name() {
    if (!rest_.starts_with('"')) return std::string{word()};
    std::string result;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_ = trimmed(rest_.substr(i + 1));
        return result;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
      result.push_back(rest_[i]);
    }
    return std::nullopt;
  }

  std::string read_default() {
    auto verdict = word();
    if (verdict != "allow" && verdict != "deny") return expected("allow or deny", verdict);
    if (!rest_.empty()) return expected("nothing more", rest_);
    to_.default_allow_ = verdict == "allow";
    return {};
  }

  std::string read_subject() {
    auto kind = word();
    subject_ = nullptr;
    if (kind == "all") return {};
    if (kind != "user" && kind != "client") return expected("all, user or client", kind);
    subject_ = kind == "user" ? &to_.of_user_ : &to_.of_client_;
    auto read = name();
    if (!read) return "a quoted name has no end";
    if (read->empty()) return std::string{"a name must follow "}.append(kind);
    subject_name_ = std::move(*read);
    return {};
  }

  std::string read_action() {
    auto action = word();
    rule_.publish = action == "publish" || action == "all";
    rule_.subscribe = action == "subscribe" || action == "all";
    return rule_.publish || rule_.subscribe ? std::string{} : expected("publish, subscribe or all", action);
  }

  std::string read_filter() {
    if (rest_.starts_with("$share/")) return "a rule names the topic filter alone, without $share/<group>/";
    if (auto error = check_topic_filter(rest_, topic_bytes_max); error != topic_error::none)
      return std::string{to_string(error)}.append(": ").append(rest_);
    rule_.filter = rest_;
    rule_.substitutes = rest_.find('%') != rest_.npos;
    return {};
  }

  void keep() {
    auto number = static_cast<std::uint32_t>(to_.rules_.size());
    to_.rules_.push_back(std::move(rule_));
    auto& list = subject_ ? (*subject_)[subject_name_] : to_.of_all_;
    list.push_back(number);
  }

  access_rules& to_;
  std::string_view rest_;
  rule rule_;
  by_name* subject_ = nullptr;
  std::string subject_name_;
};

std::variant<access_rules_ptr, access_rules_error> access_rules::parse(std::string_view text, bool default_allow) {
  auto result = std::make_shared<access_rules>();
  result->default_allow_ = default_allow;
  auto reads = parser{*result};
  for (std::size_t line = 1; !text.empty(); ++line) {
    auto end = std::min(text.find('\n'), text.size());
    if (auto error = reads.read(text.substr(0, end)); !error.empty()) return access_rules_error{line, std::move(error)};
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

/// The numbers of the rules that may concern one client, in the order of the rules.
class access_rules::walk {
public:
  walk(const access_rules& of, client_identity who) noexcept
    : lists_{of.of_all_, named(of.of_user_, who.user_name), named(of.of_client_, who.client_id)} {}

  std::optional<std::uint32_t> next() noexcept {
    auto first = std::ranges::min_element(lists_, {}, [](std::span<const std::uint32_t> list) {
      return list.empty() ? std::uint64_t{1} << 32 : list.front();
    });
    if (first->empty()) return std::nullopt;
    auto result = first->front();
    *first = first->subspan(1);
    return result;
  }

private:
  static std::span<const std::uint32_t> named(const by_name& lists, std::string_view name) noexcept {
    auto found = name.empty() ? lists.end() : lists.find(name);
    return found == lists.end() ? std::span<const std::uint32_t>{} : found->second;
  }

  std::array<std::span<const std::uint32_t>, 3> lists_;
};

template <class Decides>
bool access_rules::verdict(client_identity who, access action, Decides decides) const {
  auto numbers_of = walk{*this, who};
  while (auto number = numbers_of.next()) {
    const auto& each = rules_[*number];
    if (!(action == access::publish ? each.publish : each.subscribe)) continue;
    if (!each.substitutes) {
      if (decides(std::string_view{each.filter})) return each.allow;
      continue;
    }
    filter_buffer filter;
    if (substitute(each.filter, who, filter.text) && decides(std::string_view{filter.text})) return each.allow;
  }
  return default_allow_;
}

bool access_rules::check(access action, std::string_view topic_or_filter, client_identity who) const {
  if (action == access::publish)
    return verdict(who, action, [&](std::string_view filter) { return matches(filter, topic_or_filter); });
  auto requested = match_part(topic_or_filter);
  return verdict(who, action, [&](std::string_view filter) { return covers(filter, requested); });
}

bool access_rules::check_delivery(std::string_view topic, client_identity who) const {
  return verdict(who, access::subscribe, [&](std::string_view filter) { return matches(filter, topic); });
}

bool access_rules::open_by_default(std::string_view topic) const {
  return default_allow_ && std::ranges::none_of(of_all_, [&](std::uint32_t number) {
           const auto& each = rules_[number];
           return each.subscribe && !each.substitutes && matches(each.filter, topic);
         });
}

bool access_rules::needs_delivery_check(client_identity who) const {
  auto numbers_of = walk{*this, who};
  while (auto number = numbers_of.next())
    if (rules_[*number].subscribe && !rules_[*number].allow) return true;
  return false;
}

}  // namespace troupe
