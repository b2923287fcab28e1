#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "actors/admin/http/exchange.hpp"

namespace troupe::admin {

/// The sending end of a WebSocket on which a caller gets events; to be used on the thread of the service only. What is
/// done after its end does nothing.
class stream {
public:
  virtual ~stream() = default;

  /// Sends one text message. When more waits for a slow reader than `server_options::stream_queue_bytes_max`, the
  /// stream is closed with 1008.
  virtual void send(std::string text) = 0;
  /// Drops what waits and closes with a status code of RFC 6455, 7.4.1; the reason has at most 123 bytes.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  /// Called once, after the end, whoever caused it; at once when the end has been. Then let go of the stream: it must
  /// not outlive the io_context of the service.
  virtual void on_close(std::function<void()> then) = 0;
  virtual bool is_open() const = 0;
};

/// One call of the API that is answered by a stream. Its caller is let in as that of a route, and asked for again
/// whenever a ping is due: a stream does not outlive its caller's right to it.
struct stream_route {
  std::string pattern;  ///< as that of a route
  role least;           ///< who may open it
  /// Just before the upgrade is accepted: what is sent comes behind that. An exception closes with 1011 and is logged.
  std::function<void(const request&, std::shared_ptr<stream>)> open;
};

}  // namespace troupe::admin
