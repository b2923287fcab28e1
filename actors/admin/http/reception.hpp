#pragma once

#include <optional>
#include <string>
#include <variant>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include "actors/admin/http/assets.hpp"
#include "actors/admin/http/gatekeeper.hpp"
#include "actors/admin/http/response.hpp"
#include "actors/admin/http/router.hpp"
#include "actors/admin/http/server_options.hpp"

namespace troupe::admin {

using request_header = boost::beast::http::request_header<boost::beast::http::fields>;

/// The other end of a connection.
struct peer {
  std::string address;       ///< without its port
  bool is_owner = false;     ///< came through the unix socket, as its owner or root: the admin "local"
  bool is_secure = false;    ///< through TLS
  bool on_loopback = false;  ///< the listener is
};

/// A request that may be carried out once its body is read. Points into the router.
struct admitted {
  const route* call = nullptr;           ///< one of these two is set
  const stream_route* stream = nullptr;  ///< the request asks for WebSocket
  request asked;                         ///< without its body
};

/// Decides by its header what becomes of a request, before anything of its body is read.
class reception {
public:
  reception(const server_options& options, const router& routes, gatekeeper& gate, const assets& files)
    : options_{options},
      routes_{routes},
      gate_{gate},
      files_{files} {}

  /// What is asked for, or the answer: a file, or why not.
  std::variant<admitted, response> receive(const request_header& header, const peer& from);

  /// Whether who opened a stream might open it again.
  bool may_stay(const request_header& header, const peer& from, const admitted& opened);

private:
  std::variant<admitted, response> route_of(const request_header& header, const peer& from, target asked);
  std::variant<caller, answer> who(const request_header& header, const peer& from, std::string_view path);
  std::optional<response> refuse_host(const request_header& header, const peer& from) const;
  response file(const request_header& header, const target& asked) const;

  const server_options& options_;
  const router& routes_;
  gatekeeper& gate_;
  const assets& files_;
};

}  // namespace troupe::admin
