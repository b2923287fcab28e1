#include "actors/admin/http/server.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <unistd.h>

#include "actors/admin/http/connection.hpp"
#include "actors/admin/http/listening.hpp"
#include "config/log.hpp"

namespace troupe::admin {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using unix_protocol = asio::local::stream_protocol;

constexpr auto awaited = asio::as_tuple(asio::use_awaitable);
// While no descriptor is free, accepting fails at once, again and again.
constexpr std::chrono::milliseconds accept_pause{100};
// So many are told that there are too many; those beyond are closed without a word.
constexpr std::size_t turned_away_max = 16;

peer peer_of(const tcp::socket& from) {
  boost::system::error_code error;
  const auto remote = from.remote_endpoint(error);
  return {.address = address_text(remote.address())};
}

peer peer_of(unix_protocol::socket& from) { return {.address = "unix", .is_owner = is_owner(from.native_handle())}; }

void tune(tcp::socket& accepted) {
  boost::system::error_code ignored;
  accepted.set_option(tcp::no_delay{true}, ignored);
}

void tune(unix_protocol::socket&) {}

}  // namespace

/// What accepts: the sockets that listen, and who came in.
struct server::hall : std::enable_shared_from_this<hall> {
  hall(asio::io_context& on, std::shared_ptr<server_state> what) : io{on}, state{std::move(what)}, patience{on} {}

  template <class Acceptor>
  asio::awaitable<void> accept(Acceptor& from, std::shared_ptr<asio::ssl::context> tls, bool on_loopback);
  template <class Socket>
  void admit(Socket accepted, const std::shared_ptr<asio::ssl::context>& tls, bool on_loopback);
  std::size_t open_by(bool owner) const;
  void stop_listening();
  void cut_all();

  asio::io_context& io;
  std::shared_ptr<server_state> state;
  asio::steady_timer patience;  ///< with those whose requests are under way at the stop
  std::vector<std::unique_ptr<tcp::acceptor>> ports;
  std::vector<std::unique_ptr<unix_protocol::acceptor>> unix_sockets;
  std::vector<std::string> unix_paths;
};

template <class Acceptor>
asio::awaitable<void> server::hall::accept(Acceptor& from, std::shared_ptr<asio::ssl::context> tls, bool on_loopback) {
  const auto kept = shared_from_this();
  while (from.is_open()) {
    auto [error, accepted] = co_await from.async_accept(awaited);
    if (!error) {
      admit(std::move(accepted), tls, on_loopback);
    } else if (from.is_open()) {
      log::peer_event("admin", log::level::warning, "accepting a connection failed: {}", error.message());
      asio::steady_timer pause{io, accept_pause};
      co_await pause.async_wait(awaited);
    }
  }
}

template <class Socket>
void server::hall::admit(Socket accepted, const std::shared_ptr<asio::ssl::context>& tls, bool on_loopback) {
  auto from = peer_of(accepted);
  const bool is_unix = std::is_same_v<Socket, unix_protocol::socket>;
  if (is_unix && !from.is_owner) {
    log::peer_event("admin", log::level::warning, "a process of another user tried the console's unix socket");
    return;
  }
  tune(accepted);
  from.is_secure = tls != nullptr;
  from.on_loopback = on_loopback;
  const auto& options = state->options;
  const auto limit = is_unix ? options.unix_connections_max : options.connections_max;
  const auto open = open_by(is_unix);
  auto made = std::make_shared<connection>(channel{std::move(accepted), tls}, std::move(from), state);
  if (open < limit) {
    ++state->counters.connections_accepted;
    made->start();
    return;
  }
  ++state->counters.connections_turned_away;
  if (open < limit + turned_away_max) made->turn_away();
}

std::size_t server::hall::open_by(bool owner) const {
  const auto& all = state->connections;
  return static_cast<std::size_t>(
    std::count_if(all.begin(), all.end(), [&](const auto* each) { return each->other().is_owner == owner; }));
}

void server::hall::stop_listening() {
  boost::system::error_code ignored;
  for (const auto& each : ports) each->close(ignored);
  for (const auto& each : unix_sockets) each->close(ignored);
  for (const auto& each : std::exchange(unix_paths, {})) ::unlink(each.c_str());
}

void server::hall::cut_all() {
  for (auto* each : state->connections) each->cut();
}

server::server(asio::io_context& io, server_options options, router routes, std::shared_ptr<gatekeeper> gate,
               std::shared_ptr<const assets> files)
  : hall_{std::make_shared<hall>(
      io, std::make_shared<server_state>(std::move(options), std::move(routes), std::move(gate), std::move(files)))} {}

server::~server() {
  hall_->state->is_stopping = true;
  hall_->state->on_last_gone = nullptr;
  hall_->stop_listening();
  hall_->patience.cancel();
  hall_->cut_all();
}

void server::listen(const config::bind_target& where, std::shared_ptr<asio::ssl::context> tls) {
  if (where.is_unix()) {
    auto& made = *hall_->unix_sockets.emplace_back(
      std::make_unique<unix_protocol::acceptor>(listen_unix(hall_->io, where.unix_path)));
    hall_->unix_paths.push_back(where.unix_path);
    asio::co_spawn(hall_->io, hall_->accept(made, nullptr, false), asio::detached);
  } else {
    auto& made = *hall_->ports.emplace_back(std::make_unique<tcp::acceptor>(listen_tcp(hall_->io, where)));
    const bool on_loopback = made.local_endpoint().address().is_loopback();
    asio::co_spawn(hall_->io, hall_->accept(made, std::move(tls), on_loopback), asio::detached);
  }
}

std::string server::bound() const {
  if (hall_->ports.empty() || !hall_->ports.back()->is_open()) return {};
  const auto at = hall_->ports.back()->local_endpoint();
  const auto text = at.address().to_string();
  return (at.address().is_v6() ? "[" + text + "]" : text) + ":" + std::to_string(at.port());
}

void server::stop() {
  if (std::exchange(hall_->state->is_stopping, true)) return;
  hall_->stop_listening();
  for (auto* each : hall_->state->connections) each->wind_up();
  if (hall_->state->connections.empty()) return;
  hall_->state->on_last_gone = [weak = std::weak_ptr{hall_}] {
    if (const auto kept = weak.lock()) kept->patience.cancel();
  };
  hall_->patience.expires_after(hall_->state->options.stop_time_max);
  hall_->patience.async_wait([kept = hall_](boost::system::error_code error) {
    if (!error) kept->cut_all();
  });
}

const server_counters& server::counters() const {
  auto& counters = hall_->state->counters;
  counters.connections_open = hall_->state->connections.size();
  return counters;
}

}  // namespace troupe::admin
