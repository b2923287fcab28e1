#include "actors/admin/http/listening.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <boost/asio/ip/v6_only.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::admin {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using unix_protocol = asio::local::stream_protocol;

constexpr ::mode_t owner_only = 0600;

std::vector<tcp::endpoint> candidates(asio::io_context& io, const config::bind_target& where) {
  if (where.host.empty() || where.host == "*")
    return {{asio::ip::address_v6::any(), where.port}, {asio::ip::address_v4::any(), where.port}};
  tcp::resolver resolver{io};
  std::vector<tcp::endpoint> result;
  for (const auto& each : resolver.resolve(where.host, std::to_string(where.port), tcp::resolver::passive))
    result.push_back(each.endpoint());
  std::stable_partition(result.begin(), result.end(), [](const auto& each) { return each.protocol() == tcp::v4(); });
  return result;
}

void open(tcp::acceptor& acceptor, const tcp::endpoint& at) {
  acceptor.open(at.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address{true});
  if (at.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only{false});
  acceptor.bind(at);
  acceptor.listen();
}

// A socket that nobody answers at is left over. Anything else at that path is not ours to remove.
void remove_stale(asio::io_context& io, const std::string& path) {
  struct ::stat found {};
  if (::lstat(path.c_str(), &found) != 0) return;
  if (!S_ISSOCK(found.st_mode)) throw std::runtime_error{path + " exists and is no socket"};
  unix_protocol::socket probe{io};
  boost::system::error_code error;
  probe.connect(unix_protocol::endpoint{path}, error);
  if (error != boost::system::errc::connection_refused) throw std::runtime_error{path + " is in use"};
  ::unlink(path.c_str());
}

}  // namespace

tcp::acceptor listen_tcp(asio::io_context& io, const config::bind_target& where) {
  std::string why = "there is no such address";
  try {
    for (const auto& each : candidates(io, where)) {
      tcp::acceptor acceptor{io};
      try {
        open(acceptor, each);
        return acceptor;
      } catch (const boost::system::system_error& error) {
        why = error.code().message();
      }
    }
  } catch (const boost::system::system_error& error) {
    why = error.code().message();
  }
  throw std::runtime_error{"the console cannot listen at " + where.host + ":" + std::to_string(where.port) + ": " +
                           why};
}

unix_protocol::acceptor listen_unix(asio::io_context& io, const std::string& path) {
  try {
    remove_stale(io, path);
    unix_protocol::acceptor acceptor{io, unix_protocol{}};
    ::fchmod(acceptor.native_handle(), owner_only);  // never wider, not even for an instant
    acceptor.bind(unix_protocol::endpoint{path});
    ::chmod(path.c_str(), owner_only);
    acceptor.listen();
    return acceptor;
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error{"the console cannot listen at " + path + ": " + error.code().message()};
  }
}

bool is_owner(int socket) {
  ::ucred credentials{};
  ::socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return false;
  return credentials.uid == ::geteuid() || credentials.uid == 0;
}

std::string address_text(const asio::ip::address& of) {
  if (of.is_v6() && of.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, of.to_v6()).to_string();
  return of.to_string();
}

}  // namespace troupe::admin
