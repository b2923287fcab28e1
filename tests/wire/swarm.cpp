// A crowd of MQTT 3.1.1 clients over WebSocket in one thread, for tests that need thousands of them, or figures that an
// interpreter would blur. It shares no code with the node. Each member subscribes to a topic of its own and publishes
// to the next member's, QoS 1 and QoS 2 by turns; every message is followed from its publisher to its receiver.
//
//     swarm ADDRESS PORT NAME       client ids are NAME-0, NAME-1, ...; topics NAME/0, NAME/1, ...
//
// Driven by lines on standard input, each answered by one line:
//     grow COUNT        members in all, each subscribed                                   -> grown COUNT
//     victims COUNT     the first ones make a ring of their own, measured apart           -> victims COUNT
//     load RATE         messages per second of all members together                       -> load RATE
//     phase NAME        figures from now on are of this phase                             -> phase NAME
//     drain SECONDS     publish no more, until nothing is under way or the time is up     -> drained UNDER_WAY
//     report            all figures as one line of JSON
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/wire/swarm_bytes.hpp"
#include "tests/wire/swarm_figures.hpp"

namespace {

using steady = std::chrono::steady_clock;
using namespace swarm_bytes;
using namespace swarm_figures;

std::uint64_t now_us() {
  return static_cast<std::uint64_t>(
    std::chrono::duration_cast<std::chrono::microseconds>(steady::now().time_since_epoch()).count());
}

[[noreturn]] void fail(const std::string& why) {
  std::printf("failed %s\n", why.c_str());
  std::exit(1);
}

struct member {
  enum class stage { connecting, upgrading, entering, subscribing, ready, closed };
  int fd = -1;
  stage at = stage::closed;
  std::uint32_t index = 0;
  bytes frames, packets, unsent;  // as received; out of frames; not yet taken by the socket
  std::uint16_t last_id = 0;
  std::uint32_t numbers = 0;                       // messages published
  std::map<std::uint16_t, std::uint32_t> waiting;  // packet id of what is not acknowledged -> number
  std::set<std::uint32_t> unacknowledged;
  std::uint32_t expected = 0;       // number of the next message to come
  std::set<std::uint32_t> missing;  // numbers that were overtaken
  std::set<std::uint16_t> held;     // packet ids of QoS 2 between PUBLISH and PUBREL
};

class swarm {
public:
  swarm(const char* address, const char* port, const char* name);
  int run();

private:
  void command(const std::string& line);
  void answer(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
  }
  void read_commands();
  void open_more();
  void open(member& who);
  void on_event(member& who, std::uint32_t events);
  void receive(member& who);
  void upgraded(member& who);
  void split_frames(member& who);
  void split_packets(member& who);
  void packet(member& who, unsigned first, std::string_view body);
  void publish_received(member& who, unsigned first, std::string_view body);
  void message(member& who, const stamp& what);
  void acknowledged(member& who, std::uint16_t id);
  void publish(member& who);
  void publish_what_is_due();
  void send(member& who, std::string_view packet);
  void send_raw(member& who, std::string_view wire);
  void flush(member& who);
  void close(member& who, const std::string& why);
  void advance(member& who);
  std::size_t under_way() const;
  std::string report() const;
  std::uint32_t receiver_of(std::uint32_t sender) const;
  figures& figures_of(std::uint32_t phase, std::uint32_t sender) { return figures_[phase][sender < victims_]; }

  sockaddr_in to_{};
  std::string name_;
  int epoll_;
  std::vector<member> members_;
  std::size_t wanted_ = 0, ready_ = 0, opening_ = 0, next_sender_ = 0;
  std::uint32_t victims_ = 0;
  double rate_ = 0, due_ = 0;
  std::uint64_t last_tick_ = now_us(), drain_until_ = 0;
  std::vector<std::string> phases_{"start"};
  std::vector<std::array<figures, 2>> figures_{1};  // by phase, then of the others and of the victims
  totals totals_;
  std::string commands_;
  bool growing_ = false, draining_ = false, over_ = false;
};

swarm::swarm(const char* address, const char* port, const char* name)
  : name_{name},
    epoll_{epoll_create1(EPOLL_CLOEXEC)} {
  to_.sin_family = AF_INET;
  to_.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  if (inet_pton(AF_INET, address, &to_.sin_addr) != 1) fail("no address");
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  epoll_event event{.events = EPOLLIN, .data = {.u64 = UINT64_MAX}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, STDIN_FILENO, &event);
  fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
  members_.reserve(20'000);
}

int swarm::run() {
  std::array<epoll_event, 256> events;
  while (!over_) {
    auto count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), rate_ > 0 || draining_ ? 1 : 100);
    for (int i = 0; i < count; ++i) {
      if (events[static_cast<std::size_t>(i)].data.u64 == UINT64_MAX)
        read_commands();
      else
        on_event(members_[events[static_cast<std::size_t>(i)].data.u64], events[static_cast<std::size_t>(i)].events);
    }
    publish_what_is_due();
    if (growing_) open_more();
    if (draining_ && (under_way() == 0 || now_us() > drain_until_)) {
      draining_ = false;
      answer("drained " + std::to_string(under_way()));
    }
  }
  return 0;
}

// -- commands ---------------------------------------------------------------------------------------------------------

void swarm::read_commands() {
  std::array<char, 4096> buffer;
  auto got = read(STDIN_FILENO, buffer.data(), buffer.size());
  if (got == 0) over_ = true;
  if (got <= 0) return;
  commands_.append(buffer.data(), static_cast<std::size_t>(got));
  for (auto end = commands_.find('\n'); end != std::string::npos; end = commands_.find('\n')) {
    auto line = commands_.substr(0, end);
    commands_.erase(0, end + 1);
    command(line);
  }
}

void swarm::command(const std::string& line) {
  std::istringstream words{line};
  std::string verb, argument;
  words >> verb >> argument;
  if (verb == "grow") {
    wanted_ = std::stoul(argument);
    growing_ = true;
    return open_more();
  }
  if (verb == "drain") {
    rate_ = 0;
    draining_ = true;
    drain_until_ = now_us() + std::stoul(argument) * 1'000'000;
    return;
  }
  if (verb == "report") return answer(report());
  if (verb == "victims") victims_ = static_cast<std::uint32_t>(std::stoul(argument));
  if (verb == "load") {
    rate_ = std::stod(argument);
    due_ = 0;
  }
  if (verb == "phase") {
    phases_.push_back(argument);
    figures_.emplace_back();
  }
  answer(line);
}

std::string swarm::report() const {
  std::ostringstream out;
  std::uint64_t lost = 0, unanswered = 0;
  for (const auto& who : members_) {
    unanswered += who.unacknowledged.size();
    const auto& receiver = members_[receiver_of(who.index)];
    auto arrived = [&](std::uint32_t n) { return n < receiver.expected && !receiver.missing.contains(n); };
    for (std::uint32_t n = 0; n < who.numbers; ++n) lost += !arrived(n) && !who.unacknowledged.contains(n);
  }
  out << "{\"members\":" << members_.size() << ",\"lost\":" << lost << ",\"unacknowledged\":" << unanswered << ",";
  write(out, totals_);
  out << ",\"phases\":{";
  for (std::size_t i = 0; i < phases_.size(); ++i) {
    out << (i ? "," : "") << '"' << phases_[i] << "\":{\"others\":";
    write(out, figures_[i][0]);
    out << ",\"victims\":";
    write(out, figures_[i][1]);
    out << "}";
  }
  return out.str() + "}}";
}

// -- connecting -------------------------------------------------------------------------------------------------------

void swarm::open_more() {
  constexpr std::size_t at_once = 100;
  while (opening_ < at_once && members_.size() < wanted_) {
    auto& who = members_.emplace_back();
    who.index = static_cast<std::uint32_t>(members_.size() - 1);
    open(who);
  }
  if (ready_ < wanted_) return;
  growing_ = false;
  answer("grown " + std::to_string(ready_));
}

void swarm::open(member& who) {
  who.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (who.fd < 0) fail(std::string{"socket: "} + std::strerror(errno));
  int on = 1;
  setsockopt(who.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  who.at = member::stage::connecting;
  ++opening_;
  if (connect(who.fd, reinterpret_cast<const sockaddr*>(&to_), sizeof to_) != 0 && errno != EINPROGRESS)
    fail(std::string{"connect: "} + std::strerror(errno));
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.u64 = who.index}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, who.fd, &event);
}

void swarm::on_event(member& who, std::uint32_t events) {
  if (who.at == member::stage::closed) return;
  if (who.at == member::stage::connecting && events & (EPOLLOUT | EPOLLERR)) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(who.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) fail(std::string{"connect: "} + std::strerror(error));
    who.at = member::stage::upgrading;
    send_raw(who, "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Protocol: mqtt\r\n\r\n");
  }
  if (events & EPOLLOUT) flush(who);
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(who);
}

void swarm::receive(member& who) {
  std::array<char, 65536> buffer;
  while (who.at != member::stage::closed) {
    auto got = recv(who.fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return close(who, got == 0 ? "end of stream" : std::strerror(errno));
    who.frames.append(buffer.data(), static_cast<std::size_t>(got));
    if (who.at == member::stage::upgrading) upgraded(who);
    split_frames(who);
    split_packets(who);
  }
}

void swarm::upgraded(member& who) {
  auto end = who.frames.find("\r\n\r\n");
  if (end == bytes::npos) return;
  if (!who.frames.starts_with("HTTP/1.1 101 ")) fail("upgrade: " + who.frames.substr(0, who.frames.find('\r')));
  who.frames.erase(0, end + 4);
  bytes connect;
  put_text(connect, "MQTT");
  connect.append({4, 2, 0, 0});  // version 3.1.1, clean session, no keep alive
  put_text(connect, name_ + "-" + std::to_string(who.index));
  who.at = member::stage::entering;
  send(who, mqtt_packet(0x10, connect));
}

// The next step of a member that is not ready yet.
void swarm::advance(member& who) {
  if (who.at == member::stage::entering) {
    bytes body;
    put16(body, 1);
    put_text(body, name_ + "/" + std::to_string(who.index));
    body += '\2';
    who.at = member::stage::subscribing;
    return send(who, mqtt_packet(0x82, body));
  }
  who.at = member::stage::ready;
  --opening_;
  ++ready_;
}

void swarm::close(member& who, const std::string& why) {
  if (who.at != member::stage::ready) fail("a member was closed before it was ready: " + why);
  std::fprintf(stderr, "swarm: %s-%u closed: %s\n", name_.c_str(), who.index, why.c_str());
  ::close(who.fd);
  who.at = member::stage::closed;
  ++totals_.closed;
}

// -- receiving --------------------------------------------------------------------------------------------------------

void swarm::split_frames(member& who) {
  if (who.at == member::stage::upgrading) return;
  std::size_t at = 0;
  std::string_view all{who.frames};
  while (all.size() - at >= 2) {
    auto opcode = static_cast<unsigned>(all[at]) & 15;
    std::size_t length = static_cast<unsigned char>(all[at + 1]) & 127u, head = 2;
    if (length >= 126) {
      auto digits = length == 126 ? 2u : 8u;
      if (all.size() - at < 2 + digits) break;
      length = 0;
      for (unsigned i = 0; i < digits; ++i) length = length << 8 | static_cast<unsigned char>(all[at + 2 + i]);
      head += digits;
    }
    if (all.size() - at < head + length) break;
    auto payload = all.substr(at + head, length);
    if (opcode <= 2) who.packets += payload;
    if (opcode == 9) send_raw(who, masked_frame(10, payload));
    at += head + length;
    if (opcode == 8) return close(who, "close frame " + (length > 1 ? std::to_string(read16(payload)) : bytes{}));
  }
  who.frames.erase(0, at);
  if (who.frames.empty()) who.frames.shrink_to_fit();
}

void swarm::split_packets(member& who) {
  std::size_t at = 0;
  std::string_view all{who.packets};
  while (all.size() - at >= 2 && who.at != member::stage::closed) {
    std::size_t length = 0, head = 1;
    unsigned char digit = 128;
    for (unsigned shift = 0; digit & 128 && at + head < all.size(); shift += 7) {
      digit = static_cast<unsigned char>(all[at + head++]);
      length |= static_cast<std::size_t>(digit & 127) << shift;
    }
    if (digit & 128 || all.size() - at < head + length) break;
    packet(who, static_cast<unsigned char>(all[at]), all.substr(at + head, length));
    at += head + length;
  }
  who.packets.erase(0, at);
}

void swarm::packet(member& who, unsigned first, std::string_view body) {
  switch (first >> 4) {
    case 2:  // CONNACK
      if (body.size() != 2 || body[1] != 0) fail("CONNECT was refused");
      return advance(who);
    case 9:  // SUBACK
      if (body.size() != 3 || body[2] != 2) fail("SUBSCRIBE was refused");
      return advance(who);
    case 3: return publish_received(who, first, body);
    case 4:  // PUBACK
    case 7:  // PUBCOMP
      return acknowledged(who, read16(body));
    case 5: return send(who, packet_with_id(0x62, read16(body)));  // PUBREC
    case 6:                                                        // PUBREL
      who.held.erase(read16(body));
      return send(who, packet_with_id(0x70, read16(body)));
    default: return close(who, "packet type " + std::to_string(first >> 4));
  }
}

void swarm::publish_received(member& who, unsigned first, std::string_view body) {
  auto qos = first >> 1 & 3;
  auto payload = body.substr(2u + read16(body) + (qos > 0 ? 2u : 0u));
  auto id = qos > 0 ? read16(body.substr(2u + read16(body))) : std::uint16_t{0};
  stamp what{};
  std::memcpy(&what, payload.data(), std::min(sizeof what, payload.size()));
  if (qos == 1) {
    send(who, packet_with_id(0x40, id));
    return message(who, what);
  }
  send(who, packet_with_id(0x50, id));
  if (who.held.insert(id).second) return message(who, what);
  ++totals_.resent;  // the standard's own way to say it again: nothing new
}

// One publisher, one topic: numbers come in order. What was overtaken is missing until it comes late.
void swarm::message(member& who, const stamp& what) {
  if (what.number >= who.expected) {
    while (who.expected < what.number) who.missing.insert(who.missing.end(), who.expected++);
    ++who.expected;
  } else if (who.missing.erase(what.number) > 0) {
    ++totals_.late;
  } else {
    ++(what.qos == 2 ? totals_.doubled_qos2 : totals_.doubled_qos1);
    return;
  }
  auto& of = figures_of(what.phase, what.from);
  of.trips.push_back(static_cast<std::uint32_t>(now_us() - what.sent_at));
  ++of.delivered;
}

void swarm::acknowledged(member& who, std::uint16_t id) {
  auto at = who.waiting.find(id);
  if (at == who.waiting.end()) {
    ++totals_.acknowledged_twice;
    return;
  }
  who.unacknowledged.erase(at->second);
  who.waiting.erase(at);
  ++figures_of(static_cast<std::uint32_t>(phases_.size() - 1), who.index).acknowledged;
}

// -- sending ----------------------------------------------------------------------------------------------------------

std::uint32_t swarm::receiver_of(std::uint32_t sender) const {
  auto first = sender < victims_ ? 0 : victims_;
  auto count = sender < victims_ ? victims_ : static_cast<std::uint32_t>(members_.size()) - victims_;
  return first + (sender - first + 1) % count;
}

void swarm::publish_what_is_due() {
  auto now = now_us();
  due_ += rate_ * static_cast<double>(now - last_tick_) / 1e6;
  last_tick_ = now;
  for (auto tries = members_.size(); due_ >= 1 && tries > 0; --tries) {
    auto& who = members_[next_sender_++ % members_.size()];
    if (who.at != member::stage::ready || who.waiting.size() >= 50) continue;
    publish(who);
    due_ -= 1;
  }
  due_ = std::min(due_, rate_ / 10);  // a hiccup is not made up for by a burst
}

void swarm::publish(member& who) {
  auto qos = who.numbers % 2 + 1;
  do ++who.last_id;
  while (who.last_id == 0 || who.waiting.contains(who.last_id));
  stamp what{who.index, who.numbers, static_cast<std::uint32_t>(phases_.size() - 1), qos, now_us()};
  bytes body;
  put_text(body, name_ + "/" + std::to_string(receiver_of(who.index)));
  put16(body, who.last_id);
  body.append(reinterpret_cast<const char*>(&what), sizeof what);
  who.waiting[who.last_id] = who.numbers;
  who.unacknowledged.insert(who.numbers++);
  ++figures_of(what.phase, who.index).published;
  send(who, mqtt_packet(0x30 | qos << 1, body));
}

std::size_t swarm::under_way() const {
  std::size_t count = 0;
  for (const auto& who : members_)
    count += who.waiting.size() + members_[receiver_of(who.index)].missing.size() +
             (who.numbers - std::min(who.numbers, members_[receiver_of(who.index)].expected));
  return count;
}

void swarm::send(member& who, std::string_view packet) { send_raw(who, masked_frame(2, packet)); }

void swarm::send_raw(member& who, std::string_view wire) {
  who.unsent += wire;
  flush(who);
}

void swarm::flush(member& who) {
  while (!who.unsent.empty()) {
    auto sent = ::send(who.fd, who.unsent.data(), who.unsent.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the next event tells: writable, or closed
    who.unsent.erase(0, static_cast<std::size_t>(sent));
  }
  who.unsent.shrink_to_fit();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) fail("usage: swarm ADDRESS PORT NAME");
  return swarm{argv[1], argv[2], argv[3]}.run();
}
