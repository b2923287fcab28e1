#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/beast/http/verb.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace troupe::admin {

/// Each may do what those before it may.
enum class role : std::uint8_t {
  nobody,    ///< not logged in
  viewer,    ///< looks
  operates,  ///< "operator": cuts clients, publishes, restarts actors
  admin,     ///< changes the configuration and who may log in
};

/// Who asks.
struct caller {
  std::string name;  ///< of the user or the API key; "local" through the unix socket
  admin::role role = role::nobody;
  std::string address;  ///< of the peer, without its port; "unix"
  /// What the gatekeeper knows the browser's log-in session by; empty for an API key and for "local".
  std::string session = {};
};

/// A request whose caller may do it and whose body was read. Everything in it is percent-decoded and of limited size.
struct request {
  boost::beast::http::verb method{};
  std::string path;                                       ///< without the query
  std::vector<std::string> captured;                      ///< what stands in place of the {...} of its route
  std::map<std::string, std::string, std::less<>> query;  ///< of a name that comes twice, the last one
  boost::json::object body;                               ///< empty: there was none
  caller who;

  std::string_view captured_at(std::size_t place) const { return captured.at(place); }
  /// Empty when the query does not have it.
  std::string_view parameter(std::string_view name) const {
    const auto at = query.find(name);
    return at == query.end() ? std::string_view{} : at->second;
  }
};

/// What is said to it. Without text and with a null body nothing but the header is sent.
struct answer {
  unsigned status = 200;
  boost::json::value body = nullptr;  ///< sent as application/json
  std::string text;                   ///< sent in place of the body, as `content_type`
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> header;  ///< fields besides those that the server writes itself

  static answer error(unsigned status, std::string_view sentence) {
    return {
      .status = status, .body = boost::json::object{{"error", sentence}}, .text = {}, .content_type = {}, .header = {}};
  }
};

/// Takes the answer to one request: called once, on the thread of the service; later calls are ignored. It may be
/// called when the connection is gone.
using reply = std::function<void(answer)>;

/// What handles a request. May answer later, but the request is there only until the handler returns: what it needs
/// then it copies. An exception is answered with 500 and logged; so is, without a line in the log, letting go of every
/// copy of the reply.
using handler = std::function<void(const request&, reply)>;

/// One call of the API.
struct route {
  boost::beast::http::verb method;
  std::string pattern;  ///< "/api/v1/clients/{id}/events": {...} stands for one segment, percent-encoded
  role least;           ///< who may call it
  admin::handler handler;
};

}  // namespace troupe::admin
