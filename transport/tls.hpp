#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "config/options.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace troupe::transport {

/// What a non-blocking read or write came to. `closed`: the peer ended its stream in order.
enum class io_status : std::uint8_t { done, want_read, want_write, closed, failed };

struct io_result {
  io_status status = io_status::done;
  std::size_t bytes = 0;  ///< moved when done
};

/// The server side of TLS for one listener, shared by all loops. Connections keep the certificates they began with.
class tls_context {
public:
  /// Reads the files. Throws std::runtime_error that names the file or option at fault.
  explicit tls_context(config::tls_options options);
  ~tls_context();

  /// Reads the files again for connections to come. Throws as the constructor does, and changes nothing then.
  void reload();

private:
  friend class tls_session;
  std::shared_ptr<ssl_ctx_st> current() const;

  config::tls_options options_;
  mutable std::mutex mutex_;
  std::shared_ptr<ssl_ctx_st> context_;
};

/// TLS on one non-blocking socket, which it does not own; one word wide, empty for a plain connection. Each call leaves
/// OpenSSL's error queue of the thread empty.
class tls_session {
public:
  tls_session() noexcept = default;
  /// Throws std::runtime_error when OpenSSL is out of memory.
  tls_session(const tls_context& with, int fd);
  tls_session(tls_session&& other) noexcept;
  tls_session& operator=(tls_session&& other) noexcept;
  ~tls_session();

  explicit operator bool() const noexcept { return session_ != nullptr; }

  io_result handshake() noexcept;
  io_result read(std::span<std::byte> into) noexcept;
  /// After want_read or want_write the next call must offer at least the same bytes, though they may have moved.
  io_result write(std::span<const std::byte> from) noexcept;
  /// Whether decrypted or buffered bytes wait inside: the socket will not announce them.
  bool has_unread() const noexcept;
  /// Sends close_notify as far as the socket takes it.
  void shut_down() noexcept;
  /// Why the last handshake failed, for the log.
  std::string failure() const;
  /// Subject common name of the certificate that the client proved; empty without one.
  std::string peer_common_name() const;

private:
  io_result result_of(int value, std::size_t bytes) noexcept;
  ssl_st* session_ = nullptr;
};

}  // namespace troupe::transport
