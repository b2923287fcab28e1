#include "bench/inproc/crowd.hpp"

#include <charconv>
#include <cstring>
#include <ctime>
#include <string>

#include "transport/mqtt/codec.hpp"

namespace troupe::bench::inproc {

namespace {

constexpr auto speaks = mqtt::version::v5;
constexpr std::uint32_t connecting_max = 256;
constexpr std::uint32_t connects_per_turn = 16;
/// Publications said at once: a loop that is late answers the first of them before the last is said.
constexpr std::uint32_t publications_per_round = 64;
constexpr std::uint32_t packet_bytes_max = 0x0FFF'FFFF;

/// What the publication says of itself, at the start of its payload.
struct stamp {
  std::int64_t due;
  std::uint32_t publisher;
  std::uint32_t number;
};
static_assert(sizeof(stamp) == 16);

std::int64_t thread_nanoseconds() noexcept {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

/// What one reading of the clock costs, nearly half of which no pair of readings sees.
std::int64_t reading_nanoseconds() noexcept {
  static const auto cost = [] {
    constexpr auto readings = 10'000;
    auto start = thread_nanoseconds();
    for (auto i = 0; i < readings; ++i) thread_nanoseconds();
    return (thread_nanoseconds() - start) / readings;
  }();
  return cost;
}

/// Charges the thread's CPU time between two points to a counter.
class charge {
public:
  explicit charge(actors::counter& to) noexcept : to_{to}, start_{thread_nanoseconds()} {}
  ~charge() { to_.add(static_cast<std::uint64_t>(thread_nanoseconds() - start_ + reading_nanoseconds())); }
  charge(const charge&) = delete;
  charge& operator=(const charge&) = delete;

private:
  actors::counter& to_;
  std::int64_t start_;
};

}  // namespace

// -- the node's end of a link ---------------------------------------------------------------------------------------

void memory_link::send(mqtt::outbox& from) { crowd_->take(*this, from); }

void memory_link::resume() {
  paused_ = false;
  if (waits) crowd_->resumed();
}

void memory_link::close(transport::close_reason, std::string_view) { crowd_->closed(*this); }

const transport::listener& memory_link::listener() const noexcept { return crowd_->listener(); }

// -- orders ---------------------------------------------------------------------------------------------------------

crowd::crowd(const options& from, const inproc::plan& along, actors::station& at,
             std::shared_ptr<const transport::listener> via)
  : options_{from},
    plan_{along},
    at_{at},
    via_{std::move(via)},
    first_{along.first_of(at.loop().index())},
    clients_(along.count_of(at.loop().index()), memory_link{*this}),
    stride_{plan::publisher_stride(clients_.size())},
    payload_(std::max<std::size_t>(from.payload_bytes, sizeof(stamp))),
    timer_{at.loop().reactor()} {
  // In place of what a station does for its sockets.
  at.loop().on_gather([this] {
    auto more = at_.place().routes.flush();
    return act() || more;
  });
  at.loop().on_flush([this] {
    auto more = read();
    at_.place().sessions.collect();
    return more;
  });
}

void crowd::connect_all() { connects_ = true; }

void crowd::tick_idly(bool on) { ticks_idly_ = on; }

void crowd::publish(time_point start, time_point measured_from, time_point end) {
  start_ = start;
  measured_from_ = measured_from;
  end_ = end;
}

// -- a turn ---------------------------------------------------------------------------------------------------------

bool crowd::act() {
  if (some_resumed_) hand_over_waiting();
  if (connects_) say_connects();
  if (start_ && !all_published()) say_due_publications();
  auto any = !said_.empty();
  hand_over();
  end_closed();
  return any;
}

// At the end of a turn: what the node wrote in it is there now.
bool crowd::read() {
  if (!heard_.empty()) {
    charge own{figures_.own_nanoseconds};
    auto now = node_clock::now();
    std::swap(down_, read_);
    std::swap(heard_, reading_);
    std::size_t offset = 0;
    for (const auto& each : reading_) {
      read_packets(each.client, std::span{read_}.subspan(offset, each.size), now);
      offset += each.size;
    }
    read_.clear();
    reading_.clear();
  }
  arm();
  return !said_.empty() || !closed_.empty() || (connects_ && connecting_ < connecting_max);
}

void crowd::arm() {
  if (timer_.due() || !(ticks_idly_ || (start_ && !all_published()))) return;
  auto at = node_clock::now() + options_.tick;
  if (start_) at = std::max(at, *start_ + plan_.due(at_.loop().index(), next_));
  timer_.at(at, [this] { figures_.ticks.add(); });
}

// -- what clients say -----------------------------------------------------------------------------------------------

template <class Encode>
void crowd::say(std::uint32_t who, Encode encode) {
  auto before = up_.size();
  encode(up_);
  said_.push_back({who, static_cast<std::uint32_t>(up_.size() - before)});
}

void crowd::say_connects() {
  for (auto budget = connects_per_turn; budget-- > 0 && connecting_ < connecting_max;) {
    if (next_to_connect_ == clients_.size()) {
      connects_ = false;
      return;
    }
    auto who = next_to_connect_++;
    auto& link = client(who);
    link.handler(at_.place().handshakes.begin(link, transport::admission::welcome));
    link.state = memory_link::state::connecting;
    ++connecting_;
    auto id = "bench-" + std::to_string(first_ + who);
    mqtt::connect packet{.version = speaks, .keep_alive = options_.keep_alive, .client_id = id};
    say(who, [&](auto& out) { mqtt::encode(packet, speaks, out); });
  }
}

void crowd::say_due_publications() {
  auto now = node_clock::now();
  auto due = *start_ + plan_.due(at_.loop().index(), next_);
  if (due > now) return;
  charge own{figures_.own_nanoseconds};
  for (auto budget = publications_per_round; budget-- > 0 && due <= now;) {
    if (due >= end_) return all_published_.store(true, std::memory_order_release);
    say_publish(static_cast<std::uint32_t>(next_publisher_), due.time_since_epoch());
    next_publisher_ = (next_publisher_ + stride_) % clients_.size();
    due = *start_ + plan_.due(at_.loop().index(), ++next_);
  }
}

void crowd::say_publish(std::uint32_t who, std::chrono::nanoseconds due) {
  auto& link = client(who);
  auto number = ++link.published;
  auto session = first_ + who;
  const stamp stamped{due.count(), static_cast<std::uint32_t>(session), number};
  std::memcpy(payload_.data(), &stamped, sizeof stamped);
  char topic[24] = "t/";
  auto* end = std::to_chars(topic + 2, topic + sizeof topic, plan_.receiver_of(session)).ptr;
  // One in flight for each client as a rule: ids only need to differ from the last few.
  auto packet_id = static_cast<std::uint16_t>(number % 65'535 + 1);
  say(who, [&](auto& out) {
    mqtt::encode(mqtt::publish{.qos = qos::at_least_once,
                               .topic = {topic, static_cast<std::size_t>(end - topic)},
                               .packet_id = packet_id,
                               .payload = payload_},
                 speaks, out);
  });
  figures_.published.add();
}

// -- to the node ----------------------------------------------------------------------------------------------------

// Nothing is said meanwhile: clients read at the end of the turn.
void crowd::hand_over() {
  std::size_t offset = 0;
  for (const auto& each : said_) {
    auto& link = client(each.client);
    auto packet = std::span<const std::byte>{up_}.subspan(offset, each.size);
    offset += each.size;
    if (!link.paused() && !link.waits) {
      give(link, packet);
    } else {
      link.waits = true;
      waiting_.push_back({each.client, {packet.begin(), packet.end()}});
    }
  }
  up_.clear();
  said_.clear();
}

void crowd::hand_over_waiting() {
  some_resumed_ = false;
  for (auto& each : waiting_) client(each.client).waits = false;
  auto rest = std::exchange(waiting_, {});
  for (auto& each : rest) {
    auto& link = client(each.client);
    if (!link.paused() && !link.waits) {
      give(link, each.packet);
    } else {
      link.waits = true;
      waiting_.push_back(std::move(each));
    }
  }
}

void crowd::give(memory_link& to, std::span<const std::byte> packet) {
  if (to.state == memory_link::state::gone) return;
  auto found = mqtt::next_frame(packet, via_->options().limits.packet_bytes_max);
  to.handler().on_packet(to, packet.first(found.size));
}

void crowd::closed(memory_link& by) {
  if (by.state == memory_link::state::connecting) --connecting_;
  by.state = memory_link::state::gone;
  closed_.push_back(number_of(by));
}

void crowd::end_closed() {
  for (auto who : std::exchange(closed_, {})) {
    figures_.closed.add();
    client(who).handler().on_closed(client(who), transport::close_cause::closed_by_node);
  }
}

// -- from the node --------------------------------------------------------------------------------------------------

void crowd::take(const memory_link& to, mqtt::outbox& from) {
  auto before = down_.size();
  std::size_t done = 0;
  auto copy = [&](std::size_t end) {
    auto begin = from.bytes().begin();
    down_.insert(down_.end(), begin + static_cast<std::ptrdiff_t>(done), begin + static_cast<std::ptrdiff_t>(end));
    done = end;
  };
  for (const auto& part : from.shared()) {
    copy(part.offset);
    down_.insert(down_.end(), part.payload.begin(), part.payload.end());
  }
  copy(from.bytes().size());
  from.clear();
  heard_.push_back({number_of(to), static_cast<std::uint32_t>(down_.size() - before)});
}

void crowd::read_packets(std::uint32_t who, std::span<const std::byte> bytes, time_point now) {
  while (!bytes.empty()) {
    auto found = mqtt::next_frame(bytes, packet_bytes_max);
    if (found.state != mqtt::frame::state::complete) return figures_.refused.add();
    auto decoded = mqtt::decode(bytes.first(found.size), speaks, scratch_);
    if (auto* packet = std::get_if<mqtt::packet>(&decoded))
      got(who, *packet, now);
    else
      figures_.refused.add();
    bytes = bytes.subspan(found.size);
  }
}

void crowd::got(std::uint32_t who, const mqtt::packet& what, time_point now) {
  auto& link = client(who);
  if (const auto* message = std::get_if<mqtt::publish>(&what)) return got(who, *message, now);
  if (const auto* answer = std::get_if<mqtt::acknowledgement>(&what)) {
    figures_.acknowledged.add();
    if (answer->reason != mqtt::reason::success) figures_.refused.add();
  } else if (const auto* in = std::get_if<mqtt::connack>(&what); in && in->reason == mqtt::reason::success) {
    figures_.connected.add();
    link.state = memory_link::state::subscribing;
    auto topic = "t/" + std::to_string(first_ + who);
    mqtt::subscribe packet{.packet_id = 1, .entries = {{topic, {.maximum_qos = qos::at_least_once}}}};
    say(who, [&](auto& out) { mqtt::encode(packet, speaks, out); });
  } else if (const auto* granted = std::get_if<mqtt::subscription_acknowledgement>(&what);
             granted && granted->reasons.front() == mqtt::reason::granted_qos_1) {
    figures_.subscribed.add();
    link.state = memory_link::state::ready;
    --connecting_;
  } else {
    figures_.refused.add();
  }
}

// Each receiver has one publisher, who numbers its messages from 1.
void crowd::got(std::uint32_t who, const mqtt::publish& what, time_point now) {
  say(who, [&](auto& out) {
    mqtt::encode_acknowledgement(mqtt::packet_type::puback, what.packet_id, mqtt::reason::success, speaks, out);
  });
  stamp seen{};
  if (what.payload.size() < sizeof seen) return figures_.foreign.add();
  std::memcpy(&seen, what.payload.data(), sizeof seen);
  if (plan_.receiver_of(seen.publisher) != first_ + who) return figures_.foreign.add();
  auto& link = client(who);
  if (seen.number <= link.received)
    return seen.number == link.received ? figures_.duplicate.add() : figures_.reordered.add();
  link.received = seen.number;
  figures_.received.add();
  auto due = time_point{std::chrono::nanoseconds{seen.due}};
  if (due >= measured_from_) latency_.add(static_cast<std::uint64_t>((now - due).count()));
}

}  // namespace troupe::bench::inproc
