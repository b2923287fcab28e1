#include "actors/admin/history/event.hpp"

#include <algorithm>

namespace troupe::admin {

namespace {

constexpr std::array<std::string_view, event_kinds> names = {
  "client_connected", "client_refused", "client_disconnected", "client_taken_over", "client_kicked", "session_ended",
  "actor_started",    "actor_failed",   "actor_restarted",     "actor_stopped",     "alarm_on",      "alarm_off",
};

constexpr bool continues_character(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// Bytes of the longest character of UTF-8 behind its first one.
constexpr std::size_t continuation_bytes_max = 3;

template <class To, class From>
basic_event<To> converted(const basic_event<From>& from) {
  return {.id = from.id,
          .at = from.at,
          .kind = from.kind,
          .client = To{from.client},
          .actor = To{from.actor},
          .address = To{from.address},
          .listener = To{from.listener},
          .text = To{from.text},
          .reason_code = from.reason_code,
          .close_code = from.close_code,
          .by = To{from.by}};
}

}  // namespace

std::string_view to_string(event_kind kind) noexcept { return names[static_cast<std::size_t>(kind)]; }

std::optional<event_kind> event_kind_of(std::string_view name) noexcept {
  const auto at = std::ranges::find(names, name);
  if (at == names.end()) return std::nullopt;
  return static_cast<event_kind>(at - names.begin());
}

std::string_view bounded(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max) return text;
  auto end = bytes_max;
  while (end > 0 && bytes_max - end < continuation_bytes_max && continues_character(text[end])) --end;
  if (continues_character(text[end])) end = bytes_max;  // no UTF-8 at all
  return text.substr(0, end);
}

event_view bounded(const event_view& what) noexcept {
  auto result = what;
  result.client = bounded(what.client, event_client_bytes_max);
  for (auto* text : {&result.actor, &result.address, &result.listener, &result.text, &result.by})
    *text = bounded(*text, event_text_bytes_max);
  return result;
}

event to_event(const event_view& what) { return converted<std::string>(what); }

event_view view_of(const event& what) noexcept { return converted<std::string_view>(what); }

}  // namespace troupe::admin
