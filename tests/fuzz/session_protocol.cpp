#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "actors/session/protocol/protocol.hpp"

// Input: one byte that chooses the version (modulo 3: 3.1, 3.1.1, 5), then records of one byte of action and, where it
// says so, more: what happens to a session one after the other. Packets come with two bytes of length.

namespace {

using namespace troupe;
using namespace troupe::session;

constexpr mqtt::version versions[] = {mqtt::version::v3_1, mqtt::version::v3_1_1, mqtt::version::v5};

void require(bool holds) {
  if (!holds) std::abort();
}

class reader {
public:
  explicit reader(std::span<const std::uint8_t> input) noexcept : rest_{input} {}
  bool done() const noexcept { return rest_.empty(); }
  std::uint8_t byte() noexcept {
    if (done()) return 0;
    auto result = rest_.front();
    rest_ = rest_.subspan(1);
    return result;
  }
  /// In memory of its own, so that a read past the packet is seen.
  std::vector<std::byte> packet() {
    std::size_t size = byte();
    size = size << 8 | byte();
    size = std::min(size, rest_.size());
    auto taken = std::as_bytes(rest_.first(size));
    rest_ = rest_.subspan(size);
    return {taken.begin(), taken.end()};
  }

private:
  std::span<const std::uint8_t> rest_;
};

class fuzzed_session {
public:
  explicit fuzzed_session(mqtt::version speaks) {
    limits_.receive_maximum = 4;
    limits_.inflight_max = 5;
    limits_.topic_alias_max = 3;
    limits_.subscriptions_max = 6;
    limits_.queue_messages_max = 8;
    limits_.packet_bytes_max = 70'000;
    request_.version = speaks;
    request_.client_id = "fuzz";
    request_.session_expiry = 100;
    request_.keep_alive = 10;
    request_.receive_maximum = 3;
    request_.topic_alias_maximum = 2;
    request_.will = stored_will{make("will", qos::at_least_once), 5, std::nullopt};
    connect();
  }

  void step(reader& input) {
    auto action = input.byte();
    switch (action % 12) {
      case 0:
      case 1: return take(input.packet());
      case 2: return take_handshake(input.packet());
      case 3: return deliver_one(input.byte());
      case 4: return answer_route(input.byte());
      case 5: return answer_request(input.byte());
      case 6: return lose();
      case 7: return connect();
      case 8: return time_passes(input.byte());
      case 9: return write(input.byte());
      case 10: return change_policy(input.byte());
      default: return rare(input.byte());
    }
  }

private:
  environment env() const {
    return {.limits = limits_,
            .now = now_,
            .self = {.slot = 1, .generation = 1, .loop = 0},
            .mount_point = "m/",
            .outbox_room = room_,
            .fault_injection = true};
  }

  static publication_ptr make(std::string_view topic, troupe::qos at) {
    return publication::make({.topic = topic,
                              .properties = {},
                              .payload = std::as_bytes(std::span{topic}),
                              .qos = at,
                              .retain = false,
                              .expires = time_point::max(),
                              .publisher = {},
                              .publisher_hash = 0});
  }

  template <class Decide>
  void run(Decide&& decide) {
    decide(fx_);
    apply(record_, fx_);
    for (const auto& each : fx_.routes)
      if (each.bytes != 0) routes_.push_back(each);
    for (const auto& each : fx_.subscribe) tickets_.push_back(each.ticket);
    for (const auto& each : fx_.unsubscribe) tickets_.push_back(each.ticket);
    check();
    if (fx_.ended) start_again();
    fx_.clear();
  }

  void check() const {
    require(record_.inflight.open() <= std::min(request_.receive_maximum, limits_.inflight_max));
    require(record_.inflight.size() <= limits_.inflight_max);
    require(record_.subscriptions.size() <= limits_.subscriptions_max);
    require(record_.queued_messages() <= limits_.queue_messages_max);
    require(!fx_.close || !record_.connected);
    require(!record_.ended || fx_.ended);
    check_output();
  }

  /// What we send is well-formed, whatever came.
  void check_output() const {
    const auto& out = fx_.out.bytes();
    if (!fx_.out.shared().empty()) return;
    mqtt::bytes_view rest{out};
    std::vector<std::byte> scratch;
    while (!rest.empty()) {
      auto found = mqtt::next_frame(rest, 1 << 20);
      require(found.state == mqtt::frame::state::complete);
      require(std::holds_alternative<mqtt::packet>(mqtt::decode(rest.first(found.size), request_.version, scratch)));
      rest = rest.subspan(found.size);
    }
  }

  void start_again() {
    record_ = record{};
    routes_.clear();
    tickets_.clear();
    fx_.clear();
    run([&](effects& to) { connected(record_, env(), request_, false, to); });
  }

  void take(const std::vector<std::byte>& bytes) {
    run([&](effects& to) { packet(record_, env(), bytes, to); });
  }
  void take_handshake(const std::vector<std::byte>& bytes) {
    auto judged = accept(bytes, {.limits = limits_, .mount_point = "m/"});
    auto* accepted = std::get_if<connect_request>(&judged);
    if (!accepted || accepted->version != request_.version) return;
    // A client that takes no CONNACK would be turned away for ever.
    if (accepted->maximum_packet_size != 0 && accepted->maximum_packet_size < 60) return;
    request_ = *accepted;
    lose();
    connect();
  }
  void connect() {
    if (record_.connected) return;
    auto present = !record_.client_id.empty();
    run([&](effects& to) { connected(record_, env(), request_, present, to); });
  }
  void lose() {
    run([&](effects& to) { link_lost(record_, env(), to); });
  }
  void deliver_one(std::uint8_t how) {
    static constexpr std::string_view topics[] = {"m/first/topic", "m/second/topic", "m/third", "m/a"};
    const std::uint32_t ids[] = {1, 200};
    addressing to;
    to.qos = static_cast<qos>(how % 3);
    to.retained = (how & 4) != 0;
    to.identifiers = std::span{ids}.first(how >> 3 & 1 ? 2 : 0);
    if (how & 16) to.group = shared_text{"$share/g/m/#"};
    auto body = make(topics[how >> 6], qos::exactly_once);
    run([&](effects& into) { deliver(record_, env(), body, to, into); });
  }
  void answer_route(std::uint8_t how) {
    if (routes_.empty()) return;
    auto chosen = routes_.begin() + how % static_cast<std::ptrdiff_t>(routes_.size());
    route_result result{chosen->ticket, chosen->bytes, chosen->qos, (how & 1) != 0,
                        how > 250 ? mqtt::reason::quota_exceeded : mqtt::reason::success};
    routes_.erase(chosen);
    run([&](effects& to) { routed(record_, env(), result, to); });
  }
  void answer_request(std::uint8_t how) {
    if (tickets_.empty()) return;
    auto ticket = tickets_.front();
    tickets_.pop_front();
    const mqtt::reason reasons[] = {how > 200 ? mqtt::reason::unspecified_error : mqtt::reason::success};
    run([&](effects& to) { subscribed(record_, env(), ticket, std::span{reasons}.first(how & 1), to); });
  }
  void time_passes(std::uint8_t seconds) {
    now_ += std::chrono::seconds{seconds};
    run([&](effects& to) { timeout(record_, env(), to); });
  }
  void write(std::uint8_t room) {
    room_ = static_cast<std::size_t>(room) * room;
    run([&](effects& to) { writable(record_, env(), to); });
  }
  void change_policy(std::uint8_t how) {
    limits_.queue_overflow = static_cast<config::overflow>(how % 4);
    limits_.queue_qos0_while_away = (how & 4) != 0;
  }
  void rare(std::uint8_t how) {
    switch (how % 5) {
      case 0: return run([&](effects& to) { kicked(record_, env(), mqtt::reason::session_taken_over, to); });
      case 1: return run([&](effects& to) { end(record_, env(), to); });
      case 2: return run([&](effects& to) { resubscribe(record_, to); });
      case 3: return run([&](effects& to) { access_changed(record_, env(), to); });
      default:
        return run(
          [&](effects& to) { violation(record_, env(), mqtt::reason::packet_too_large, "packet too large", to); });
    }
  }

  config::limits limits_;
  connect_request request_;
  record record_;
  effects fx_;
  std::vector<route> routes_;
  std::deque<std::uint32_t> tickets_;
  time_point now_{std::chrono::hours{1}};
  std::size_t room_ = 10'000;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  if (size == 0) return 0;
  reader from{{input + 1, size - 1}};
  fuzzed_session under_test{versions[input[0] % 3]};
  for (int steps = 0; !from.done() && steps < 2000; ++steps) under_test.step(from);
  return 0;
}
