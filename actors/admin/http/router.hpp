#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "actors/admin/http/exchange.hpp"
#include "actors/admin/http/stream.hpp"
#include "actors/admin/http/target.hpp"

namespace troupe::admin {

/// What the router found for a request.
struct matched {
  const route* call = nullptr;           ///< at most one of these two is set
  const stream_route* stream = nullptr;  ///< its caller must ask for WebSocket
  std::vector<std::string> captured;
  /// The path is a route's. Without call and stream, the method is not, and `allow` lists those that are.
  bool known = false;
  std::string allow;
};

/// Finds the route of a request by method and path. Where several patterns fit a path, the one whose first literal
/// segment comes where another captures has it, for every method.
class router {
public:
  /// Throws std::logic_error when the pattern is malformed or the call is there already.
  void add(route call);
  /// A stream is reached by GET.
  void add(stream_route opened);

  /// HEAD finds what GET does. Empty segments are not captured. Points into the router.
  matched find(boost::beast::http::verb method, const target& asked) const;

  /// Everything that was added, "GET /api/v1/clients/{id}", by path; what is captured is called as when it came first.
  std::vector<std::string> calls() const;

private:
  struct place {
    std::string pattern;
    std::vector<std::string> parts;  ///< empty: captures
    std::deque<route> calls;
    std::unique_ptr<stream_route> stream;
  };

  place& place_of(const std::string& pattern);
  static bool fits(const place& candidate, const target& asked);
  static std::string allowed_at(const place& at);

  std::deque<place> places_;  ///< sorted: a literal before a capture
};

}  // namespace troupe::admin
