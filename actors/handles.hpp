#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>

#include "actors/durability/kept_part.hpp"
#include "actors/session/protocol/handshake.hpp"
#include "persistence/row_list.hpp"
#include "persistence/table.hpp"
#include "routing/access_rules.hpp"
#include "routing/publication.hpp"
#include "routing/subscription.hpp"
#include "routing/target.hpp"
#include "transport/link.hpp"

/// Every message between the actors of a node. Commands are imperative, events past, queries nouns. They are addressed
/// by loop and role (runtime::post_office), never by a kept handle.
namespace troupe::actors {

/// One batch of publications from a loop to a shard; its answer gives the credit back.
struct batch_id {
  std::uint32_t loop = 0;  ///< whose sessions published
  std::uint64_t number = 0;
  friend bool operator==(batch_id, batch_id) = default;
};

/// What became of one publication at its shard.
enum class route_result : std::uint8_t { matched, no_subscribers, refused };

// -- to a shard -----------------------------------------------------------------------------------------------------

/// All that the sessions of one loop published in one turn to topics of one shard, in order.
/// Answered by `dispatched`, to the origin's delivery.
struct route_batch final : ref_counted {
  batch_id id;
  std::uint64_t first_message = 0;  ///< ids of the publications in the store, one after the other; 0: there is no store
  std::vector<publication_ptr> publications;
  static void destroy(const route_batch* object) noexcept { delete object; }
};
struct route {
  ref_ptr<const route_batch> batch;
};

/// Insert subscriptions and send what is retained for them. Answered by `subscribed`, to the session's delivery, before
/// the first retained message.
struct subscribe {
  struct entry {
    subscription what;
    bool is_new = true;  ///< for Retain Handling 1
  };
  session_ref session;
  std::uint32_t ticket = 0;  ///< the session's number for the request; 0: no answer
  std::vector<entry> entries;
};

/// Remove subscriptions. Answered by `unsubscribed`, as above.
struct unsubscribe {
  session_ref session;
  std::uint32_t ticket = 0;
  std::vector<shared_text> filters;
};

/// Part of what one loop's sessions subscribe to, for a shard that was restarted. Answers `recall` with the same epoch.
struct resubscribe {
  std::uint64_t epoch = 0;
  bool last = false;  ///< of this loop
  std::vector<std::pair<session_ref, subscription>> entries;
};

/// A message that a member of a shared group left behind: another member is to have it [MQTT-4.8.2-4, -5].
struct redispatch {
  publication_ptr what;
  shared_text group;
  session_ref refused_by;
};

/// A member of shared groups got or lost its connection: those with one are preferred.
struct presence {
  session_ref session;
  bool connected = false;
};

/// A walk over retained messages for a new subscription, of one shard.
struct walk_id {
  std::uint32_t shard = 0;
  std::uint64_t number = 0;  ///< 0: none
};
/// The session has room for more retained messages.
struct continue_walk {
  walk_id walk;
};
/// The session is gone.
struct abandon_walk {
  walk_id walk;
};
/// Remove a bounded number of expired retained messages.
struct sweep_retained {};

// -- to a delivery --------------------------------------------------------------------------------------------------

/// Publications for the sessions of one loop. Answered by `delivered`, to the batch's loop, unless `retained`.
struct deliver_batch final : ref_counted {
  struct entry {
    publication_ptr body;
    std::uint32_t targets_end = 0;  ///< this entry's receivers lie between the previous entry's ends and these
    std::uint32_t shared_end = 0;
    std::uint32_t identifiers_end = 0;
    std::uint32_t publication = 0;  ///< its place in the route_batch
  };
  batch_id id;
  std::uint64_t first_message = 0;  ///< as in the route_batch
  bool retained = false;            ///< sent because of a SUBSCRIBE
  walk_id walk;                     ///< more of the retained messages follow when the session asks for them
  std::vector<entry> entries;
  std::vector<target> targets;
  std::vector<shared_target> shared;
  std::vector<further_identifier> identifiers;
  static void destroy(const deliver_batch* object) noexcept { delete object; }
};
struct deliver {
  ref_ptr<const deliver_batch> batch;
};

/// The shard has matched a batch and sent it to `loops` deliveries; one result for each publication.
struct dispatched {
  batch_id id;
  std::uint32_t loops = 0;
  std::vector<route_result> results;
  /// A publication that changed what is retained of a topic, $SYS excepted.
  struct retention {
    std::uint32_t publication = 0;  ///< its place in the batch
    std::uint64_t number = 0;       ///< of the change: the shard counts them
  };
  std::vector<retention> retained = {};
};

/// One delivery has put a batch into the queues of its sessions; of durable ones it says what has to be committed
/// first, and is answered by `stored`.
struct delivered {
  batch_id id;
  std::uint32_t loop = 0;                ///< whose delivery
  std::shared_ptr<kept_part> kept = {};  ///< null: nothing
};

/// One shard has inserted (removed) all subscriptions of a request.
struct subscribed {
  session_ref session;
  std::uint32_t ticket = 0;
  bool refused = false;  ///< two shards in a row failed at it
};
struct unsubscribed {
  session_ref session;
  std::uint32_t ticket = 0;
  bool refused = false;
};

// -- between registry and sessions ----------------------------------------------------------------------------------

/// A connection that waits to be let in: the loop of its link, and a number of that loop's.
struct candidate {
  std::uint32_t loop = 0;
  std::uint64_t number = 0;
  friend bool operator==(candidate, candidate) = default;
};

/// A CONNECT wants its client id. Answered by `grant`, once no other connection is being given the same id.
struct claim {
  candidate who;
  shared_text client_id;
  bool clean_start = true;
  shared_text address;  ///< of a clean start, for the history; empty: nobody keeps one
};

/// The connection may go on: with the session named, or with a new one where its link is. Answered by `registered` or
/// `abandoned`.
struct grant {
  candidate who;
  session_ref session;
  shared_text client_id;
};

/// End this session because its client starts clean. Answered by `evicted`.
struct evict {
  shared_text client_id;
  session_ref session;
  shared_text address;  ///< where the client is now; empty: it is not known
};
struct evicted {
  shared_text client_id;
};

/// The client id belongs to this session now.
struct registered {
  shared_text client_id;
  session_ref session;
};
/// The connection that was granted the client id is gone.
struct abandoned {
  shared_text client_id;
};
/// The session has ended.
struct unregister {
  shared_text client_id;
  session_ref session;
};

/// A link on its way to another loop, with the CONNECT that it brought. Taken by the one who receives it.
struct link_parcel {
  std::unique_ptr<transport::link> link;
  session::connect_request request;
};
/// Continue this session on the link in the parcel.
struct resume_session {
  session_ref session;
  std::shared_ptr<link_parcel> parcel;
};

// -- to sessions ----------------------------------------------------------------------------------------------------

/// A shard was restarted and needs the subscriptions of its topics. Answered by `resubscribe`.
struct recall {
  std::uint32_t shard = 0;
  std::uint64_t epoch = 0;
};

/// The password file's word on a CONNECT.
struct authenticated {
  candidate who;
  mqtt::reason verdict = mqtt::reason::success;
};

/// New access rules (null: everything is allowed); live subscriptions feel them.
struct change_access {
  access_rules_ptr rules;
};

/// Disconnect every client (0x8B) because the node stops.
struct disconnect_all {
  mqtt::reason reason = mqtt::reason::server_shutting_down;
};

// -- to auth --------------------------------------------------------------------------------------------------------

/// Check a password; may take tens of milliseconds. Answered by `authenticated`.
struct authenticate {
  candidate who;
  std::string user_name;
  std::vector<std::byte> password;
};
/// Read the password file and the ACL file again.
struct reload_access {};

// -- to the store of a loop -----------------------------------------------------------------------------------------

/// The store has answered requests of this loop.
struct store_answered {};

/// What a loop's durable sessions keep of a batch is committed, or cannot be. To each loop that had a part in it.
struct stored {
  batch_id id;
  bool kept = true;
  std::shared_ptr<const own_bodies> own = {};
};

/// Rows of the store for all loops, when the node starts: each takes what is its own. Answered by `restored`.
struct restore_rows {
  persistence::table table{};
  std::shared_ptr<const persistence::row_list> rows;
  bool last = false;  ///< of the table
};
struct restored {};

// -- to admin -------------------------------------------------------------------------------------------------------

/// Look after requests for a while; sent to itself.
struct serve_admin {};

// -- to any ---------------------------------------------------------------------------------------------------------

/// Fault injection: the next handler of this actor throws.
struct crash_next {};
/// The same for the session of a client: to its registry, which passes it on to the session's loop.
struct crash_session {
  shared_text client_id;
  session_ref session;
};

}  // namespace troupe::actors

// Messages inside one process: nothing of them is ever serialised.
#define TROUPE_LOCAL_MESSAGE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::name)
TROUPE_LOCAL_MESSAGE(route)
TROUPE_LOCAL_MESSAGE(serve_admin)
TROUPE_LOCAL_MESSAGE(subscribe)
TROUPE_LOCAL_MESSAGE(unsubscribe)
TROUPE_LOCAL_MESSAGE(resubscribe)
TROUPE_LOCAL_MESSAGE(redispatch)
TROUPE_LOCAL_MESSAGE(presence)
TROUPE_LOCAL_MESSAGE(continue_walk)
TROUPE_LOCAL_MESSAGE(abandon_walk)
TROUPE_LOCAL_MESSAGE(sweep_retained)
TROUPE_LOCAL_MESSAGE(deliver)
TROUPE_LOCAL_MESSAGE(dispatched)
TROUPE_LOCAL_MESSAGE(delivered)
TROUPE_LOCAL_MESSAGE(subscribed)
TROUPE_LOCAL_MESSAGE(unsubscribed)
TROUPE_LOCAL_MESSAGE(claim)
TROUPE_LOCAL_MESSAGE(grant)
TROUPE_LOCAL_MESSAGE(evict)
TROUPE_LOCAL_MESSAGE(evicted)
TROUPE_LOCAL_MESSAGE(registered)
TROUPE_LOCAL_MESSAGE(abandoned)
TROUPE_LOCAL_MESSAGE(unregister)
TROUPE_LOCAL_MESSAGE(resume_session)
TROUPE_LOCAL_MESSAGE(recall)
TROUPE_LOCAL_MESSAGE(authenticated)
TROUPE_LOCAL_MESSAGE(change_access)
TROUPE_LOCAL_MESSAGE(disconnect_all)
TROUPE_LOCAL_MESSAGE(authenticate)
TROUPE_LOCAL_MESSAGE(reload_access)
TROUPE_LOCAL_MESSAGE(store_answered)
TROUPE_LOCAL_MESSAGE(stored)
TROUPE_LOCAL_MESSAGE(restore_rows)
TROUPE_LOCAL_MESSAGE(restored)
TROUPE_LOCAL_MESSAGE(crash_next)
TROUPE_LOCAL_MESSAGE(crash_session)
#undef TROUPE_LOCAL_MESSAGE
