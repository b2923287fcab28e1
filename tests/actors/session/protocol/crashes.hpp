#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <caf/test/unit_test.hpp>

#include "tests/actors/session/protocol/book.hpp"

namespace troupe::session::test {

/// A client with a session of its own, a node that falls over at any moment and knows then what was committed, and a
/// link that gets what is gated after the commit.
class crashes {
public:
  crashes(std::uint32_t seed, mqtt::version speaks) : random_{seed}, speaks_{speaks}, bench_{speaks} {
    bench_.limits.receive_maximum = 5;
    bench_.limits.inflight_max = 6;
    bench_.request.receive_maximum = 4;
    bench_.connect();
    take_wire();
  }

  void step() {
    switch (below(14)) {
      case 0: return below(2) ? crash() : break_link();
      case 1:
      case 2: return commit();
      case 3:
      case 4: return client_publishes();
      case 5:
      case 6: return node_delivers();
      case 7: return shard_answers();
      case 8: return link_becomes_writable();
      case 9:
      case 10: return server_reads();
      default: return client_reads();
    }
  }

  void settle() {
    crash();
    bench_.outbox_room = 1 << 20;
    for (int i = 0; i < 20'000 && !at_rest(); ++i) {
      commit();
      shard_answers();
      server_reads();
      client_reads();
      bench_.drain();
      take_wire();
    }
    CAF_CHECK(at_rest());
    for (const auto& [number, at] : delivered_) check_count(number, at, received_[number]);
    for (const auto& [number, at] : published_) check_count(number, at, taken_[number]);
    CAF_CHECK(bench_.told.queue.empty());
    CAF_CHECK(bench_.told.held.empty());
    CAF_CHECK(bench_.told.received.empty());
    CAF_CHECK_EQUAL(bench_.told.wrong, 0);
  }

private:
  struct outgoing {
    int number;
    troupe::qos qos;
    bool released = false;
  };

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  troupe::qos any_qos() { return below(2) ? qos::at_least_once : qos::exactly_once; }

  bool at_rest() const {
    return down_.empty() && gated_.empty() && up_.empty() && routes_.empty() && unacknowledged_.empty() &&
           bench_.rec.inflight.empty() && bench_.rec.queued_messages() == 0;
  }

  void take_wire() {
    CAF_CHECK(!bench_.fx.close);
    const auto waits = bench_.fx.gated || !gated_.empty();
    for (auto& packet : bench_.raw) (waits ? gated_ : down_).push_back(packet);
    for (auto& each : bench_.fx.routes) routes_.push_back(each);
  }
  void commit() {
    committed_ = bench_.told;
    std::ranges::move(gated_, std::back_inserter(down_));
    gated_.clear();
  }

  void crash() {
    routes_.clear();
    bench_.told = committed_;
    bench_.restart();
    come_back();
  }
  void break_link() {
    bench_.lose_link();
    come_back();
  }
  void come_back() {
    down_.clear();
    gated_.clear();
    up_.clear();
    bench_.connect(true);
    take_wire();
    for (auto& [id, each] : unacknowledged_) resend(id, each);
  }
  void resend(std::uint16_t id, const outgoing& each) {
    if (each.released) return send_acknowledgement(mqtt::packet_type::pubrel, id);
    send_publish(id, each, true);
  }

  void node_delivers() {
    const auto number = next_number_++;
    const auto at = delivered_[number] = any_qos();
    auto [body, to] = bench_.stored(std::to_string(number), at);
    commit();  // a place in the store comes first, and with it all that was told before
    bench_.deliver(body, to);
    take_wire();
  }

  void client_publishes() {
    if (unacknowledged_.size() >= 4) return;
    const auto number = next_number_++;
    const auto at = published_[number] = any_qos();
    std::uint16_t id = 1;  // as soon as possible again
    while (unacknowledged_.contains(id)) ++id;
    send_publish(id, unacknowledged_[id] = {number, at}, false);
  }
  void send_publish(std::uint16_t id, const outgoing& each, bool duplicate) {
    auto payload = std::to_string(each.number);
    mqtt::publish packet;
    packet.topic = "up";
    packet.payload = bytes(payload);
    packet.qos = each.qos;
    packet.packet_id = id;
    packet.duplicate = duplicate;
    up_.push_back(encoded(packet, speaks_));
  }
  void send_acknowledgement(mqtt::packet_type type, std::uint16_t id) {
    mqtt::acknowledgement packet;
    packet.type = type;
    packet.packet_id = id;
    up_.push_back(encoded(packet, speaks_));
  }

  /// Answered when it is committed, with the packet id at QoS 2.
  void shard_answers() {
    if (routes_.empty()) return;
    auto answered = routes_.front();
    routes_.pop_front();
    ++taken_[std::stoi(text(answered.body->payload()))];
    if (answered.qos == qos::exactly_once) bench_.told.received.insert(answered.packet_id);
    commit();
    bench_.answer(answered);
    take_wire();
  }
  void link_becomes_writable() {
    bench_.outbox_room = below(3) == 0 ? 0 : 1 << 20;
    bench_.drain();
    take_wire();
  }
  void server_reads() {
    if (up_.empty() || wants_pause(bench_.rec, bench_.limits)) return;
    auto sent = std::move(up_.front());
    up_.pop_front();
    bench_.run([&](effects& to) { packet(bench_.rec, bench_.env(), sent, to); });
    take_wire();
  }

  void client_reads() {
    if (down_.empty()) return;
    auto sent = std::move(down_.front());
    down_.pop_front();
    std::vector<std::byte> scratch;
    auto decoded = std::get<mqtt::packet>(mqtt::decode(sent, speaks_, scratch));
    if (const auto* publish = std::get_if<mqtt::publish>(&decoded)) return client_receives(*publish);
    if (const auto* answer = std::get_if<mqtt::acknowledgement>(&decoded)) client_is_answered(*answer);
  }
  void client_receives(const mqtt::publish& got) {
    const auto number = std::stoi(text(got.payload));
    const auto twice = got.qos == qos::exactly_once;
    if (!twice || received_ids_.insert(got.packet_id).second) {
      auto& last = last_received_[static_cast<std::size_t>(got.qos)];
      if (received_[number]++ == 0) {
        CAF_CHECK_LESS(last, number);
        last = number;
      }
    }
    send_acknowledgement(twice ? mqtt::packet_type::pubrec : mqtt::packet_type::puback, got.packet_id);
  }
  void client_is_answered(const mqtt::acknowledgement& got) {
    switch (got.type) {
      case mqtt::packet_type::pubrec:
        unacknowledged_.at(got.packet_id).released = true;
        return send_acknowledgement(mqtt::packet_type::pubrel, got.packet_id);
      case mqtt::packet_type::pubrel:
        received_ids_.erase(got.packet_id);
        return send_acknowledgement(mqtt::packet_type::pubcomp, got.packet_id);
      default: unacknowledged_.erase(got.packet_id);
    }
  }

  static void check_count(int number, troupe::qos at, int count) {
    if (count < 1) CAF_ERROR("message " << number << " was lost");
    if (at == qos::exactly_once && count > 1) CAF_ERROR("QoS 2 message " << number << " came " << count << " times");
  }

  std::mt19937 random_;
  mqtt::version speaks_;
  durable_bench bench_;
  book committed_;
  std::deque<std::vector<std::byte>> down_, gated_, up_;
  std::deque<route> routes_;
  int next_number_ = 1;
  std::map<std::uint16_t, outgoing> unacknowledged_;  ///< the client's
  std::map<int, troupe::qos> published_, delivered_;
  std::map<int, int> taken_, received_;
  std::set<std::uint16_t> received_ids_;  ///< the client's
  std::array<int, 3> last_received_{};
};

}  // namespace troupe::session::test
