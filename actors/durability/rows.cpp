#include "actors/durability/rows.hpp"

namespace troupe::actors {

persistence::message_view message_of(const publication& from, const wall_time& time) noexcept {
  return {.topic = from.topic(),
          .payload = text_of(from.payload()),
          .properties = text_of(from.properties()),
          .qos = static_cast<std::uint8_t>(from.qos()),
          .retain = from.retain(),
          .expires_at = time.of(from.expires()),
          .publisher_hash = from.publisher_hash()};
}

publication_ptr publication_of(const persistence::message_record& from, const wall_time& time) {
  return publication::make({.topic = from.topic,
                            .properties = std::as_bytes(std::span{from.properties}),
                            .payload = std::as_bytes(std::span{from.payload}),
                            .qos = static_cast<qos>(std::min<std::uint8_t>(from.qos, 2)),
                            .retain = from.retain,
                            .expires = time.from(from.expires_at),
                            .publisher_hash = from.publisher_hash});
}

persistence::will_record will_of(const session::stored_will& from) {
  return {.topic = std::string{from.body->topic()},
          .payload = std::string{text_of(from.body->payload())},
          .properties = std::string{text_of(from.body->properties())},
          .qos = static_cast<std::uint8_t>(from.body->qos()),
          .retain = from.body->retain(),
          .delay = from.delay,
          .message_expiry = from.message_expiry,
          .unknown = {}};
}

std::unique_ptr<session::stored_will> stored_will_of(const persistence::will_record& from) {
  auto body = publication::make({.topic = from.topic,
                                 .properties = std::as_bytes(std::span{from.properties}),
                                 .payload = std::as_bytes(std::span{from.payload}),
                                 .qos = static_cast<qos>(std::min<std::uint8_t>(from.qos, 2)),
                                 .retain = from.retain});
  return std::make_unique<session::stored_will>(session::stored_will{std::move(body), from.delay, from.message_expiry});
}

persistence::subscription_record subscription_row(const subscription& from) {
  return {.filter = std::string{from.filter.view()},
          .qos = static_cast<std::uint8_t>(from.options.maximum_qos),
          .no_local = from.options.no_local,
          .retain_as_published = from.options.retain_as_published,
          .retain_handling = static_cast<std::uint8_t>(from.options.retain_handling),
          .identifier = from.identifier,
          .unknown = {}};
}

subscription subscription_of(const persistence::subscription_record& from) {
  subscription result;
  result.filter = shared_text{from.filter};
  result.options.maximum_qos = static_cast<qos>(std::min<std::uint8_t>(from.qos, 2));
  result.options.no_local = from.no_local;
  result.options.retain_as_published = from.retain_as_published;
  result.options.retain_handling = static_cast<retain_handling>(std::min<std::uint8_t>(from.retain_handling, 2));
  result.identifier = from.identifier;
  return result;
}

persistence::queue_entry queue_row(const session::delivery& from, std::uint16_t packet_id,
                                   persistence::entry_state state) {
  const auto identifiers = from.identifiers();
  return {.message = from.more->message,
          .qos = static_cast<std::uint8_t>(from.qos),
          .retain = from.retain,
          .identifiers = {identifiers.begin(), identifiers.end()},
          .packet_id = packet_id,
          .state = state,
          .bytes = from.body ? row_bytes(*from.body) : 0,
          .group = std::string{from.group().view()},
          .body = {},
          .unknown = {}};
}

void put_delivery(persistence::batch& to, std::uint64_t session, const session::delivery& from, std::uint16_t packet_id,
                  persistence::entry_state state) {
  const auto row = queue_row(from, packet_id, state);
  const auto own = row.message == 0 && state != persistence::entry_state::received;
  if (own)
    put_entry(to, session, from.more->sequence, encode(row), message_of(*from.body, wall_time::now()));
  else
    put(to, session, from.more->sequence, row);
}

session::delivery delivery_of(const persistence::queue_entry& from, std::uint64_t sequence, const wall_time& time) {
  session::delivery result;
  if (from.body) result.body = publication_of(*from.body, time);
  result.qos = from.qos == 2 ? qos::exactly_once : qos::at_least_once;
  result.retain = from.retain;
  result.more = std::make_unique<session::delivery::extras>();
  result.more->group = shared_text{from.group};
  if (from.identifiers.size() == 1)
    result.identifier = from.identifiers.front();
  else
    result.more->identifiers = from.identifiers;
  result.more->message = from.message;
  result.more->sequence = sequence;
  return result;
}

std::uint32_t row_bytes(const publication& body) noexcept {
  return static_cast<std::uint32_t>(body.topic().size() + body.payload().size() + body.properties().size());
}

}  // namespace troupe::actors
