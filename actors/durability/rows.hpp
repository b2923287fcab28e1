#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "actors/durability/wall_time.hpp"
#include "actors/session/protocol/delivery.hpp"
#include "actors/session/protocol/will.hpp"
#include "persistence/records.hpp"
#include "routing/publication.hpp"
#include "routing/subscription.hpp"

/// What the node calls publications, wills, subscriptions, deliveries, in the store's words and back
/// (docs/store-format.md).
namespace troupe::actors {

inline std::string_view text_of(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Views of the publication.
persistence::message_view message_of(const publication& from, const wall_time& time) noexcept;
publication_ptr publication_of(const persistence::message_record& from, const wall_time& time);

persistence::will_record will_of(const session::stored_will& from);
std::unique_ptr<session::stored_will> stored_will_of(const persistence::will_record& from);

persistence::subscription_record subscription_row(const subscription& from);
subscription subscription_of(const persistence::subscription_record& from);

/// The row of a delivery that has a place in the store.
persistence::queue_entry queue_row(const session::delivery& from, std::uint16_t packet_id,
                                   persistence::entry_state state);
/// Writes that row into a batch, with its message where it has its own.
void put_delivery(persistence::batch& to, std::uint64_t session, const session::delivery& from, std::uint16_t packet_id,
                  persistence::entry_state state);
/// Without a shared body.
session::delivery delivery_of(const persistence::queue_entry& from, std::uint64_t sequence, const wall_time& time);

/// What a queue entry says of the size of its message.
std::uint32_t row_bytes(const publication& body) noexcept;

}  // namespace troupe::actors
