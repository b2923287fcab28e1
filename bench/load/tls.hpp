#pragma once

#include <memory>
#include <string>

struct ssl_st;
struct ssl_ctx_st;

namespace troupe::bench {

/// What --ssl and --wss are to do.
struct tls_options {
  bool on = false;
  std::string ca;                ///< file that vouches for the broker; empty: the system's
  std::string certificate, key;  ///< ours, as files; empty: none. The key may stand in the certificate's file.
  bool verify = true;            ///< the broker's certificate, and that it is for the host
};

struct free_tls_session {
  void operator()(ssl_st* session) const noexcept;
};
using tls_session = std::unique_ptr<ssl_st, free_tls_session>;

/// The client side of TLS for one broker, shared by all connections of a process. Every connection makes a handshake of
/// its own: no session is resumed, so that each costs the broker the same.
class tls_client {
public:
  /// Reads the files. `host` is the name that is asked for (SNI) and verified. Throws std::runtime_error that names the
  /// file at fault.
  tls_client(const tls_options& options, std::string host);
  /// Begins on a connected non-blocking socket. Empty where memory is out.
  tls_session begin(int fd) const;

private:
  std::string host_;
  bool host_is_address_;
  std::shared_ptr<ssl_ctx_st> context_;
};

/// What went wrong last on this thread, and empties OpenSSL's queue of errors.
std::string tls_failure(const ssl_st& session);

}  // namespace troupe::bench
