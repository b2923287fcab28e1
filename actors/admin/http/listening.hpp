#pragma once

#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "config/address.hpp"

namespace troupe::admin {

/// A socket that listens at host and port. An empty host or "*": every address; a name with several: IPv4 first. Throws
/// std::runtime_error that says where and why not.
boost::asio::ip::tcp::acceptor listen_tcp(boost::asio::io_context& io, const config::bind_target& where);

/// A unix socket that only its owner can connect to, at a path that a dead process may have left. Throws
/// std::runtime_error, also when a living process listens there.
boost::asio::local::stream_protocol::acceptor listen_unix(boost::asio::io_context& io, const std::string& path);

/// Whether the process at the other end runs as this one's user, or as root.
bool is_owner(int socket);

/// An address without its port, of IPv4 also where IPv6 carries it.
std::string address_text(const boost::asio::ip::address& of);

}  // namespace troupe::admin
