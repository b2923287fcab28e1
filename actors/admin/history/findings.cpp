#include "actors/admin/history/findings.hpp"

#include <charconv>
#include <optional>

#include "actors/admin/history/reason_words.hpp"

namespace troupe::admin {

namespace {

constexpr std::uint8_t protocol_goodbye = 0x00;
constexpr std::uint8_t goodbye_with_will = 0x04;
constexpr std::uint8_t keep_alive_timeout = 0x8D;

/// "a: b", or whichever of both there is.
std::string joined(std::string_view first, std::string_view then) {
  std::string result{first};
  if (!first.empty() && !then.empty() && first != then) result += ": ";
  return first == then ? result : result.append(then);
}

std::string from_where(const event& about) {
  std::string result;
  if (!about.address.empty()) result += " from " + about.address;
  if (!about.listener.empty()) result += " through listener " + about.listener;
  return result;
}

/// "Its WebSocket was told 1008 (policy violation)."
std::string told(std::string_view whom, const event& about) {
  if (!about.reason_code && !about.close_code) return {};
  std::string result{whom};
  result += " was told ";
  if (about.reason_code) result += reason_words(*about.reason_code);
  if (about.reason_code && about.close_code) result += ", ";
  if (about.close_code) result += "WebSocket close code " + close_code_words(*about.close_code);
  return result + ".";
}

/// Of a text that holds "keep alive 60 s".
std::optional<std::uint32_t> keep_alive_in(std::string_view text) {
  constexpr std::string_view mark = "keep alive ";
  const auto at = text.find(mark);
  if (at == text.npos) return std::nullopt;
  std::uint32_t seconds = 0;
  const auto* begin = text.data() + at + mark.size();
  if (std::from_chars(begin, text.data() + text.size(), seconds).ec != std::errc{} || seconds == 0) return std::nullopt;
  return seconds;
}

// A client may be silent for one and a half times its keep alive [MQTT-3.1.2-22].
std::string silence(const event& about, const circumstances& before) {
  auto keep_alive = keep_alive_in(about.text);
  if (!keep_alive && before.connection) keep_alive = keep_alive_in(before.connection->text);
  if (!keep_alive) return std::string{reason_cause(keep_alive_timeout)} + ": the node gave up on it";
  return "nothing was heard from it for " + duration_words(std::chrono::seconds{*keep_alive * std::uint64_t{3} / 2}) +
         " (keep alive " + duration_words(std::chrono::seconds{*keep_alive}) + "): the node gave up on it";
}

finding connected(const event& about) {
  auto what = "it connected" + from_where(about);
  if (!about.text.empty()) what += " (" + about.text + ")";
  return {what, {}};
}

finding refused(const event& about) {
  const auto cause = about.reason_code ? reason_cause(*about.reason_code) : std::string_view{};
  return {joined("its CONNECT" + from_where(about) + " was refused", joined(cause, about.text)), told("It", about)};
}

finding left(const event& about) {
  if (!about.reason_code) {
    auto what = joined("it closed the connection without a DISCONNECT", about.text);
    if (!about.close_code) return {what, {}};
    return {what, "Its WebSocket close code was " + close_code_words(*about.close_code) + "."};
  }
  const auto code = *about.reason_code;
  const auto how = code == protocol_goodbye    ? "it left in good order"
                   : code == goodbye_with_will ? "it left and wanted its will to be published"
                                               : "it left because something was wrong for it";
  return {joined(std::string{how} + " with DISCONNECT " + reason_words(code), about.text), {}};
}

finding cut_by_node(const event& about, const circumstances& before) {
  if (about.reason_code == keep_alive_timeout) return {silence(about, before), told("It", about)};
  const auto cause = about.reason_code ? reason_cause(*about.reason_code) : "the node closed the connection";
  return {joined(cause, about.text), told("It", about)};
}

finding disconnected(const event& about, const circumstances& before) {
  if (about.by == by_client) return left(about);
  if (about.by == by_network) return {joined("its connection broke", about.text), {}};
  return cut_by_node(about, before);
}

finding taken_over(const event& about, const circumstances& before) {
  std::string what = "another connection took the session over: ";
  // One that wants a clean start takes over before the node knows more of it than its client id.
  const auto& address = about.address.empty() && before.successor ? before.successor->address : about.address;
  what += address.empty() ? "it came" : "it came from " + address;
  what += ", with the same client id";
  std::string more;
  if (before.connection && !before.connection->address.empty())
    more = "The old one was from " + before.connection->address + ". ";
  const auto old = told("The old connection", about);
  return {what, more + (old.empty() ? "The old connection was closed." : old)};
}

finding kicked(const event& about) {
  const auto who = about.by.empty() ? "an operator" : "operator " + about.by;
  return {joined(who + " cut the connection", about.text), told("It", about)};
}

finding session_ended(const event& about, const circumstances& before) {
  constexpr auto lost = "What was queued for it is lost.";
  if (about.by == by_client)
    return {joined("its session ended, because the client wanted nothing to be kept", about.text), {}};
  if (!about.by.empty() && about.by != by_node)
    return {joined("operator " + about.by + " ended its session", about.text), lost};
  std::string what = "its session expired";
  if (before.end && about.at > before.end->at) {
    const auto away = std::chrono::round<std::chrono::seconds>(about.at - before.end->at);
    what += ", " + duration_words(away) + " after its connection had ended";
  }
  return {joined(what, about.text), lost};
}

}  // namespace

finding find_out(const event& about, const circumstances& before) {
  switch (about.kind) {
    case event_kind::client_connected: return connected(about);
    case event_kind::client_refused: return refused(about);
    case event_kind::client_disconnected: return disconnected(about, before);
    case event_kind::client_taken_over: return taken_over(about, before);
    case event_kind::client_kicked: return kicked(about);
    case event_kind::session_ended: return session_ended(about, before);
    case event_kind::actor_started: return {"the actor that serves it started", {}};
    case event_kind::actor_failed: return {joined("the actor that served it crashed", about.text), {}};
    case event_kind::actor_restarted:
      return {joined("its actor was restarted", about.text), "Its successor went on with the same session."};
    case event_kind::actor_stopped: return {joined("the actor that served it was stopped", about.text), {}};
    case event_kind::alarm_on:
    case event_kind::alarm_off: return {};
  }
  return {};
}

}  // namespace troupe::admin
