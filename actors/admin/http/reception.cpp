#include "actors/admin/http/reception.hpp"

#include <exception>
#include <utility>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/verb.hpp>

#include "actors/admin/http/host.hpp"
#include "actors/admin/http/static_files.hpp"
#include "config/log.hpp"

namespace troupe::admin {

namespace {

using boost::beast::http::field;
using boost::beast::http::verb;

bool is_of_api(const target& asked) { return !asked.segments.empty() && asked.segments.front() == "api"; }

response not_logged_in() { return refusal(401, "Log in first, or send an API key."); }

response not_allowed(std::string allow) {
  auto result = refusal(405, "This cannot be done here; the header field Allow says what can.");
  result.header.emplace_back("Allow", std::move(allow));
  return result;
}

response not_upgraded() {
  auto result = refusal(426, "Ask for it as a WebSocket.");
  result.header.emplace_back("Upgrade", "websocket");
  return result;
}

}  // namespace

std::variant<admitted, response> reception::receive(const request_header& header, const peer& from) {
  if (auto refused = refuse_host(header, from)) return std::move(*refused);
  auto asked = parse_target(header.target());
  if (!asked) return refusal(400, "The request's target is malformed.");
  if (header.method() == verb::unknown) return refusal(501, "There is no such method.");
  try {
    return route_of(header, from, std::move(*asked));
  } catch (const std::exception& error) {
    log::error("admin", "deciding on a request failed: {}", error.what());
    return refusal(500, "Whether you may do this could not be found out; the node's log says why.");
  }
}

std::variant<admitted, response> reception::route_of(const request_header& header, const peer& from, target asked) {
  auto found = routes_.find(header.method(), asked);
  if (!found.known && !is_of_api(asked)) return file(header, asked);
  auto decided = who(header, from, asked.path);
  if (auto* refused = std::get_if<answer>(&decided)) return to_response(std::move(*refused));
  auto& asking = std::get<caller>(decided);
  const bool reachable = found.call || found.stream;
  const auto least = found.call ? found.call->least : found.stream ? found.stream->least : role::viewer;
  if (asking.role < least)
    return asking.role == role::nobody ? not_logged_in() : refusal(403, "Your role does not allow this.");
  if (!reachable)
    return found.known ? not_allowed(std::move(found.allow)) : refusal(404, "There is no such call of the API.");
  if (found.stream && !boost::beast::iequals(header[field::upgrade], "websocket")) return not_upgraded();
  return admitted{.call = found.call,
                  .stream = found.stream,
                  .asked = {.method = header.method() == verb::head ? verb::get : header.method(),
                            .path = std::move(asked.path),
                            .captured = std::move(found.captured),
                            .query = std::move(asked.query),
                            .body = {},
                            .who = std::move(asking)}};
}

bool reception::may_stay(const request_header& header, const peer& from, const admitted& opened) {
  try {
    const auto decided = who(header, from, opened.asked.path);
    const auto* asking = std::get_if<caller>(&decided);
    return asking && asking->role >= opened.stream->least && asking->name == opened.asked.who.name;
  } catch (const std::exception& error) {
    log::error("admin", "deciding on a stream failed: {}", error.what());
    return false;
  }
}

std::variant<caller, answer> reception::who(const request_header& header, const peer& from, std::string_view path) {
  const credentials shown{.method = header.method(),
                          .path = path,
                          .address = from.address,
                          .cookie = header[field::cookie],
                          .authorization = header[field::authorization],
                          .csrf_token = header["X-CSRF-Token"],
                          .origin = header[field::origin],
                          .host = header[field::host],
                          .fetch_site = header["Sec-Fetch-Site"],
                          .secure = from.is_secure};
  // Of the owner of the unix socket, too: a browser gets there through what forwards a port to it.
  if (is_cross_site(shown)) {
    log::peer_event("admin", log::level::warning, "{} from {} is refused: sent by the page of another site", path,
                    from.address);
    return answer::error(403, "The page of another site may not ask for this.");
  }
  if (from.is_owner) return caller{"local", role::admin, "unix"};
  return gate_.admit(shown);
}

// [RFC 9112, 3.2]: one Host field in every request of HTTP/1.1.
std::optional<response> reception::refuse_host(const request_header& header, const peer& from) const {
  const auto hosts = header.count(field::host);
  if (hosts > 1 || (hosts == 0 && header.version() > 10)) return refusal(400, "A request has one Host field.");
  const bool is_local = from.on_loopback || from.is_owner;
  if (hosts == 1 && is_local && !is_loopback_host(header[field::host], options_.host_names))
    return refusal(403, "This host name is not one of the console's; admin.hosts adds names.");
  return std::nullopt;
}

response reception::file(const request_header& header, const target& asked) const {
  if (header.method() != verb::get && header.method() != verb::head) return not_allowed("GET, HEAD");
  return serve_file(files_, {.path = asked.path,
                             .if_none_match = header[field::if_none_match],
                             .accept_encoding = header[field::accept_encoding]});
}

}  // namespace troupe::admin
