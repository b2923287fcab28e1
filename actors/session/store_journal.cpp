#include "actors/session/store_journal.hpp"

#include <new>

#include "persistence/keys.hpp"
#include "persistence/records.hpp"

namespace troupe::actors {

namespace {

using persistence::table;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

std::string_view text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

persistence::will_record will_of(const session::stored_will& from) {
  return {.topic = std::string{from.body->topic()},
          .payload = std::string{text(from.body->payload())},
          .properties = std::string{text(from.body->properties())},
          .qos = static_cast<std::uint8_t>(from.body->qos()),
          .retain = from.body->retain(),
          .delay = from.delay,
          .message_expiry = from.message_expiry,
          .unknown = {}};
}

std::uint32_t bytes_of(const publication& body) noexcept {
  return static_cast<std::uint32_t>(body.topic().size() + body.payload().size() + body.properties().size());
}

}  // namespace

std::uint64_t wall_time::of(time_point when) const noexcept {
  const auto at = wall + duration_cast<std::chrono::system_clock::duration>(when - node);
  return static_cast<std::uint64_t>(duration_cast<milliseconds>(at.time_since_epoch()).count());
}

time_point wall_time::from(std::uint64_t since_1970) const noexcept {
  return node + (milliseconds{since_1970} - duration_cast<milliseconds>(wall.time_since_epoch()));
}

template <class Write>
void store_journal::write(Write&& each) noexcept {
  try {
    each();
  } catch (const std::bad_alloc&) {
    failed_ = true;
  }
}

// -- the session ----------------------------------------------------------------------------------------------------

void store_journal::changed(const session::record& of) noexcept {
  write([&] {
    persistence::session_record row{.client_id = std::string{of.client_id.view()},
                                    .number = number_,
                                    .user_name = {},
                                    .protocol_version = static_cast<std::uint8_t>(of.version),
                                    .expiry_interval = of.session_expiry,
                                    .disconnected_at = of.connected ? 0 : time_.of(of.since),
                                    .next_sequence = of.durable->next_sequence,
                                    .will = {},
                                    .unknown = {}};
    if (!of.user_name.empty()) row.user_name = of.user_name.view();
    if (of.will) row.will = will_of(*of.will);
    put(into_, row);
  });
}

void store_journal::finished(const session::record& of) noexcept {
  write([&] {
    const auto let_go = [this](const session::delivery& each) {
      if (each.durable()) into_.release(each.more->message);
    };
    for (std::uint32_t i = 0; of.queue && i < of.queue->end(); ++i)
      if (of.queue->at(i).body) let_go(of.queue->at(i));
    for (auto id = of.inflight.first(); id != 0; id = of.inflight.after(id))
      if (of.inflight.find(id)->state == session::inflight_window::state::sent) let_go(of.inflight.find(id)->what);
    into_.erase(table::sessions, of.client_id.view());
    for (const auto each : {table::subscriptions, table::queue, table::inbound})
      into_.erase_range(each, persistence::session_key{number_}, persistence::session_key{number_ + 1});
  });
}

void store_journal::subscribed(const subscription& what) noexcept {
  write([&] {
    put(into_, number_,
        persistence::subscription_record{.filter = std::string{what.filter.view()},
                                         .qos = static_cast<std::uint8_t>(what.options.maximum_qos),
                                         .no_local = what.options.no_local,
                                         .retain_as_published = what.options.retain_as_published,
                                         .retain_handling = static_cast<std::uint8_t>(what.options.retain_handling),
                                         .identifier = what.identifier,
                                         .unknown = {}});
  });
}

void store_journal::unsubscribed(std::string_view filter) noexcept {
  write([&] { into_.erase(table::subscriptions, persistence::subscription_key(number_, filter)); });
}

// -- its queue ------------------------------------------------------------------------------------------------------

void store_journal::put_entry(const session::delivery& what, std::uint16_t packet_id, bool received) {
  const auto identifiers = what.identifiers();
  put(into_, number_, what.more->sequence,
      persistence::queue_entry{.message = what.more->message,
                               .qos = static_cast<std::uint8_t>(what.qos),
                               .retain = what.retain,
                               .identifiers = {identifiers.begin(), identifiers.end()},
                               .packet_id = packet_id,
                               .state = received         ? persistence::entry_state::received
                                        : packet_id != 0 ? persistence::entry_state::sent
                                                         : persistence::entry_state::queued,
                               .bytes = what.body ? bytes_of(*what.body) : 0,
                               .unknown = {}});
}

void store_journal::added(const session::delivery& what, std::uint16_t packet_id) noexcept {
  write([&] {
    put_entry(what, packet_id, false);
    held_.push_back({what.more->message, what.body});
  });
}

void store_journal::sent(const session::delivery& what, std::uint16_t packet_id) noexcept {
  write([&] { put_entry(what, packet_id, false); });
}

void store_journal::released(const session::delivery& what, std::uint16_t packet_id) noexcept {
  write([&] {
    put_entry(what, packet_id, true);
    into_.release(what.more->message);
  });
}

void store_journal::removed(const session::delivery& what, bool held) noexcept {
  write([&] {
    into_.erase(table::queue, persistence::queue_key{number_, what.more->sequence});
    if (held) into_.release(what.more->message);
  });
}

void store_journal::forgotten(std::uint16_t packet_id) noexcept {
  write([&] { into_.erase(table::inbound, persistence::inbound_key{number_, packet_id}); });
}

}  // namespace troupe::actors
