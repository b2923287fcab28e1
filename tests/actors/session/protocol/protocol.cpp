#define CAF_SUITE session_protocol

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <caf/test/unit_test.hpp>

#include "tests/actors/session/protocol/bench.hpp"

using namespace troupe;
using namespace troupe::session;
using namespace troupe::session::test;
using mqtt::packet_type;
using mqtt::version;

namespace {

/// A client that obeys the standard, a wire that may break between any two packets, and shards that answer in any
/// order.
class simulation {
public:
  simulation(std::uint32_t seed, version speaks) : random_{seed}, speaks_{speaks}, bench_{speaks} {
    bench_.limits.receive_maximum = 5;
    bench_.limits.inflight_max = 6;
    bench_.limits.unrouted_messages_max = 20;
    bench_.request.receive_maximum = receive_maximum;
    bench_.request.topic_alias_maximum = 2;
    bench_.connect();
    take_wire();
  }

  void step() {
    switch (below(12)) {
      case 0: return break_link();
      case 1:
      case 2: return client_publishes();
      case 3:
      case 4:
      case 5: return node_delivers();
      case 6:
      case 7: return shard_answers();
      case 8: return link_becomes_writable();
      case 9: return server_reads();
      default: return client_reads();
    }
  }

  /// Everything comes to rest, after one more link.
  void settle() {
    bench_.outbox_room = 1 << 20;
    break_link();
    for (int i = 0; i < 5000 && !at_rest(); ++i) {
      shard_answers();
      server_reads();
      client_reads();
      link_becomes_writable();
    }
    CAF_CHECK(at_rest());
    for (const auto& [number, sent] : delivered_) check_count(number, sent, received_[number]);
    for (const auto& [number, sent] : published_) check_count(number, sent, routed_[number]);
    CAF_CHECK(bench_.rec.inflight.empty());
    CAF_CHECK_EQUAL(bench_.rec.queued_messages(), 0u);
    CAF_CHECK_EQUAL(bench_.rec.unrouted_messages, 0u);
    CAF_CHECK_EQUAL(bench_.rec.unrouted_bytes, 0u);
    CAF_CHECK(bench_.decisions_were_pure());
  }

private:
  static constexpr std::uint16_t receive_maximum = 4;

  /// A publication of the client that is not acknowledged in full.
  struct outgoing {
    int number;
    troupe::qos qos;
    bool released = false;
  };

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  troupe::qos any_qos() { return static_cast<troupe::qos>(below(3)); }

  bool at_rest() const {
    return down_.empty() && up_.empty() && routes_.empty() && unacknowledged_.empty() && open_.empty() &&
           bench_.rec.inflight.empty() && bench_.rec.queued_messages() == 0;
  }

  // What the session did since it was asked last.
  void take_wire() {
    CAF_CHECK(!bench_.fx.close);
    for (auto& packet : bench_.raw) down_.push_back(packet);
    for (auto& each : bench_.fx.routes) {
      ++routed_[std::stoi(text(each.body->payload()))];
      routes_.push_back(each);
    }
  }

  void break_link() {
    down_.clear();
    up_.clear();
    open_.clear();
    known_aliases_.clear();
    publish_order_.clear();
    bench_.lose_link();
    bench_.connect(true);
    take_wire();
    for (auto& [id, each] : unacknowledged_) resend(id, each);
  }

  void resend(std::uint16_t id, const outgoing& each) {
    if (each.released) return send_acknowledgement(packet_type::pubrel, id);
    send_publish(id, each, true);
  }

  void client_publishes() {
    auto at = any_qos();
    if (at != qos::at_most_once && unacknowledged_.size() >= 5) return;
    auto number = next_number_++;
    if (at == qos::at_most_once) return send_publish(0, {number, at}, false);
    published_[number] = at;
    do ++last_id_;
    while (last_id_ == 0 || unacknowledged_.contains(last_id_));
    auto& each = unacknowledged_[last_id_] = {number, at};
    send_publish(last_id_, each, false);
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
    if (id != 0) publish_order_.push_back(id);
  }

  void send_acknowledgement(packet_type type, std::uint16_t id) {
    mqtt::acknowledgement packet;
    packet.type = type;
    packet.packet_id = id;
    up_.push_back(encoded(packet, speaks_));
  }

  void node_delivers() {
    auto number = next_number_++;
    auto at = any_qos();
    if (at != qos::at_most_once) delivered_[number] = at;
    auto topic = below(2) == 0 ? "down/one" : "down/two/three";
    bench_.deliver(topic, std::to_string(number), at);
    take_wire();
  }

  void shard_answers() {
    if (routes_.empty()) return;
    auto chosen = routes_.begin() + below(static_cast<std::uint32_t>(routes_.size()));
    auto answered = *chosen;
    routes_.erase(chosen);
    answered_.insert(std::stoi(text(answered.body->payload())));
    bench_.answer(answered, below(2) == 0);
    take_wire();
  }

  void link_becomes_writable() {
    bench_.outbox_room = below(3) == 0 ? 0 : 1 << 20;
    bench_.drain();
    take_wire();
  }

  void server_reads() {
    if (up_.empty() || wants_pause(bench_.rec, bench_.limits)) return;
    auto bytes_up = std::move(up_.front());
    up_.pop_front();
    bench_.run([&](effects& to) { packet(bench_.rec, bench_.env(), bytes_up, to); });
    take_wire();
  }

  void client_reads() {
    if (down_.empty()) return;
    auto bytes_down = std::move(down_.front());
    down_.pop_front();
    std::vector<std::byte> scratch;
    auto decoded = std::get<mqtt::packet>(mqtt::decode(bytes_down, speaks_, scratch));
    if (const auto* publish = std::get_if<mqtt::publish>(&decoded)) return client_receives(*publish);
    if (const auto* answer = std::get_if<mqtt::acknowledgement>(&decoded)) client_is_answered(*answer);
  }

  // MQTT-4.3.2-4, MQTT-4.3.3-10, MQTT-2.2.1-4, MQTT-3.3.4-9
  void client_receives(const mqtt::publish& got) {
    resolve_alias(got);
    auto number = std::stoi(text(got.payload));
    CAF_CHECK(!open_.contains(got.packet_id));
    if (!got.duplicate) {
      CAF_CHECK_LESS(last_received_, number);
      last_received_ = number;
    }
    if (got.qos == qos::at_most_once) return;
    open_.insert(got.packet_id);
    CAF_CHECK_LESS_OR_EQUAL(open_.size(), receive_maximum);
    if (got.qos == qos::at_least_once) {
      ++received_[number];
      open_.erase(got.packet_id);
      return send_acknowledgement(packet_type::puback, got.packet_id);
    }
    if (received_ids_.insert(got.packet_id).second) ++received_[number];
    send_acknowledgement(packet_type::pubrec, got.packet_id);
  }

  void resolve_alias(const mqtt::publish& got) {
    auto alias = got.properties.topic_alias;
    if (got.topic.empty())
      CAF_CHECK(known_aliases_.contains(alias));
    else if (alias != 0)
      known_aliases_[alias] = got.topic;
  }

  void client_is_answered(const mqtt::acknowledgement& got) {
    switch (got.type) {
      case packet_type::puback:
        check_order(got.packet_id);
        unacknowledged_.erase(got.packet_id);
        break;
      case packet_type::pubrec:
        check_order(got.packet_id);
        unacknowledged_.at(got.packet_id).released = true;
        send_acknowledgement(packet_type::pubrel, got.packet_id);
        break;
      case packet_type::pubrel:
        received_ids_.erase(got.packet_id);
        open_.erase(got.packet_id);
        send_acknowledgement(packet_type::pubcomp, got.packet_id);
        break;
      default: unacknowledged_.erase(got.packet_id);
    }
  }

  // MQTT-4.6.0-2, MQTT-4.6.0-3, MQTT-4.3.2-4, MQTT-4.3.3-8
  void check_order(std::uint16_t packet_id) {
    CAF_REQUIRE(!publish_order_.empty());
    CAF_CHECK_EQUAL(publish_order_.front(), packet_id);
    publish_order_.pop_front();
    CAF_CHECK(answered_.contains(unacknowledged_.at(packet_id).number));
  }

  static void check_count(int number, troupe::qos at, int count) {
    if (at == qos::at_least_once && count < 1) CAF_ERROR("QoS 1 message " << number << " was lost");
    if (at == qos::exactly_once && count != 1) CAF_ERROR("QoS 2 message " << number << " came " << count << " times");
  }

  std::mt19937 random_;
  version speaks_;
  bench bench_;
  std::deque<std::vector<std::byte>> down_, up_;
  std::vector<route> routes_;
  int next_number_ = 1;

  // The client as publisher
  std::uint16_t last_id_ = 65'500;
  std::map<std::uint16_t, outgoing> unacknowledged_;
  std::deque<std::uint16_t> publish_order_;
  std::map<int, troupe::qos> published_;
  std::map<int, int> routed_;
  std::set<int> answered_;  ///< by the shards: nothing is acknowledged before

  // The client as subscriber
  std::set<std::uint16_t> received_ids_, open_;
  std::map<std::uint16_t, std::string> known_aliases_;
  std::map<int, troupe::qos> delivered_;
  std::map<int, int> received_;
  int last_received_ = 0;
};

void simulate(version speaks) {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    CAF_MESSAGE("seed " << seed);
    simulation run{seed, speaks};
    for (int i = 0; i < 600; ++i) run.step();
    run.settle();
  }
}

}  // namespace

CAF_TEST(nothing_is_lost_doubled_or_reordered_in_mqtt_5) { simulate(version::v5); }

CAF_TEST(nothing_is_lost_doubled_or_reordered_in_mqtt_3_1_1) { simulate(version::v3_1_1); }
