#pragma once

#include <string_view>
#include <variant>

#include <boost/beast/http/verb.hpp>

#include "actors/admin/http/exchange.hpp"

namespace troupe::admin {

/// What a request says of its sender, before its body is read. Views of the request: not to be kept.
struct credentials {
  boost::beast::http::verb method{};
  std::string_view path;           ///< as in `request`, without the query
  std::string_view address;        ///< of the peer, without its port
  std::string_view cookie;         ///< the header field Cookie; this and those below are empty when there is none
  std::string_view authorization;  ///< Authorization
  std::string_view csrf_token;     ///< X-CSRF-Token
  std::string_view origin;         ///< Origin
  std::string_view host;           ///< Host: what an Origin is compared with
  std::string_view fetch_site;     ///< Sec-Fetch-Site
  bool secure = false;             ///< came through TLS
};

/// Decides who asks: asked once for every request under a route and for every event stream, on the thread of the
/// service, so it must not take long (no password check: log-in is a route). Not asked for static files, and not for
/// the owner of the unix socket, who is the admin "local".
///
/// Gives back
/// - the caller. One without credentials, or whose cookie means nothing (any more), has the role `nobody`: whether that
///   suffices is said by the route (401 when not; 403 when a role is too low; the server answers both);
/// - or the answer that refuses: a key that is wrong (401), a token against forged requests that is (403), too many
///   failures (429). What another site's page sent has been refused before.
class gatekeeper {
public:
  virtual ~gatekeeper() = default;
  virtual std::variant<caller, answer> admit(const credentials& shown) = 0;
};

}  // namespace troupe::admin
