#include "transport/handshake.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <sys/socket.h>

#include "config/log.hpp"
#include "transport/link_set.hpp"
#include "transport/proxy_header.hpp"
#include "transport/websocket/upgrade.hpp"

namespace troupe::transport {

namespace {

constexpr std::chrono::seconds retry_after{5};

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span{text}); }

std::string forbidden() { return "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"; }

std::string_view words_of(refusal why) {
  return why == refusal::banned ? "address is banned" : "address is not allowed";
}

std::vector<std::byte>& bytes_so_far(socket_link& of) {
  if (!of.handshake_bytes) of.handshake_bytes = std::make_unique<std::vector<std::byte>>();
  return *of.handshake_bytes;
}

}  // namespace

void handshaker::begin(socket_link& fresh) {
  const auto& options = fresh.accepted_by->options();
  set_.arm(fresh, set_.now() + options.limits.handshake_timeout);
  fresh.phase = link_phase::proxy_header;
  if (!options.proxy_protocol) return next_phase(fresh);
  if (!fresh.accepted_by->trusted_proxies().contains(fresh.address))
    set_.refuse(fresh, refusal::proxy_header, "peer is no trusted proxy");
}

void handshaker::proceed(socket_link& with) {
  while (step(with)) continue;
}

// True: the phase is over and the next one is one of the handshake too. Else the link may be gone already.
bool handshaker::step(socket_link& with) {
  switch (with.phase) {
    case link_phase::proxy_header: return read_proxy_header(with);
    case link_phase::tls_handshake: return shake_hands(with);
    case link_phase::upgrade: return read_upgrade(with);
    default: return false;
  }
}

// Opens the link when there is nothing more to do.
void handshaker::next_phase(socket_link& of) {
  of.handshake_bytes.reset();
  const auto& from = *of.accepted_by;
  if (of.phase == link_phase::proxy_header && from.speaks_tls()) {
    of.tls = tls_session{*from.tls(), of.fd};
    of.phase = link_phase::tls_handshake;
  } else if (of.phase != link_phase::upgrade && from.speaks_websocket()) {
    of.phase = link_phase::upgrade;
  } else {
    set_.opened(of);
  }
}

// TLS reads the socket itself, so that not a byte past the header may be taken: it is looked at first.
bool handshaker::read_proxy_header(socket_link& from) {
  auto& seen = bytes_so_far(from);
  const auto before = seen.size();
  seen.resize(proxy_header::bytes_max);
  const auto peeked = ::recv(from.fd, seen.data() + before, seen.size() - before, MSG_PEEK);
  if (peeked == 0) set_.finish(from, close_cause::closed_by_peer);
  if (peeked < 0 && errno != EAGAIN && errno != EINTR) set_.finish(from, close_cause::reset);
  seen.resize(before + (peeked > 0 ? static_cast<std::size_t>(peeked) : 0));
  if (peeked <= 0) return false;
  const auto header = parse_proxy_header(seen);
  if (header.state == proxy_header::state::malformed ||
      (header.state == proxy_header::state::incomplete && seen.size() == proxy_header::bytes_max)) {
    set_.refuse(from, refusal::proxy_header, "malformed PROXY header");
    return false;
  }
  const bool complete = header.state == proxy_header::state::complete;
  const auto taken = (complete ? header.consumed : seen.size()) - before;
  const auto got = ::recv(from.fd, seen.data() + before, taken, 0);
  if (got != static_cast<ssize_t>(taken)) set_.finish(from, close_cause::reset);
  if (!complete || from.phase == link_phase::dead) return false;
  if (header.source.kind != peer_address::kind::none) from.address = header.source;
  return judge_client(from);
}

bool handshaker::judge_client(socket_link& from) {
  if (const auto why = from.accepted_by->objection(from.address)) {
    set_.refuse(from, *why, words_of(*why));
    return false;
  }
  next_phase(from);
  return from.in_handshake();
}

bool handshaker::shake_hands(socket_link& with) {
  const auto result = with.tls.handshake();
  switch (result.status) {
    case io_status::want_read: set_.watch(with, true, false); return false;
    case io_status::want_write: set_.watch(with, true, true); return false;
    case io_status::done: break;
    default:  // the alert that says why is on its way: refuse() lets it arrive
      set_.refuse(with, refusal::tls, with.tls.failure());
      return false;
  }
  set_.watch(with, true, false);
  if (with.accepted_by->speaks_websocket()) {
    next_phase(with);
    return true;
  }
  next_phase(with);
  return false;
}

bool handshaker::read_upgrade(socket_link& from) {
  auto room = set_.reader_.buffer();
  const auto [status, bytes] = from.read(room);
  if (status == io_status::want_read || status == io_status::want_write) return false;
  if (status != io_status::done) {
    set_.finish(from, status == io_status::closed ? close_cause::closed_by_peer : close_cause::reset);
    return false;
  }
  from.received += bytes;
  set_.stats_.bytes_received.add(bytes);
  auto& seen = bytes_so_far(from);
  seen.insert(seen.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(bytes));
  return judge_upgrade(from);
}

bool handshaker::judge_upgrade(socket_link& from) {
  auto head = std::move(*from.handshake_bytes);
  const auto& by = *from.accepted_by;
  auto result = websocket::upgrade(head, by.options().websocket, from.address, by.trusted_proxies());
  if (std::holds_alternative<websocket::upgrade_incomplete>(result)) {
    *from.handshake_bytes = std::move(head);
    return true;  // reads until the socket has no more
  }
  if (from.admitted != admission::welcome) {
    answer_refused(from);
    return false;
  }
  if (const auto* refused = std::get_if<websocket::upgrade_refused>(&result)) {
    set_.writer_.verbatim(from, bytes_of(refused->response));
    set_.refuse(from, refusal::upgrade, refused->reason);
    return false;
  }
  auto& accepted = std::get<websocket::upgrade_accepted>(result);
  if (accepted.forwarded_for.kind != peer_address::kind::none) from.address = accepted.forwarded_for;
  if (const auto why = by.objection(from.address)) {
    set_.writer_.verbatim(from, bytes_of(forbidden()));
    set_.refuse(from, *why, words_of(*why));
    return false;
  }
  set_.writer_.verbatim(from, bytes_of(accepted.response));
  from.websocket = true;
  if (accepted.deflate)
    from.deflate = std::make_unique<websocket::permessage_deflate>(*accepted.deflate, by.options().websocket.deflate);
  next_phase(from);
  set_.reader_.input(from, std::span{head}.subspan(accepted.consumed));
  return false;
}

void handshaker::answer_refused(socket_link& to) {
  const bool overloaded = to.admitted == admission::overloaded;
  set_.writer_.verbatim(
    to, bytes_of(overloaded ? websocket::overloaded(retry_after) : websocket::too_many_requests(retry_after)));
  set_.close_refused(to);  // counted and logged when it was admitted
}

}  // namespace troupe::transport
