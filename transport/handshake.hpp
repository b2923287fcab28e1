#pragma once

namespace troupe::transport {

class link_set;
struct socket_link;

/// What comes before packets: PROXY header, TLS, WebSocket upgrade, in this order and each where the listener says so.
class handshaker {
public:
  explicit handshaker(link_set& owner) noexcept : set_{owner} {}

  /// Sets the first phase and goes as far as possible without waiting.
  void begin(socket_link& fresh);
  /// The socket is ready.
  void proceed(socket_link& with);

private:
  bool step(socket_link& with);
  bool read_proxy_header(socket_link& from);
  bool judge_client(socket_link& from);
  bool shake_hands(socket_link& with);
  bool read_upgrade(socket_link& from);
  bool judge_upgrade(socket_link& from);
  void answer_refused(socket_link& to);
  void next_phase(socket_link& of);

  link_set& set_;
};

}  // namespace troupe::transport
