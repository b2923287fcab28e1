#pragma once

#include <functional>
#include <optional>
#include <ostream>  // verb.hpp wants it
#include <string>

#include <boost/beast/http/verb.hpp>

#include "control/client/url.hpp"

namespace troupe::control {

/// Where a node is asked: through its unix socket, or at a URL.
struct destination {
  std::string socket;  ///< path; used when there is no `at`
  std::optional<url> at;
  std::string key;             ///< API key; sent to a URL only: through the socket its owner needs none
  std::string certificate_ca;  ///< PEM file of whom to believe; empty: those of the machine
};

struct http_call {
  boost::beast::http::verb method = boost::beast::http::verb::get;
  std::string target;
  std::string body;  ///< JSON; empty: none
};

struct http_answer {
  unsigned status = 0;
  std::string body;
};

/// Asks and waits for the answer. Throws `failure` when there is none within half a minute, or more than 64 MiB.
using ask_function = std::function<http_answer(const http_call&)>;

/// A connection for every call: a node that was restarted meanwhile is no error.
ask_function http_client(destination where);

}  // namespace troupe::control
