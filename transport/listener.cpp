#include "transport/listener.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace troupe::transport {

namespace {

/// Links past connections_max that are still told why; more are closed without a word.
constexpr std::uint32_t told_past_max = 64;

class owned_fd {
public:
  explicit owned_fd(int fd) noexcept : fd_{fd} {}
  owned_fd(owned_fd&& other) noexcept : fd_{other.release()} {}
  ~owned_fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }

private:
  int fd_;
};

std::runtime_error failure(const config::listener_options& options, const std::string& what) {
  return std::runtime_error{"listener " + options.name + ": " + what};
}

std::runtime_error failure(const config::listener_options& options, const std::string& what, int error) {
  return failure(options, what + " " + options.bind + ": " + std::strerror(error));
}

config::bind_target parse_bind_of(const config::listener_options& options) {
  const auto parsed = config::parse_bind(options.bind);
  if (!parsed) throw failure(options, "bind \"" + options.bind + "\" is no host:port, [v6]:port or unix:/path");
  return *parsed;
}

network_list networks(const config::listener_options& options, const std::vector<std::string>& from,
                      const char* option) {
  std::string bad;
  network_list result{from, &bad};
  if (!bad.empty()) throw failure(options, std::string{option} + " \"" + bad + "\" is no address or network");
  return result;
}

using resolved = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

resolved resolve(const config::listener_options& options, const config::bind_target& bind, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  const bool any = bind.host.empty() || bind.host == "*";
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(any ? nullptr : bind.host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) throw failure(options, "cannot resolve " + options.bind + ": " + ::gai_strerror(error));
  return {found, ::freeaddrinfo};
}

bool machine_has_ipv6() noexcept {
  const owned_fd probe{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  return probe.get() >= 0 && ::bind(probe.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0;
}

// Every address: IPv6, which takes IPv4 along. A name such as localhost: IPv4, which every machine has.
const addrinfo& preferred(const addrinfo& found, const config::bind_target& bind) {
  const bool any = bind.host.empty() || bind.host == "*";
  const int family = any && machine_has_ipv6() ? AF_INET6 : AF_INET;
  for (const auto* each = &found; each; each = each->ai_next)
    if (each->ai_family == family) return *each;
  return found;
}

void set_option(int fd, int level, int option, int value) noexcept {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

// Accepted sockets inherit these: no system call for each connection.
void tune(int fd, const config::listener_options& options, bool ip) noexcept {
  if (ip && options.tcp_nodelay) set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (ip && options.tcp_keepalive) set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  if (options.receive_buffer_bytes)
    set_option(fd, SOL_SOCKET, SO_RCVBUF, static_cast<int>(options.receive_buffer_bytes));
  if (options.send_buffer_bytes) set_option(fd, SOL_SOCKET, SO_SNDBUF, static_cast<int>(options.send_buffer_bytes));
}

owned_fd bound_socket(const addrinfo& to, bool shared) {
  owned_fd fd{::socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (fd.get() < 0) return fd;
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (shared) set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (to.ai_family == AF_INET6) set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  if (::bind(fd.get(), to.ai_addr, to.ai_addrlen) == 0) return fd;
  const int error = errno;
  ::close(fd.release());
  errno = error;
  return owned_fd{-1};
}

peer_address local_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
  peer_address result;
  result.kind = peer_address::kind::ip;
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    result.ip = from_v4(reinterpret_cast<const std::uint8_t*>(&v4.sin_addr));
    result.port = ntohs(v4.sin_port);
  } else {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    result.ip = from_v6(v6.sin6_addr.s6_addr);
    result.port = ntohs(v6.sin6_port);
  }
  return result;
}

sockaddr_un unix_address(const config::listener_options& options, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw failure(options, "path of the unix socket is too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

// A socket file that nobody listens on was left by a process that died.
void remove_stale(const config::listener_options& options, const sockaddr_un& address) {
  struct stat found {};
  if (::lstat(address.sun_path, &found) != 0) return;
  if (!S_ISSOCK(found.st_mode)) throw failure(options, std::string{address.sun_path} + " exists and is no socket");
  const owned_fd probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno != ECONNREFUSED)
    throw failure(options, "cannot listen on", EADDRINUSE);
  ::unlink(address.sun_path);
}

}  // namespace

std::string_view to_string(refusal why) noexcept {
  switch (why) {
    case refusal::overload: return "node is overloaded";
    case refusal::connections_max: return "connections_max reached";
    case refusal::rate: return "connection_rate_max exceeded";
    case refusal::address: return "address";
    case refusal::banned: return "banned";
    case refusal::descriptors: return "no descriptor left";
    case refusal::proxy_header: return "PROXY header";
    case refusal::tls: return "TLS";
    case refusal::upgrade: return "WebSocket upgrade";
    case refusal::handshake_timeout: return "handshake timeout";
  }
  return "unknown";
}

rate_limit::rate_limit(std::uint32_t rate) noexcept {
  if (rate != 0) interval_ = std::chrono::nanoseconds{std::chrono::seconds{1}}.count() / rate;
}

// Each event moves the instant at which the bucket is full by one interval; it may not lie a second ahead.
bool rate_limit::take(time_point now) noexcept {
  if (interval_ == 0) return true;
  const auto at = std::chrono::nanoseconds{now.time_since_epoch()}.count();
  const auto tolerance = std::chrono::nanoseconds{std::chrono::seconds{1}}.count() - interval_;
  auto full = earliest_.load(std::memory_order_relaxed);
  for (;;) {
    const auto from = std::max(full, at);
    if (from - at > tolerance) return false;
    if (earliest_.compare_exchange_weak(full, from + interval_, std::memory_order_relaxed)) return true;
  }
}

listener::listener(config::listener_options from, judges asked)
  : versions_{std::move(from)},
    options_{&versions_.front()},
    judges_{std::move(asked)},
    bind_{parse_bind_of(options())},
    allow_{networks(options(), options().allow, "allow")},
    deny_{networks(options(), options().deny, "deny")},
    trusted_{networks(options(), options().trusted_proxies, "trusted_proxies")},
    rate_{options().connection_rate_max} {
  if (!speaks_tls()) return;
  try {
    tls_.emplace(options().tls);
  } catch (const std::runtime_error& error) {
    throw failure(options(), error.what());
  }
}

void listener::change(config::listener_options next) {
  const std::lock_guard lock{mutex_};
  options_.store(&versions_.emplace_back(std::move(next)), std::memory_order_release);
}

listener::~listener() { remove_unix(); }

void listener::remove_unix() noexcept {
  if (unix_socket_ < 0) return;
  ::unlink(bind_.unix_path.c_str());
  ::close(std::exchange(unix_socket_, -1));
}

void listener::closed() noexcept {
  const std::lock_guard lock{mutex_};
  if (unix_copies_ > 0 && --unix_copies_ == 0) remove_unix();
}

bool listener::speaks_tls() const noexcept {
  return options().type == config::listener_type::tls || options().type == config::listener_type::wss;
}

bool listener::speaks_websocket() const noexcept {
  return options().type == config::listener_type::ws || options().type == config::listener_type::wss;
}

void listener::reload_tls() {
  if (tls_) tls_->reload();
}

std::optional<refusal> listener::objection(const peer_address& client) const {
  if (deny_.contains(client) || (!allow_.empty() && !allow_.contains(client))) return refusal::address;
  if (judges_.banned && judges_.banned(client)) return refusal::banned;
  return std::nullopt;
}

int listener::open() {
  const std::lock_guard lock{mutex_};
  return bind_.is_unix() ? open_unix() : open_ip();
}

int listener::open_ip() {
  const bool first = bound_.empty();
  const auto addresses = resolve(options(), bind_, first ? bind_.port : port_);
  const auto& address = preferred(*addresses, bind_);
  // Sockets that share a port may belong to two nodes, which would steal each other's clients: the first must have it
  // alone.
  if (first && bind_.port != 0 && bound_socket(address, false).get() < 0)
    throw failure(options(), "cannot listen on", errno);
  auto fd = bound_socket(address, true);
  if (fd.get() < 0) throw failure(options(), "cannot listen on", errno);
  tune(fd.get(), options(), true);
  if (::listen(fd.get(), options().backlog) != 0) throw failure(options(), "cannot listen on", errno);
  if (first) {
    const auto local = local_address(fd.get());
    port_ = local.port;
    bound_ = local.text();
  }
  return fd.release();
}

// One socket for all loops: unix sockets know no SO_REUSEPORT.
int listener::open_unix() {
  if (unix_socket_ < 0) {
    const auto address = unix_address(options(), bind_.unix_path);
    remove_stale(options(), address);
    owned_fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    ::fchmod(fd.get(), options().unix_mode);  // never wider than asked, not even for an instant
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw failure(options(), "cannot listen on", errno);
    ::chmod(address.sun_path, options().unix_mode);
    tune(fd.get(), options(), false);
    if (::listen(fd.get(), options().backlog) != 0) throw failure(options(), "cannot listen on", errno);
    bound_ = "unix:" + bind_.unix_path;
    unix_socket_ = fd.release();
  }
  const int copy = ::fcntl(unix_socket_, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw failure(options(), "cannot listen on", errno);
  ++unix_copies_;
  return copy;
}

std::string listener::bound() const {
  const std::lock_guard lock{mutex_};
  return bound_;
}

std::uint16_t listener::port() const {
  const std::lock_guard lock{mutex_};
  return port_;
}

listener::verdict listener::refuse(refusal why, admission how) noexcept {
  count(why);
  if (how == admission::closed) left();
  return {how, why};
}

listener::verdict listener::admit(const peer_address& peer, time_point now) {
  accepted_.fetch_add(1, std::memory_order_relaxed);
  const auto open = open_.fetch_add(1, std::memory_order_relaxed) + 1;
  // Behind a proxy the lists speak of the client, who is known after the header or the upgrade.
  const bool proxied = options().proxy_protocol || (speaks_websocket() && trusted_.contains(peer));
  if (!proxied)
    if (const auto why = objection(peer)) return refuse(*why, admission::closed);
  if (!rate_.take(now)) return refuse(refusal::rate, speaks_websocket() ? admission::too_many : admission::closed);
  if (options().connections_max != 0 && open > options().connections_max)
    return refuse(refusal::connections_max,
                  open > options().connections_max + told_past_max ? admission::closed : admission::overloaded);
  if (judges_.overloaded && judges_.overloaded()) return refuse(refusal::overload, admission::overloaded);
  return {admission::welcome};
}

}  // namespace troupe::transport
