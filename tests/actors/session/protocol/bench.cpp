#include "tests/actors/session/protocol/bench.hpp"

namespace troupe::session::test {

namespace {

void write(std::ostream& to, const delivery& what) {
  if (!what.body) {
    to << "gap;";
    return;
  }
  to << what.body.get() << ' ' << static_cast<int>(what.qos) << what.retain << ' ' << what.group().view();
  for (auto id : what.identifiers()) to << ' ' << id;
  if (what.durable()) to << " stored " << what.more->message << '-' << what.more->sequence;
  to << ';';
}

void write(std::ostream& to, const subscription& what) {
  to << what.filter.view() << ' ' << static_cast<int>(what.options.maximum_qos) << what.options.no_local
     << what.options.retain_as_published << static_cast<int>(what.options.retain_handling) << ' ' << what.identifier
     << ';';
}

void write(std::ostream& to, const inflight_window& window) {
  to << "\nwindow " << window.size() << '/' << window.capacity() << " open " << window.open() << " resend "
     << window.resend() << ": ";
  for (auto id = window.first(); id != 0; id = window.after(id)) {
    const auto& slot = *window.find(id);
    to << id << (slot.state == inflight_window::state::sent ? 's' : 'r') << slot.on_link << ' ';
    write(to, slot.what);
  }
  inflight_window::ids next{window};
  to << " next " << next.next();
}

void write(std::ostream& to, const inbound& from) {
  to << "\ninbound " << from.next_ticket << " open " << from.open << ": ";
  for (std::uint32_t i = 0; i < from.acknowledgements.size(); ++i) {
    const auto& each = from.acknowledgements[i];
    to << each.source << '-' << each.packet_id << each.ready << static_cast<int>(each.reason) << ' ';
  }
  for (std::uint32_t i = 0; i < from.exactly_once.size(); ++i) {
    const auto& each = from.exactly_once[i];
    to << '[' << each.ticket << '-' << each.packet_id << each.routed << each.on_link << ']';
  }
}

void write(std::ostream& to, const subscribe_request& request) {
  to << "subscribe " << request.ticket << request.again << ' ';
  for (const auto& entry : request.entries) {
    to << entry.is_new << ' ';
    write(to, entry.what);
  }
}

void write(std::ostream& to, const unsubscribe_request& request) {
  to << "unsubscribe " << request.ticket << ' ';
  for (const auto& filter : request.filters) to << filter.view() << ';';
}

}  // namespace

std::string digest(const record& of) {
  std::ostringstream to;
  to << of.client_id.view() << '|' << of.user_name.view() << ' ' << of.since.time_since_epoch().count() << ' '
     << of.session_expiry << ' ' << of.maximum_packet_size << ' ' << of.unrouted_messages << ' ' << of.unrouted_bytes
     << ' ' << of.last_request << ' ' << of.keep_alive << ' ' << of.receive_maximum << ' ' << of.topic_alias_maximum
     << ' ' << of.durable << ' ' << static_cast<int>(of.version) << of.connected << of.guarded << of.ended << '\n';
  of.subscriptions.for_each([&](const subscription& each) { write(to, each); });
  write(to, of.inflight);
  if (of.queue) {
    to << "\nqueue " << of.queue->size() << ' ' << of.queue->qos0() << ' ' << of.queue->bytes() << ": ";
    for (std::uint32_t i = 0; i < of.queue->end(); ++i) write(to, of.queue->at(i));
  }
  if (of.inbound) write(to, *of.inbound);
  if (of.aliases) {
    for (const auto& topic : of.aliases->from_client) to << "\nfrom " << topic.view();
    for (const auto& topic : of.aliases->to_client) to << "\nto " << topic.view();
  }
  for (std::uint32_t i = 0; i < of.requests.size(); ++i) {
    to << "\nrequest " << of.requests[i].ticket << ' ' << of.requests[i].packet_id << ' ';
    write(to, of.requests[i].subscribe);
    write(to, of.requests[i].unsubscribe);
  }
  to << "\nwill " << (of.will ? of.will->body.get() : nullptr) << ' ' << of.reauthentication.get();
  return to.str();
}

std::string digest(const effects& of) {
  std::ostringstream to;
  to << text(flat(of.out)) << '\n';
  for (const auto& each : of.routes)
    to << "route " << each.body->topic() << ' ' << text(each.body->payload()) << ' ' << each.ticket << ' '
       << each.packet_id << static_cast<int>(each.qos) << each.bytes << '\n';
  for (const auto& each : of.subscribe) write(to, each);
  for (const auto& each : of.unsubscribe) write(to, each);
  for (const auto& each : of.redispatches) to << each.body.get() << each.group.view() << static_cast<int>(each.qos);
  for (const auto& each : of.debug_publishes) to << each;
  if (of.close) to << "\nclose " << static_cast<int>(of.close->reason) << of.close->text;
  to << of.ended << of.gated << ' ' << of.delivered.messages << ' ' << of.received.messages << ' ';
  for (const auto& each : of.drops) to << each.messages << ',' << each.bytes << ' ';
  for (const auto& each : of.changes) to << each.index() << ' ';
  return to.str();
}

publication_ptr message(std::string_view topic, std::string_view payload, troupe::qos at, bool retain,
                        time_point expires) {
  return publication::make({.topic = topic,
                            .properties = {},
                            .payload = bytes(payload),
                            .qos = at,
                            .retain = retain,
                            .expires = expires,
                            .publisher = {},
                            .publisher_hash = 0});
}

}  // namespace troupe::session::test
