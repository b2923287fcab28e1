#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include "actors/admin/http/assets.hpp"
#include "actors/admin/http/gatekeeper.hpp"
#include "actors/admin/http/router.hpp"
#include "actors/admin/http/server_options.hpp"
#include "config/address.hpp"

namespace troupe::admin {

/// The HTTP server of the console. Everything of it happens on the one thread that runs `io`, and its functions are to
/// be called there, or before that thread starts; `io` outlives it.
class server {
public:
  server(boost::asio::io_context& io, server_options options, router routes, std::shared_ptr<gatekeeper> gate,
         std::shared_ptr<const assets> files);
  /// Cuts what stop() left.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// On TCP with or without TLS, or on a unix socket, whose file goes with the server. May be called several times.
  /// Throws std::runtime_error that says where and why not.
  void listen(const config::bind_target& where, std::shared_ptr<boost::asio::ssl::context> tls = nullptr);
  /// Address and port of the TCP socket that listen() made last, "127.0.0.1:18083" or "[::1]:18083"; empty without one.
  std::string bound() const;

  /// Takes no more connections, ends those that wait for a request and all streams; those with a request under way may
  /// finish it within `server_options::stop_time_max`. Then nothing of the server is left in `io`.
  void stop();

  const server_counters& counters() const;

private:
  struct hall;
  std::shared_ptr<hall> hall_;
};

}  // namespace troupe::admin
