#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <unordered_map>

#include "actors/handles.hpp"
#include "transport/link.hpp"
#include "transport/listener.hpp"

namespace troupe::actors {

struct workplace;
struct standing_ban;

/// The connections of one loop that have no session yet: CONNECT is due, or its password is checked, or the registry
/// has been asked for its client id. They are not read meanwhile. It belongs to the loop.
class handshakes {
public:
  explicit handshakes(workplace& at);
  ~handshakes();

  /// A link has opened; returns who handles it.
  transport::link_events& begin(transport::link& opened, transport::admission as);
  void authenticated(const actors::authenticated& answer);
  /// Gives the connection its session, here or on the loop where the session is.
  void granted(const grant& answer);
  /// A link that came from another loop for a session of this one.
  void arrived(const resume_session& from);
  void timeout(std::uint32_t number);
  /// Takes over every link that its owner has closed: nobody listens to it any more.
  transport::link_events& farewell() noexcept;
  /// No new connections: the node stops.
  void stop(mqtt::reason why);

  std::size_t size() const noexcept { return pending_.size(); }

private:
  class pending;
  class closing;

  void connect(pending& from, std::span<const std::byte> packet);
  void authenticate_further(pending& who, std::span<const std::byte> packet);
  void identify(pending& who);
  void claim(pending& who);
  void refuse(pending& who, mqtt::reason why, std::string_view text);
  /// `for_operators`: what the history says in place of what the client is told.
  void refuse(pending& who, const session::refusal& no, std::string_view for_operators = {});
  bool is_banned(pending& who);
  void refuse_banned(pending& who, const standing_ban& by);
  bool turn_away_banned(const shared_text& client_id, transport::link& link, session::connect_request& request);
  void remove(pending& who);
  void enter(session_ref wanted, const shared_text& client_id, transport::link& link, session::connect_request request);
  void await_session(session_ref asleep, const shared_text& client_id, transport::link& link,
                     session::connect_request request);
  void woken(std::uint32_t number, session_ref session, const shared_text& client_id);
  bool is_storage_missing(const session::connect_request& for_request) const noexcept;
  pending* find(candidate who) noexcept;

  workplace& at_;
  std::unordered_map<std::uint32_t, std::unique_ptr<pending>> pending_;
  std::vector<std::unique_ptr<pending>> removed_;
  std::unique_ptr<closing> farewell_;
  std::mt19937_64 random_;
  std::uint32_t last_number_ = 0;
};

}  // namespace troupe::actors
