#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "actors/session/protocol/record.hpp"

/// What a decision changes of its record, step by step: made while throwing is allowed, carried out by apply().
namespace troupe::session {

/// A new link has the session.
struct attachment {
  shared_text client_id;
  shared_text user_name;
  std::unique_ptr<stored_will> will;
  std::unique_ptr<const std::string> authentication_method;
  time_point now{};
  std::uint64_t durable = 0;  ///< the session is durable from now on, under this number; 0: as it is
  std::uint32_t session_expiry = 0;
  std::uint32_t maximum_packet_size = 0;
  std::uint16_t keep_alive = 0;
  std::uint16_t receive_maximum = 65535;
  std::uint16_t topic_alias_maximum = 0;
  mqtt::version version = mqtt::version::v3_1_1;
  bool guarded = false;
};

namespace changes {

// The link and its life
struct attach {
  std::unique_ptr<attachment> what;
};
struct detach {
  time_point now;
};
struct heard {
  time_point now;
};
struct expire_after {
  std::uint32_t seconds;
};
struct drop_will {};
struct guard {
  bool on;
};
/// The session is over: everything goes but the credit.
struct finish {};
struct authenticating {
  std::unique_ptr<authentication_exchange> exchange;
};

// Towards the client
struct enqueue {
  delivery what;
};
/// The oldest was sent, at QoS 0 if the id is 0.
struct dequeue {
  std::uint16_t packet_id;
};
/// The oldest is dropped.
struct discard {};
/// A delivery with a place in the store is dropped before it got one here.
struct turn_down {
  std::uint64_t message;
  std::uint64_t sequence;
};
/// The oldest at QoS 0 is dropped.
struct discard_qos0 {};
/// Sent without waiting in the queue.
struct launch {
  delivery what;
  std::uint16_t packet_id;
};
/// PUBREC came.
struct release {
  std::uint16_t packet_id;
};
/// The packet id is free.
struct complete {
  std::uint16_t packet_id;
};
struct sent_again {
  std::uint16_t packet_id;
};
struct resend_from {
  std::uint16_t packet_id;
};
struct alias {
  shared_text topic;
};

// From the client
struct owe {
  inbound::owed what;
};
struct settle {
  std::uint32_t ticket;
  mqtt::reason reason;
};
/// The oldest ones owed were sent.
struct acknowledged {
  std::uint32_t count;
};
struct receive {
  inbound::received what;
};
struct receive_again {
  std::uint32_t position;
};
/// A QoS 2 id is finished.
struct forget {
  std::uint16_t packet_id;
};
/// Of a QoS 2 id.
struct routed {
  std::uint32_t ticket;
  mqtt::reason reason;
};
struct client_alias {
  std::uint16_t number;
  shared_text topic;
};
struct unrouted {
  std::uint32_t bytes;
};
struct credit {
  std::uint32_t bytes;
};

// Subscriptions
struct put {
  subscription what;
};
struct erase {
  shared_text filter;
};
struct ask {
  std::unique_ptr<pending_request> what;
};
struct answered {
  std::uint32_t ticket;
};

}  // namespace changes

using change =
  std::variant<changes::heard, changes::unrouted, changes::credit, changes::launch, changes::complete, changes::enqueue,
               changes::dequeue, changes::discard, changes::discard_qos0, changes::turn_down, changes::release,
               changes::owe, changes::settle, changes::acknowledged, changes::receive, changes::receive_again,
               changes::forget, changes::routed, changes::client_alias, changes::alias, changes::sent_again,
               changes::resend_from, changes::put, changes::erase, changes::ask, changes::answered, changes::attach,
               changes::detach, changes::expire_after, changes::drop_will, changes::guard, changes::authenticating,
               changes::finish>;

/// Memory that the changes need and that is taken over before the first of them.
struct prepared_storage {
  inflight_window inflight;
  std::unique_ptr<delivery_queue> queue;
  delivery_queue::storage queued;
  std::unique_ptr<session::inbound> inbound;
  ring<inbound::owed> acknowledgements;
  ring<inbound::received> exactly_once;
  std::unique_ptr<session::aliases> aliases;
  session::subscriptions subscriptions;
  ring<pending_request> requests;
};

}  // namespace troupe::session
