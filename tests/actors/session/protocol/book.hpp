#pragma once

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "actors/session/protocol/journal.hpp"
#include "actors/session/protocol/restore.hpp"
#include "tests/actors/session/protocol/bench.hpp"

namespace troupe::session::test {

/// What a store knows of one session: the deliveries that were put into it before they came to the session, and what
/// apply() told.
class book final : public journal {
public:
  struct row {
    std::uint64_t message = 0;
    std::string payload;
    std::uint16_t packet_id = 0;
    bool released = false;
    friend bool operator==(const row&, const row&) = default;
  };
  /// A delivery as it was put in.
  struct origin {
    publication_ptr body;
    troupe::qos qos;
  };

  void put(const publication_ptr& body, const addressing& to) {
    queue[to.sequence] = {to.message, text(body->payload()), 0, false};
    origins[to.sequence] = {body, to.qos};
    ++held[to.message];
  }

  void changed(const record& of) noexcept override {
    there = true;
    connected = of.connected;
    expiry = of.session_expiry;
    will = of.will ? std::optional{*of.will} : std::nullopt;
    number = of.durable;
    client_id = of.client_id;
    user_name = of.user_name;
    since = of.since;
    version = of.version;
  }
  void finished(const record& of) noexcept override {
    there = false;
    ++ends;
    finished_with = of.queued_messages() + of.inflight.size();
    queue.clear();
    held.clear();
    filters.clear();
    received.clear();
  }
  void subscribed(const subscription& what) noexcept override { filters[std::string{what.filter.view()}] = what; }
  void unsubscribed(std::string_view filter) noexcept override { filters.erase(std::string{filter}); }
  void sent(const delivery& what, std::uint16_t packet_id) noexcept override {
    auto& known = at(what.more->sequence);
    wrong += packet_id == 0 || (known.packet_id != 0 && known.packet_id != packet_id) || known.released;
    known.packet_id = packet_id;
  }
  void released(const delivery& what, std::uint16_t packet_id) noexcept override {
    auto& known = at(what.more->sequence);
    wrong += known.packet_id != packet_id || known.released;
    known.released = true;
    known.payload.clear();
    let_go(known.message);
  }
  void removed(std::uint64_t sequence, std::uint64_t message) noexcept override {
    const auto& known = at(sequence);
    wrong += message != (known.released ? 0 : known.message);
    if (message != 0) let_go(message);
    queue.erase(sequence);
  }
  void forgotten(std::uint16_t packet_id) noexcept override { received.erase(packet_id); }

  /// Everything as a node reads it when it starts again.
  kept_session session() const {
    kept_session result;
    result.client_id = client_id;
    result.user_name = user_name;
    result.number = number;
    result.version = version;
    result.session_expiry = expiry;
    result.since = since;
    if (will) result.will = std::make_unique<stored_will>(*will);
    for (const auto& [filter, each] : filters) result.subscriptions.push_back(each);
    for (const auto& [sequence, each] : queue) result.queue.push_back(entry(sequence, each));
    result.received.assign(received.begin(), received.end());
    return result;
  }

  bool there = false, connected = false;
  std::uint32_t expiry = 0, ends = 0, finished_with = 0;
  std::uint64_t number = 0;
  shared_text client_id, user_name;
  mqtt::version version = mqtt::version::v5;
  time_point since{};
  std::optional<stored_will> will;
  std::map<std::uint64_t, row> queue;
  std::map<std::uint64_t, origin> origins;
  std::map<std::uint64_t, int> held;  ///< messages that rows need, and how many
  std::map<std::string, subscription> filters;
  std::set<std::uint16_t> received;  ///< a store gets them with their publications: the test puts them in
  int wrong = 0;                     ///< what was told of no row, or does not fit it

private:
  row& at(std::uint64_t sequence) {
    wrong += !queue.contains(sequence);
    return queue[sequence];
  }
  void let_go(std::uint64_t message) {
    if (--held[message] == 0) held.erase(message);
  }
  kept_session::entry entry(std::uint64_t sequence, const row& each) const {
    const auto& from = origins.at(sequence);
    auto to = to_subscriber(from.qos);
    to.message = each.message;
    to.sequence = sequence;
    kept_session::entry result{make_delivery(from.body, to), each.packet_id, each.released};
    if (each.released) result.what.body = nullptr;
    return result;
  }
};

/// A session that a store knows.
struct durable_bench : bench {
  explicit durable_bench(mqtt::version speaks = mqtt::version::v5) : bench{speaks} {
    durable_number = 5;
    store = &told;
  }

  /// A publication with its place in the store; at QoS 0 it has none.
  std::pair<publication_ptr, addressing> stored(std::string_view payload, troupe::qos at,
                                                time_point expires = time_point::max()) {
    auto to = to_subscriber(at);
    auto body = message("t", payload, at, false, expires);
    if (at == qos::at_most_once) return {body, to};
    to.message = 1000 + ++last_sequence;
    to.sequence = last_sequence;
    told.put(body, to);
    return {body, to};
  }
  void deliver_stored(std::string_view payload, troupe::qos at, time_point expires = time_point::max()) {
    auto [body, to] = stored(payload, at, expires);
    deliver(body, to);
  }
  /// The client publishes at QoS 2, and the store takes it.
  void publish_stored(std::uint16_t packet_id) {
    publish("t", "x", qos::exactly_once, packet_id);
    told.received.insert(packet_id);
    answer(fx.routes.at(0));
  }
  /// The client answers what is in flight under that id, as its state asks for.
  void acknowledge_next(std::uint16_t packet_id, mqtt::reason pubrec = mqtt::reason::success) {
    const auto& slot = *rec.inflight.find(packet_id);
    if (slot.state == inflight_window::state::released)
      acknowledge(mqtt::packet_type::pubcomp, packet_id);
    else if (slot.what.qos == qos::at_least_once)
      acknowledge(mqtt::packet_type::puback, packet_id);
    else
      acknowledge(mqtt::packet_type::pubrec, packet_id, pubrec);
  }
  /// The node fell over and started again.
  void restart() { rec = restore(told.session()); }

  /// The rows that the store should have for what the session has. A packet id at QoS 1 is told when the link is lost.
  std::map<std::uint64_t, book::row> rows_of_record() const {
    std::map<std::uint64_t, book::row> result;
    for (auto id = rec.inflight.first(); id != 0; id = rec.inflight.after(id)) {
      const auto& slot = *rec.inflight.find(id);
      if (!slot.what.durable()) continue;
      const auto sequence = slot.what.more->sequence;
      const auto released = slot.state == inflight_window::state::released;
      const auto row = told.queue.find(sequence);
      const auto untold =
        slot.on_link && slot.what.qos == qos::at_least_once && row != told.queue.end() && row->second.packet_id == 0;
      result[sequence] = {slot.what.more->message, released ? std::string{} : text(slot.what.body->payload()),
                          untold ? std::uint16_t{0} : id, released};
    }
    for (std::uint32_t i = 0; rec.queue && i < rec.queue->end(); ++i) {
      const auto& each = rec.queue->at(i);
      if (each.body && each.durable())
        result[each.more->sequence] = {each.more->message, text(each.body->payload()), 0, false};
    }
    return result;
  }

  /// Something that may happen to a session at any time.
  void random_step(std::mt19937& random, int number) {
    const auto dice = random() % 12;
    if (dice < 5) {
      // Some have expired before they can be sent.
      deliver_stored(std::to_string(number), static_cast<troupe::qos>(random() % 3),
                     random() % 8 == 0 ? now : time_point::max());
    } else if (!rec.connected) {
      connect(true);
    } else if (dice < 8 && !rec.inflight.empty()) {
      acknowledge_next(rec.inflight.first(), random() % 4 ? mqtt::reason::success : mqtt::reason::quota_exceeded);
    } else if (dice == 8) {
      lose_link();
    } else if (dice == 9) {
      subscribe("filter/" + std::to_string(random() % 4));
    } else {
      const auto id = static_cast<std::uint16_t>(1 + random() % 3);
      if (told.received.contains(id))
        acknowledge(mqtt::packet_type::pubrel, id);
      else
        publish_stored(id);
    }
  }

  book told;
  std::uint64_t last_sequence = 0;
};

}  // namespace troupe::session::test
