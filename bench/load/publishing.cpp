// What a client publishes, and what becomes of it.
#include <algorithm>

#include "bench/load/client.hpp"
#include "bench/load/workbench.hpp"
#include "bench/measure/stamp.hpp"

namespace troupe::bench {

void client::pump(workbench& at, std::uint32_t self) {
  publish_due(at, self);
  flush(at, self);
}

void client::publish_due(workbench& at, std::uint32_t self) {
  if (stage_ != stage::ready || rest_out_) return;
  const auto who = at.place_of(self);
  if (who.role != role::publisher) return;
  while (window_ == 0 || in_flight_ < window_) {
    const auto turn = at.pace.ask(who.ordinal, sent_, at.now);
    if (!turn.now) return;
    // An identifier that has waited for its acknowledgement all the way round [MQTT-2.2.1-3].
    if (flights_ && flights_->contains(packet_id_of(sent_))) break;
    if (at.output.size() >= workbench::output_bytes) return at.to_pump.push_back(self);
    publish(at, self, who.ordinal, turn.due);
  }
  if (at.pace.open_loop() && at.pace.ask(who.ordinal, sent_, at.now).now) at.window_was_full = true;
}

/// By its name, or the alias that the first message of the connection has given it.
void client::name_topic(workbench& at, std::uint32_t self, mqtt::publish& message) {
  if (aliasing_) message.properties.topic_alias = 1;
  if (topic_known_) {
    ++at.count.aliased;
    return;
  }
  topic_known_ = aliasing_;
  write_topic(at.what, at.number(self), at.text);
  message.topic = at.text;
}

void client::publish(workbench& at, std::uint32_t self, std::uint32_t publisher, nanoseconds due) {
  if (at.what.qos != troupe::qos::at_most_once) {
    if (!flights_) flights_ = std::make_unique<bench::in_flight>();
    flights_->add(packet_id_of(sent_), at.now);
  }
  if (at.what.qos != troupe::qos::at_most_once || at.end_to_end_window()) ++in_flight_;
  put_message(at, self, {.run = at.what.run, .publisher = publisher, .sequence = sent_, .due = due}, false);
  if (at.what.stamped() && at.what.closed_circle())
    at.count.owed += at.what.copies_of(publisher / at.what.shape.publishers);
  ++sent_;
  ++at.count.published;
}

void client::put_message(workbench& at, std::uint32_t self, const stamp& mark, bool again) {
  mqtt::publish message{.duplicate = again, .qos = at.what.qos, .retain = at.what.retain};
  if (message.qos != troupe::qos::at_most_once) message.packet_id = packet_id_of(mark.sequence);
  name_topic(at, self, message);
  if (at.what.stamped()) mark.write(at.payload, at.what.properties.payload_is_text);
  message.payload = at.payload;
  message.properties.forwarded = at.what.properties.forwarded;
  message.properties.message_expiry = at.what.properties.message_expiry;
  at.output.put(framing(at), mqtt::packet{std::move(message)});
}

/// What the session has in flight, in the order in which it was sent [MQTT-4.4.0-1] [MQTT-4.6.0-1].
void client::send_again(workbench& at, std::uint32_t self) {
  if (!flights_ || in_flight_ == 0) return;
  const auto publisher = at.place_of(self).ordinal;
  for (auto behind = std::min<std::uint32_t>(sent_, 65'535); behind > 0; --behind) {
    const auto sequence = sent_ - behind;
    const auto id = packet_id_of(sequence);
    const auto age = flights_->age(id, at.now);
    if (!age) continue;
    ++at.count.sent_again;
    if (flights_->is_received(id)) {
      at.output.put_acknowledgement(framing(at), mqtt::packet_type::pubrel, id);
      continue;
    }
    const auto due = at.pace.open_loop() ? at.pace.due(publisher, sequence) : at.now - *age;
    put_message(at, self, {.run = at.what.run, .publisher = publisher, .sequence = sequence, .due = due}, true);
  }
}

/// The broker has forgotten what was in flight, and so has to do the client [MQTT-3.2.2-5].
void client::forget_session(workbench& at, std::uint32_t self) {
  if (flights_) at.count.abandoned += in_flight_;
  flights_.reset();
  at.unreleased.forget(self);
  forget_in_flight();
}

void client::handle(workbench& at, std::uint32_t self, const mqtt::acknowledgement& packet) {
  using enum mqtt::packet_type;
  if (packet.type == pubrel) {
    at.unreleased.remove(self, packet.packet_id);
    return at.output.put_acknowledgement(framing(at), pubcomp, packet.packet_id);
  }
  if (packet.type == pubrec && packet.reason < mqtt::reason::unspecified_error) {
    if (flights_) flights_->received(packet.packet_id);
    return at.output.put_acknowledgement(framing(at), pubrel, packet.packet_id);
  }
  finished_one(at, self, packet);
}

void client::finished_one(workbench& at, std::uint32_t self, const mqtt::acknowledgement& packet) {
  const auto age = flights_ ? flights_->age(packet.packet_id, at.now) : std::nullopt;
  if (!age) {
    ++at.count.stray;
    return;
  }
  flights_->remove(packet.packet_id);
  --in_flight_;
  ++at.count.acknowledged;
  if (packet.reason >= mqtt::reason::unspecified_error) ++at.count.rejected;
  if (at.now - *age >= at.measured_from && at.timed(self)) at.acknowledging.add(*age);
}

void client::credit(std::uint16_t copies) noexcept {
  if (in_flight_ == 0 || ++delivered_ < copies) return;
  delivered_ = 0;
  --in_flight_;
}

}  // namespace troupe::bench
