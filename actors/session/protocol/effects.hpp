#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/session/protocol/changes.hpp"
#include "actors/session/protocol/delivery.hpp"
#include "actors/session/protocol/requests.hpp"
#include "transport/mqtt/codec.hpp"

namespace troupe::session {

/// Why a message did not reach its receiver: the rows of the ledger.
enum class drop_reason : std::uint8_t {
  queue_full,     ///< and the policy chose it
  expired,        ///< Message Expiry Interval
  too_large,      ///< for the client's Maximum Packet Size
  away_qos0,      ///< QoS 0 while the client is away
  denied,         ///< by access rules, at publish or at delivery
  refused,        ///< the client answered 0x80 or above
  session_ended,  ///< still queued or in flight, and not for another member of a shared group
  not_stored,     ///< what has to outlive the node could not be committed: the publisher is told, nobody got it
  count_of_reasons,
};

std::string_view to_string(drop_reason reason) noexcept;

struct tally {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  void add(std::uint64_t more) noexcept {
    ++messages;
    bytes += more;
  }
  friend bool operator==(const tally&, const tally&) = default;
};

/// A publication to be routed. The actor answers every one with routed(), `ticket` and `bytes` included; a will (of
/// which `ticket` and `bytes` are 0) with nothing.
struct route {
  publication_ptr body;
  std::uint32_t ticket = 0;  ///< 0 at QoS 0
  std::uint32_t bytes = 0;   ///< of the publisher's credit
  std::uint16_t packet_id = 0;
  troupe::qos qos = troupe::qos::at_most_once;
};

/// A delivery that another member of its shared group gets, because the session of this one ended.
struct redispatch {
  publication_ptr body;
  shared_text group;  ///< the whole filter
  troupe::qos qos = troupe::qos::at_most_once;
};

/// The link ends: everything in `out` is flushed first, a DISCONNECT for the client already in it. The record has let
/// go of the link when this is applied: the actor calls no link_lost() for it.
struct closing {
  mqtt::reason reason = mqtt::reason::success;
  std::string_view text;  ///< static, for the log; empty: nothing worth a line
};

/// What became of a followed publication at a session.
struct followed_step {
  enum class outcome : std::uint8_t {
    sent,          ///< at QoS 0: nothing more comes
    in_flight,     ///< an acknowledgement is due
    queued,        ///< for later
    received,      ///< PUBREC came
    acknowledged,  ///< PUBACK or PUBCOMP came
    refused,       ///< the client answered 0x80 or above
    dropped,
  };
  publication_ptr body;  ///< null: it is the one that was in flight with this packet id
  followed_step::outcome outcome{};
  std::uint16_t packet_id = 0;  ///< 0: none
  mqtt::reason reason = mqtt::reason::success;
  std::string_view text = {};  ///< why, as half a sentence; static
  bool first = false;          ///< nothing was said of this delivery before
};

/// What one decision leads to. The loop owns one and uses it again for every session: clear() keeps capacity.
///
/// A decision appends. If it throws, rewind() to a note() from before it (or clear(), if it held nothing), and nothing
/// has happened. Else apply() it to the record, and only then carry out the rest: out, routes, requests... Several
/// decisions on one record may share effects, if each is applied before the next one is made.
struct effects {
  mqtt::outbox out;                              ///< for the link
  std::vector<route> routes;                     ///< for the shards, in order
  std::vector<subscribe_request> subscribe;      ///< for the shards
  std::vector<unsubscribe_request> unsubscribe;  ///< for the shards
  std::vector<redispatch> redispatches;          ///< for the shards
  std::vector<std::string> debug_publishes;      ///< topics below $SYS/debug/crash/ that an allowed client published
  std::optional<closing> close;
  bool ended = false;  ///< the session is over; its record can go after apply()
  bool gated = false;  ///< `out` says what a store has to know first: it leaves when all that was told is committed

  std::array<tally, static_cast<std::size_t>(drop_reason::count_of_reasons)> drops{};
  bool has_drops = false;  ///< else they are all 0
  tally delivered;         ///< PUBLISH packets sent for the first time
  tally received;          ///< PUBLISH packets of the client that were taken, duplicates not counted

  std::vector<followed_step> followed;  ///< for who follows

  std::vector<change> changes;               ///< of the record; for apply() only
  std::optional<prepared_storage> prepared;  ///< for apply() only; see prepare()
  std::string topic_scratch;                 ///< topics with a mount point are put together here
  std::vector<std::byte> decode_scratch;

  tally& dropped(drop_reason reason) noexcept {
    has_drops = true;
    return drops[static_cast<std::size_t>(reason)];
  }
  /// To be filled in with what the changes need. Most decisions need nothing, and do not pay for it.
  prepared_storage& prepare() noexcept { return prepared ? *prepared : prepared.emplace(); }

  void clear() noexcept;

  struct mark {
    mqtt::outbox::mark out;
    std::size_t routes, subscribe, unsubscribe, redispatches, debug_publishes;
    std::optional<closing> close;
    bool ended, gated;
    std::array<tally, static_cast<std::size_t>(drop_reason::count_of_reasons)> drops;
    bool has_drops;
    tally delivered, received;
    std::size_t followed;
  };
  mark note() const noexcept;
  void rewind(const mark& to) noexcept;
};

}  // namespace troupe::session
