#include "transport/websocket/upgrade.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <openssl/evp.h>

namespace troupe::websocket {

namespace http = boost::beast::http;

namespace {

using parser = http::request_parser<http::empty_body>;
using request = http::request<http::empty_body>;
using refusal = std::optional<upgrade_refused>;

constexpr std::string_view endpoint_text = "This is an MQTT over WebSocket endpoint: connect with an MQTT client.";

// ---- text ----

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_text(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool ends_with_text(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && same_text(text.substr(text.size() - end.size()), end);
}

std::string_view trimmed(std::string_view text) {
  auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Cuts the first element off a comma separated list.
std::string_view next_element(std::string_view& list) {
  auto end = std::min(list.find(','), list.size());
  auto element = trimmed(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return element;
}

/// All fields of one name as one list (RFC 9110, 5.2).
template <class Name>
std::string joined(const request& from, Name name) {
  std::string result;
  for (auto [at, end] = from.equal_range(name); at != end; ++at) {
    if (!result.empty()) result += ", ";
    result += view(at->value());
  }
  return result;
}

bool lists(const request& from, http::field name, std::string_view wanted) {
  auto all = joined(from, name);
  for (std::string_view rest = all; !rest.empty();)
    if (same_text(next_element(rest), wanted)) return true;
  return false;
}

// ---- responses ----

std::string response(unsigned status, std::string_view fields, std::string_view text) {
  auto body = std::string{text} + "\n";
  auto phrase = http::obsolete_reason(static_cast<http::status>(status));
  auto result = "HTTP/1.1 " + std::to_string(status) + " ";
  result += view(phrase);
  result += "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  result += fields;
  return result + "\r\n" + body;
}

upgrade_refused refuse(unsigned status, std::string_view reason, std::string_view fields = "Connection: close\r\n") {
  return {status, std::string{reason}, response(status, fields, reason)};
}

upgrade_refused refuse_426(std::string_view reason) {
  return refuse(426, reason, "Upgrade: websocket\r\nConnection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\n");
}

std::string retry_later(unsigned status, std::chrono::seconds retry_after, std::string_view text) {
  auto fields = "Connection: close\r\nRetry-After: " + std::to_string(retry_after.count()) + "\r\n";
  return response(status, fields, text);
}

// ---- the request's bytes ----

/// Where the head ends, and whether what is there can be a head at all.
struct head {
  enum class state { complete, incomplete, malformed };
  head::state state;
  std::size_t size = 0;
};

/// A client that speaks something else (TLS, plain MQTT) is refused at its first bytes, not after a timeout.
bool begins_like_http(std::string_view bytes) {
  auto method = bytes.substr(0, std::min(bytes.find(' '), bytes.size()));
  return method.size() <= 32 && std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

head find_head(std::string_view bytes) {
  if (!begins_like_http(bytes)) return {head::state::malformed};
  auto end = bytes.find("\r\n\r\n");
  auto size = end == std::string_view::npos ? bytes.size() : end + 4;
  auto seen = bytes.substr(0, size);
  for (auto at = seen.find('\n'); at != std::string_view::npos; at = seen.find('\n', at + 1)) {
    auto folded = at + 1 < seen.size() && (seen[at + 1] == ' ' || seen[at + 1] == '\t');
    if (at == 0 || seen[at - 1] != '\r' || folded) return {head::state::malformed};
  }
  return {end == std::string_view::npos ? head::state::incomplete : head::state::complete, size};
}

refusal parse(std::string_view bytes, parser& into) {
  boost::beast::error_code error;
  into.eager(false);
  into.header_limit(request_bytes_max);
  into.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (error == http::error::header_limit) return refuse(431, "request head too large");
  if (error && error != http::error::need_more) return refuse(400, "malformed request: " + error.message());
  if (!into.is_header_done()) return refuse(400, "malformed request");
  return std::nullopt;
}

// ---- the request's meaning ----

/// The path of "/path?query" or "http://host/path?query".
std::string_view path_of(std::string_view target) {
  auto scheme_end = target.find("://");
  if (!target.starts_with('/') && scheme_end != std::string_view::npos) {
    auto slash = target.find('/', scheme_end + 3);
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  return target.substr(0, target.find_first_of("?#"));
}

refusal check_form(const request& from) {
  auto count = std::distance(from.begin(), from.end());
  if (static_cast<std::size_t>(count) > request_fields_max) return refuse(431, "too many header fields");
  if (from.count(http::field::host) != 1) return refuse(400, "exactly one Host is required");
  if (from.count(http::field::transfer_encoding) != 0) return refuse(400, "a request with a body");
  auto length = from.find(http::field::content_length);
  if (length != from.end() && view(length->value()) != "0") return refuse(400, "a request with a body");
  return std::nullopt;
}

/// RFC 6455, 4.2.1, in an order that tells a person with a browser or curl the most.
refusal check_upgrade(const request& from, const config::websocket_options& options) {
  auto path = path_of(view(from.target()));
  if (std::find(options.paths.begin(), options.paths.end(), path) == options.paths.end())
    return refuse(404, "no such path");
  if (from.method() != http::verb::get) return refuse(405, endpoint_text, "Connection: close\r\nAllow: GET\r\n");
  if (!lists(from, http::field::upgrade, "websocket") || !lists(from, http::field::connection, "upgrade"))
    return refuse_426(endpoint_text);
  if (from.version() < 11) return refuse(400, "HTTP/1.1 is required");
  if (joined(from, http::field::sec_websocket_version) != "13") return refuse_426("WebSocket version 13 is required");
  return std::nullopt;
}

/// Base64 of 16 bytes: 22 digits and two signs of padding.
bool is_key(std::string_view text) {
  auto digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  return text.size() == 24 && text.ends_with("==") && std::all_of(text.begin(), text.end() - 2, digit);
}

refusal check_key(const request& from) {
  if (from.count(http::field::sec_websocket_key) != 1) return refuse(400, "exactly one Sec-WebSocket-Key is required");
  return is_key(view(from[http::field::sec_websocket_key])) ? std::nullopt
                                                            : refusal{refuse(400, "malformed Sec-WebSocket-Key")};
}

refusal check_origin(const request& from, const config::websocket_options& options) {
  auto count = from.count(http::field::origin);
  if (count > 1) return refuse(400, "more than one Origin");
  // Only browsers send it, and only they cannot help sending it: without one there is no page to protect from.
  if (options.origins.empty() || count == 0) return std::nullopt;
  if (origin_allowed(view(from[http::field::origin]), options.origins)) return std::nullopt;
  return refuse(403, "origin not allowed");
}

/// The first of the client's subprotocols that is configured: it names them in its order of preference.
std::string choose_subprotocol(const request& from, const config::websocket_options& options) {
  auto offered = joined(from, http::field::sec_websocket_protocol);
  for (std::string_view rest = offered; !rest.empty();) {
    auto one = next_element(rest);
    if (!one.empty() &&
        std::find(options.subprotocols.begin(), options.subprotocols.end(), one) != options.subprotocols.end())
      return std::string{one};
  }
  return {};
}

/// Proxies append on the right; the first from there that is none of ours is the client.
transport::peer_address forwarded_for(const request& from, const transport::peer_address& peer,
                                      const transport::network_list& trusted) {
  transport::peer_address client;
  if (!trusted.contains(peer)) return client;
  auto chain = joined(from, "X-Forwarded-For");
  for (std::string_view rest = chain; !rest.empty();) {
    auto comma = rest.rfind(',');
    auto start = comma == std::string_view::npos ? 0 : comma + 1;
    auto hop = transport::parse_peer(trimmed(rest.substr(start)));
    if (!hop) break;
    client = *hop;
    if (!trusted.contains(client)) break;
    rest = rest.substr(0, start == 0 ? 0 : comma);
  }
  return client;
}

upgrade_accepted accept(const request& from, upgrade_accepted result, const config::websocket_options& options) {
  auto deflate = negotiate_deflate(joined(from, http::field::sec_websocket_extensions), options.deflate);
  auto& text = result.response;
  text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
  text += accept_key(view(from[http::field::sec_websocket_key]));
  text += "\r\n";
  if (!result.subprotocol.empty()) text += "Sec-WebSocket-Protocol: " + result.subprotocol + "\r\n";
  if (deflate) text += "Sec-WebSocket-Extensions: " + deflate->extension + "\r\n";
  text += "\r\n";
  if (deflate) result.deflate = deflate->agreed;
  return result;
}

// ---- origins ----

struct origin_parts {
  std::string_view scheme, host, port;  ///< scheme and port may be empty
};

origin_parts split_origin(std::string_view origin) {
  origin_parts parts;
  if (auto end = origin.find("://"); end != std::string_view::npos) {
    parts.scheme = origin.substr(0, end);
    origin.remove_prefix(end + 3);
  }
  auto after_v6 = origin.find(']');
  auto colon = origin.find(':', after_v6 == std::string_view::npos ? 0 : after_v6);
  parts.host = origin.substr(0, colon);
  if (colon != std::string_view::npos) parts.port = origin.substr(colon + 1);
  return parts;
}

bool host_matches(std::string_view host, std::string_view pattern) {
  if (!pattern.starts_with("*.")) return same_text(host, pattern);
  auto domain = pattern.substr(1);
  return host.size() > domain.size() && ends_with_text(host, domain);
}

bool origin_matches(std::string_view origin, std::string_view pattern) {
  if (pattern == "*" || same_text(origin, pattern)) return true;
  auto is = split_origin(origin), may = split_origin(pattern);
  if (is.scheme.empty()) return false;  // "null", or not an origin
  if (!may.scheme.empty() && !same_text(is.scheme, may.scheme)) return false;
  auto any_port = may.scheme.empty() && may.port.empty();
  return (any_port || is.port == may.port) && host_matches(is.host, may.host);
}

}  // namespace

upgrade_result upgrade(std::span<const std::byte> received, const config::websocket_options& options,
                       const transport::peer_address& peer, const transport::network_list& trusted) {
  std::string_view bytes{reinterpret_cast<const char*>(received.data()), received.size()};
  auto found = find_head(bytes.substr(0, request_bytes_max));
  if (found.state == head::state::malformed) return refuse(400, "not an HTTP request");
  if (found.state == head::state::incomplete) {
    if (bytes.size() >= request_bytes_max) return refuse(431, "request head too large");
    return upgrade_incomplete{};
  }
  parser parsed;
  if (auto no = parse(bytes.substr(0, found.size), parsed)) return *no;
  const auto& message = parsed.get();
  if (auto no = check_form(message)) return *no;
  if (auto no = check_upgrade(message, options)) return *no;
  if (auto no = check_key(message)) return *no;
  if (auto no = check_origin(message, options)) return *no;
  upgrade_accepted result;
  result.consumed = found.size;
  result.path = path_of(view(message.target()));
  // The client MUST include "mqtt" in the list it offers [MQTT-6.0.0-3]; what is returned is "mqtt" [MQTT-6.0.0-4], or
  // what an operator configured for older clients.
  result.subprotocol = choose_subprotocol(message, options);
  if (result.subprotocol.empty() && options.subprotocol_required)
    return refuse(400, "no subprotocol of this endpoint offered (Sec-WebSocket-Protocol: mqtt)");
  result.forwarded_for = forwarded_for(message, peer, trusted);
  return accept(message, std::move(result), options);
}

std::string too_many_requests(std::chrono::seconds retry_after) {
  return retry_later(429, retry_after, "too many connections for the moment");
}

std::string overloaded(std::chrono::seconds retry_after) {
  return retry_later(503, retry_after, "the node takes no new connections for the moment");
}

std::string accept_key(std::string_view key) {
  constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, 1.3
  auto text = std::string{key}.append(guid);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned digest_bytes = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &digest_bytes, EVP_sha1(), nullptr) != 1) return {};
  std::array<unsigned char, 64> base64;
  auto length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest_bytes));
  return {reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(length)};
}

bool origin_allowed(std::string_view origin, const std::vector<std::string>& allowed) {
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](const std::string& pattern) { return origin_matches(origin, pattern); });
}

}  // namespace troupe::websocket
