#include "config/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <type_traits>

#include <fmt/format.h>

namespace troupe::config {

namespace {

template <class Enum>
struct named {
  Enum value;
  std::string_view name;
};

// Every enumeration of options.hpp with the names of its values; the only place where they are written.
constexpr named<overflow> overflow_names[] = {{overflow::drop_oldest, "drop_oldest"},
                                              {overflow::drop_newest, "drop_newest"},
                                              {overflow::drop_qos0_first, "drop_qos0_first"},
                                              {overflow::disconnect, "disconnect"}};
constexpr named<share_strategy> share_strategy_names[] = {{share_strategy::round_robin, "round_robin"},
                                                          {share_strategy::random, "random"},
                                                          {share_strategy::hash_clientid, "hash_clientid"},
                                                          {share_strategy::hash_topic, "hash_topic"},
                                                          {share_strategy::sticky, "sticky"},
                                                          {share_strategy::local, "local"}};
constexpr named<listener_type> listener_type_names[] = {
  {listener_type::tcp, "tcp"}, {listener_type::tls, "tls"}, {listener_type::ws, "ws"}, {listener_type::wss, "wss"}};
constexpr named<client_certificates> client_certificates_names[] = {{client_certificates::off, "off"},
                                                                    {client_certificates::optional, "optional"},
                                                                    {client_certificates::required, "required"}};
constexpr named<log_level> log_level_names[] = {{log_level::trace, "trace"}, {log_level::debug, "debug"},
                                                {log_level::info, "info"},   {log_level::warning, "warning"},
                                                {log_level::error, "error"}, {log_level::off, "off"}};
constexpr named<log_format> log_format_names[] = {{log_format::text, "text"}, {log_format::json, "json"}};
constexpr named<store_backend> store_backend_names[] = {{store_backend::rocksdb, "rocksdb"},
                                                        {store_backend::memory, "memory"}};
constexpr named<sync_mode> sync_mode_names[] = {
  {sync_mode::always, "always"}, {sync_mode::interval, "interval"}, {sync_mode::never, "never"}};

constexpr std::span<const named<overflow>> names(overflow) { return overflow_names; }
constexpr std::span<const named<share_strategy>> names(share_strategy) { return share_strategy_names; }
constexpr std::span<const named<listener_type>> names(listener_type) { return listener_type_names; }
constexpr std::span<const named<client_certificates>> names(client_certificates) { return client_certificates_names; }
constexpr std::span<const named<log_level>> names(log_level) { return log_level_names; }
constexpr std::span<const named<log_format>> names(log_format) { return log_format_names; }
constexpr std::span<const named<store_backend>> names(store_backend) { return store_backend_names; }
constexpr std::span<const named<sync_mode>> names(sync_mode) { return sync_mode_names; }

template <class Enum>
std::string_view find_name(Enum value) {
  for (const auto& one : names(value))
    if (one.value == value) return one.name;
  return "?";
}

template <class Enum>
std::string all_names() {
  std::string all;
  for (const auto& one : names(Enum{})) all += fmt::format("{}{}", all.empty() ? "" : ", ", one.name);
  return all;
}

struct suffix {
  std::string_view name;
  std::uint64_t factor;
};

// Descending, so that the first that divides a value evenly is its shortest notation.
constexpr suffix size_suffixes[] = {
  {"TiB", 1ull << 40}, {"GiB", 1ull << 30}, {"MiB", 1ull << 20}, {"KiB", 1ull << 10}, {"B", 1}};
constexpr suffix duration_suffixes[] = {
  {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};  // in milliseconds

/// The largest expiry interval of MQTT 5, which means "never".
constexpr std::uint64_t never = 0xFFFFFFFF;

using error = std::optional<std::string>;

struct amount {
  std::uint64_t number = 0;
  std::string_view suffix;
};

std::optional<amount> split_amount(std::string_view text, int base = 10) {
  amount result;
  const auto* end = text.data() + text.size();
  auto [next, failed] = std::from_chars(text.data(), end, result.number, base);
  if (failed != std::errc{}) return std::nullopt;
  while (next != end && *next == ' ') ++next;
  result.suffix = std::string_view{next, static_cast<std::size_t>(end - next)};
  return result;
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

const suffix* find_suffix(std::span<const suffix> in, std::string_view name) {
  auto found = std::find_if(in.begin(), in.end(), [&](const suffix& one) { return same_letters(one.name, name); });
  return found == in.end() ? nullptr : &*found;
}

/// The suffixed text of a number; `ones` names what the number counts.
std::string shortest(std::uint64_t number, std::span<const suffix> in, std::string_view ones) {
  if (number != 0)
    for (const auto& one : in)
      if (one.factor > 1 && number % one.factor == 0) return fmt::format("{}{}", number / one.factor, one.name);
  return fmt::format("{}{}", number, ones);
}

/// Reads an amount with a suffix; a bare number counts `bare_factor`.
std::variant<std::uint64_t, std::string> scaled(std::string_view text, std::span<const suffix> in,
                                                std::uint64_t bare_factor, std::string_view help) {
  const auto parts = split_amount(text);
  const auto* found = parts ? find_suffix(in, parts->suffix) : nullptr;
  if (!parts || (!parts->suffix.empty() && !found)) return fmt::format("'{}' is not {}", text, help);
  const auto factor = found ? found->factor : bare_factor;
  if (parts->number > std::numeric_limits<std::uint64_t>::max() / factor) return fmt::format("'{}' is too large", text);
  return parts->number * factor;
}

template <class Number>
error store_number(std::uint64_t number, std::string_view text, Number* into) {
  if (number > static_cast<std::uint64_t>(std::numeric_limits<Number>::max()))
    return fmt::format("'{}' is too large: at most {}", text, std::numeric_limits<Number>::max());
  *into = static_cast<Number>(number);
  return {};
}

template <class Number>
error store_size(std::string_view text, Number* into) {
  auto read = scaled(text, size_suffixes, 1, "a size: write 64KiB, 2MiB, 1GiB or a number of bytes");
  if (auto* wrong = std::get_if<std::string>(&read)) return std::move(*wrong);
  return store_number(std::get<std::uint64_t>(read), text, into);
}

template <class Number>
error store_octal(const raw_value& value, Number* into) {
  // A number in the file has lost its notation: 0o660 and 432 look alike by now.
  if (value.kind == raw_value::kind::number) return "has to be written in quotes, as \"0660\"";
  const auto parts = split_amount(value.text, 8);
  if (!parts || !parts->suffix.empty()) return fmt::format("'{}' are no permissions: write 0660", value.text);
  return store_number(parts->number, value.text, into);
}

template <class Number>
error store_count(std::string_view text, Number* into) {
  const auto parts = split_amount(text);
  if (!parts || !parts->suffix.empty()) return fmt::format("'{}' is not a whole number", text);
  return store_number(parts->number, text, into);
}

template <class Period>
error store_duration(std::string_view text, std::chrono::duration<std::int64_t, Period>* into, const unit& in) {
  using duration = std::chrono::duration<std::int64_t, Period>;
  constexpr auto own_ms = static_cast<std::uint64_t>(std::chrono::milliseconds{duration{1}}.count());
  if (in.notation == unit::notation::expiry && text == "never") {
    *into = duration{never};
    return {};
  }
  auto read = scaled(text, duration_suffixes, own_ms,
                     fmt::format("a duration: write 500ms, 5s, 10m, 1h, 2d or a number of {}", in.name));
  if (auto* wrong = std::get_if<std::string>(&read)) return std::move(*wrong);
  const auto ms = std::get<std::uint64_t>(read);
  if (ms > static_cast<std::uint64_t>(std::chrono::milliseconds::max().count()))
    return fmt::format("'{}' is too large", text);
  if (ms % own_ms != 0) return fmt::format("'{}' is finer than whole seconds", text);
  std::int64_t count = 0;
  if (auto wrong = store_number(ms / own_ms, text, &count)) return wrong;
  *into = duration{count};
  return {};
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string{text.substr(first, text.find_last_not_of(" \t") - first + 1)};
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (auto item = trimmed(text.substr(0, comma)); !item.empty()) items.push_back(std::move(item));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return items;
}

template <class Enum>
error store_enum(std::string_view text, Enum* into) {
  for (const auto& one : names(Enum{}))
    if (one.name == text) {
      *into = one.value;
      return {};
    }
  return fmt::format("'{}' is none of {}", text, all_names<Enum>());
}

/// One overload per kind of field, for the three directions below.
struct storing {
  const raw_value& value;
  const unit& in;

  error operator()(bool* into) const {
    if (value.text != "true" && value.text != "false") return fmt::format("'{}' is neither true nor false", value.text);
    *into = value.text == "true";
    return {};
  }
  error operator()(std::optional<bool>* into) const {
    bool flag = false;
    if (value.text == "auto") {
      into->reset();
      return {};
    }
    if (auto wrong = (*this)(&flag)) return fmt::format("'{}' is none of true, false, auto", value.text);
    *into = flag;
    return {};
  }
  error operator()(std::string* into) const {
    *into = value.text;
    return {};
  }
  error operator()(std::vector<std::string>* into) const {
    *into = value.kind == raw_value::kind::list ? value.items : split_list(value.text);
    return {};
  }
  template <class Period>
  error operator()(std::chrono::duration<std::int64_t, Period>* into) const {
    return store_duration(value.text, into, in);
  }
  error operator()(const component_level& into) const {
    if (value.text == "auto") {
      into.levels->erase(std::string{into.component});
      return {};
    }
    log_level level{};
    if (auto wrong = store_enum(value.text, &level)) return *wrong + " or auto";
    (*into.levels)[std::string{into.component}] = level;
    return {};
  }
  template <class Number>
  requires std::is_integral_v<Number> error operator()(Number* into) const {
    switch (in.notation) {
      case unit::notation::size: return store_size(value.text, into);
      case unit::notation::octal: return store_octal(value, into);
      default: return store_count(value.text, into);
    }
  }
  template <class Enum>
  requires std::is_enum_v<Enum> error operator()(Enum* into) const { return store_enum(value.text, into); }
};

struct writing {
  const unit& in;

  std::string operator()(const bool* from) const { return *from ? "true" : "false"; }
  std::string operator()(const std::optional<bool>* from) const { return *from ? (*this)(&**from) : "auto"; }
  std::string operator()(const std::string* from) const { return *from; }
  std::string operator()(const std::vector<std::string>* from) const {
    std::string all;
    for (const auto& item : *from) all += (all.empty() ? "" : ",") + item;
    return all;
  }
  template <class Period>
  std::string operator()(const std::chrono::duration<std::int64_t, Period>* from) const {
    if (in.notation == unit::notation::expiry && from->count() == static_cast<std::int64_t>(never)) return "never";
    const auto ms = std::chrono::milliseconds{*from}.count();
    return ms == 0 ? "0s" : shortest(static_cast<std::uint64_t>(ms), duration_suffixes, "ms");
  }
  std::string operator()(const component_level& from) const {
    const auto found = from.levels->find(std::string{from.component});
    return found == from.levels->end() ? "auto" : std::string{find_name(found->second)};
  }
  template <class Number>
  requires std::is_integral_v<Number> std::string operator()(const Number* from) const {
    const auto number = static_cast<std::uint64_t>(*from);
    switch (in.notation) {
      case unit::notation::size: return shortest(number, size_suffixes, "");
      case unit::notation::octal: return fmt::format("{:04o}", number);
      default: return fmt::format("{}", *from);
    }
  }
  template <class Enum>
  requires std::is_enum_v<Enum> std::string operator()(const Enum* from) const { return std::string{find_name(*from)}; }
};

struct naming {
  const unit& in;

  std::string operator()(const bool*) const { return "true or false"; }
  std::string operator()(const std::optional<bool>*) const { return "true, false or auto"; }
  std::string operator()(const std::string*) const { return "text"; }
  std::string operator()(const std::vector<std::string>*) const { return "list"; }
  template <class Period>
  std::string operator()(const std::chrono::duration<std::int64_t, Period>*) const {
    return in.notation == unit::notation::expiry ? "duration or never" : "duration";
  }
  std::string operator()(const component_level&) const { return "one of auto, " + all_names<log_level>(); }
  template <class Number>
  requires std::is_integral_v<Number> std::string operator()(const Number*) const {
    switch (in.notation) {
      case unit::notation::size: return "size";
      case unit::notation::octal: return "permissions";
      default: return "number";
    }
  }
  template <class Enum>
  requires std::is_enum_v<Enum> std::string operator()(const Enum*) const { return "one of " + all_names<Enum>(); }
};

}  // namespace

std::optional<std::string> store(const raw_value& value, const field& into, const unit& in) {
  if (value.kind == raw_value::kind::list && !std::holds_alternative<std::vector<std::string>*>(into))
    return "takes one value, not a list";
  return std::visit(storing{value, in}, into);
}

std::string text_of(const field& from, const unit& in) { return std::visit(writing{in}, from); }

std::string type_name(const field& of, const unit& in) { return std::visit(naming{in}, of); }

std::optional<std::uint64_t> number_of(const field& from) {
  return std::visit(
    [](const auto& at) -> std::optional<std::uint64_t> {
      using pointee = std::remove_pointer_t<std::remove_cvref_t<decltype(at)>>;
      if constexpr (std::is_same_v<pointee, bool>)
        return std::nullopt;
      else if constexpr (std::is_integral_v<pointee>)
        return static_cast<std::uint64_t>(*at);
      else if constexpr (requires { at->count(); })
        return static_cast<std::uint64_t>(at->count());
      else
        return std::nullopt;
    },
    from);
}

std::string text_of(std::uint64_t number, const field& like, const unit& in) {
  if (std::holds_alternative<std::chrono::milliseconds*>(like)) {
    const std::chrono::milliseconds time{number};
    return writing{in}(&time);
  }
  if (std::holds_alternative<std::chrono::seconds*>(like)) {
    const std::chrono::seconds time{number};
    return writing{in}(&time);
  }
  return writing{in}(&number);
}

std::string_view name_of(overflow value) { return find_name(value); }
std::string_view name_of(share_strategy value) { return find_name(value); }
std::string_view name_of(listener_type value) { return find_name(value); }
std::string_view name_of(client_certificates value) { return find_name(value); }
std::string_view name_of(log_level value) { return find_name(value); }
std::string_view name_of(log_format value) { return find_name(value); }
std::string_view name_of(store_backend value) { return find_name(value); }
std::string_view name_of(sync_mode value) { return find_name(value); }

}  // namespace troupe::config
