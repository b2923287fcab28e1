#include "tests/actors/admin/http/site.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace troupe::admin::test {

namespace {

struct two_files final : assets {
  const asset* find(std::string_view path) const override {
    static const asset page{"<html>", "text/html", "\"i1\""};
    static const std::string megabyte(1'000'000, 'x');
    static const asset script{megabyte, "text/javascript", "\"s1\"", false, true};
    return path == "/index.html" ? &page : path == "/big.js" ? &script : nullptr;
  }
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

std::variant<caller, answer> name_gate::admit(const credentials& shown) {
  shown_path = shown.path;
  shown_address = shown.address;
  was_secure = shown.secure;
  const std::string name{shown.authorization};
  if (name == "wrong") return answer::error(401, "This key is wrong.");
  if (is_broken || name == "broken") throw std::runtime_error{"the gate broke"};
  const auto as = [&](role what) { return caller{name, is_locked ? role::nobody : what, std::string{shown.address}}; };
  return name == "viewer" ? as(role::viewer) : name == "admin" ? as(role::admin) : as(role::nobody);
}

site::site(server_options with) : options{std::move(with)} {}

void site::add(boost::beast::http::verb method, const char* pattern, handler what, role least) {
  routes.add(route{.method = method, .pattern = pattern, .least = least, .handler = std::move(what)});
}

void site::add(const char* pattern, std::function<void(const request&, std::shared_ptr<stream>)> open) {
  routes.add(stream_route{.pattern = pattern, .least = role::viewer, .open = std::move(open)});
}

void site::start(std::shared_ptr<boost::asio::ssl::context> tls) {
  on = std::make_unique<server>(io, options, std::move(routes), gate, std::make_shared<two_files>());
  on->listen({.host = "127.0.0.1", .port = 0, .unix_path = {}}, std::move(tls));
}

bool site::until(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    io.restart();
    io.run_one_for(std::chrono::milliseconds{2});
  }
  return true;
}

std::uint16_t site::port() const {
  const auto text = on->bound();
  return static_cast<std::uint16_t>(std::stoul(text.substr(text.rfind(':') + 1)));
}

client::client(site& at, const std::string& unix_path) : at_{at} {
  ::sockaddr_storage to{};
  ::socklen_t size = 0;
  if (unix_path.empty()) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(at.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::memcpy(&to, &address, size = sizeof address);
  } else {
    ::sockaddr_un address{};
    address.sun_family = AF_UNIX;
    unix_path.copy(address.sun_path, sizeof address.sun_path - 1);
    std::memcpy(&to, &address, size = sizeof address);
  }
  fd_ = ::socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(fd_, reinterpret_cast<const ::sockaddr*>(&to), size) != 0) close();
}

client::~client() { close(); }

void client::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void client::send(std::string_view bytes) {
  at_.until([&] {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return false;
    reset_ = reset_ || sent < 0;
    if (sent < 0) return true;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
    return bytes.empty();
  });
}

bool client::pull() {
  char buffer[65'536];
  const auto got = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
  if (got > 0) came_.append(buffer, static_cast<std::size_t>(got));
  if (got < 0 && errno == ECONNRESET) reset_ = true;
  if (got == 0 || (got < 0 && errno != EAGAIN)) ended_ = true;
  return got > 0;
}

bool client::fill(const std::function<bool()>& enough) {
  return at_.until([&] {
    while (pull()) {
    }
    return enough() || ended_;
  }) && enough();
}

seen client::receive(bool has_body) {
  seen result;
  const auto end = [&] { return came_.find("\r\n\r\n"); };
  if (!fill([&] { return end() != std::string::npos; })) return result;
  const auto head = take(end() + 4);
  result.status = static_cast<unsigned>(std::stoul(head.substr(9, 3)));
  for (auto at = head.find("\r\n") + 2; at + 2 < head.size();) {
    const auto line = head.substr(at, head.find("\r\n", at) - at);
    at += line.size() + 2;
    result.header[lower(line.substr(0, line.find(':')))] = line.substr(line.find(':') + 2);
  }
  if (has_body && result.header.contains("content-length"))
    result.body = take(std::stoul(result.header["content-length"]));
  return result;
}

seen client::ask(std::string_view method, std::string_view target, std::string_view lines, std::string_view body) {
  send(request_text(method, target, lines, body));
  return receive(method != "HEAD");
}

bool client::is_ended() {
  fill([] { return false; });
  return ended_;
}

std::string client::take(std::size_t bytes) {
  fill([&] { return came_.size() >= bytes; });
  auto taken = came_.substr(0, bytes);
  came_.erase(0, bytes);
  return taken;
}

std::string request_text(std::string_view method, std::string_view target, std::string_view lines,
                         std::string_view body) {
  std::string text{method};
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(lines);
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text.append("\r\n").append(body);
}

handler says(boost::json::object what) {
  return [what = std::move(what)](const request&, const reply& say) {
    say({.status = 200, .body = what, .text = {}, .content_type = {}, .header = {}});
  };
}

}  // namespace troupe::admin::test
