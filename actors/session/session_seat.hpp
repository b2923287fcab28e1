#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <caf/actor.hpp>

#include "actors/handles.hpp"
#include "actors/session/held_output.hpp"
#include "actors/session/protocol/protocol.hpp"
#include "actors/session/publish_rate.hpp"
#include "actors/session/session_actor.hpp"
#include "transport/link.hpp"
#include "transport/timer_wheel.hpp"

namespace troupe::actors {

struct workplace;

/// What an operator sees of a session's work.
struct session_traffic {
  std::uint64_t messages_received = 0;  ///< PUBLISH packets taken from the client
  std::uint64_t messages_sent = 0;      ///< PUBLISH packets sent to it for the first time
  std::uint64_t bytes_received = 0;     ///< of these: topic and payload, as held in memory
  std::uint64_t bytes_sent = 0;
  std::uint64_t handled = 0;  ///< inputs of every kind
  time_point connected_at{};  ///< of the latest connection
};

/// What a loop that works for a session is marked with.
inline transport::work_mark::whom mark_of(session_ref session) noexcept {
  return transport::work_mark::of_session | std::uint64_t{session.generation} << 32 | session.slot;
}

/// The place of one session on its loop: record, link and the actor that works on them. It outlives the actor: when a
/// handler throws, the actor ends, `sessions` seats another one, and the same input is handled once more. If that
/// throws again, the link is closed with 0x83 and the session kept.
class session_seat final : public transport::link_events {
public:
  session_seat(workplace& at, session_ref self, shared_text client_id = {});
  ~session_seat();
  session_seat(const session_seat&) = delete;
  session_seat& operator=(const session_seat&) = delete;

  // -- inputs, all on the loop's own thread ----------------------------------------------------------------------

  /// Gives the session a link. Precondition: it has none.
  void attach(transport::link& link, const session::connect_request& request, bool session_present);
  void deliver(const publication_ptr& body, const session::addressing& to);
  void routed(const session::route_result& result);
  /// The store has what this session waits for.
  void committed();
  void subscribed(std::uint32_t ticket, bool granted);
  void unsubscribed(std::uint32_t ticket, bool granted);
  /// On the client's behalf, as an operator wants it.
  void subscribe_for(const mqtt::subscribe& what);
  void unsubscribe_for(const mqtt::unsubscribe& what);
  void timeout(transport::timer_tick tick);
  /// Does what is due, whether or not a timer was set for it.
  void look_at_time();
  /// A wait that was ordered is over: the publish rate's, or the retained messages'.
  void waited();
  /// A shard has more retained messages for a subscription, and waits until they are asked for.
  void retained_waiting(walk_id walk);
  void access_changed();
  /// Ends the connection, not the session. Nothing if there is none.
  void kick(mqtt::reason reason);
  /// Ends the session. `by`: the operator who wants it.
  void end(std::string_view by = {});
  /// Tells the shards whether it is connected, if it has shared subscriptions.
  void tell_presence();
  /// Takes what a store kept of it. Precondition: the seat is new.
  void restore(session::record what);
  /// Fault injection: the next handler throws.
  void make_faulty();
  /// Seats another actor, as after a crash.
  void restart(std::string_view why);

  // -- transport::link_events --------------------------------------------------------------------------------------

  void on_packet(transport::link& from, std::span<const std::byte> packet) override;
  void on_violation(transport::link& from, transport::close_cause cause, std::string_view text) override;
  void on_writable(transport::link& from) override;
  void on_closed(transport::link& gone, transport::close_cause cause) override;

  // -- what the operator sees, and what the actor works on ------------------------------------------------------------

  session_ref self() const noexcept { return self_; }
  session::record& record() noexcept { return record_; }
  const session::record& record() const noexcept { return record_; }
  transport::link* link() const noexcept { return link_; }
  workplace& at() noexcept { return at_; }
  std::uint32_t restarts() const noexcept { return restarts_; }
  const session_traffic& traffic() const noexcept { return traffic_; }
  /// The listener of its latest connection; null before the first.
  const config::listener_options* via() const noexcept { return via_; }
  session::environment environment() const;
  /// Asks the processor for what the next input reads besides the seat itself.
  void approach() const noexcept;

  /// Changes the record as it was decided.
  void apply(session::effects& fx) noexcept;
  /// Carries out what was decided; the record is changed already.
  void carry_out(session::effects& fx) noexcept;
  /// An actor of this seat has ended. Seats another one unless the session is over or restarts too often.
  void actor_ended(session_actor& gone, const caf::error& reason);

private:
  /// The part that few sessions ever need.
  struct rarely {
    time_point window_start{};
    std::uint32_t restarts_in_window = 0;
    publish_rate rate;
    std::vector<walk_id> walks;  ///< of retained messages that wait for room here
    time_point next_walk{};      ///< not before
    std::string ended_by;        ///< an operator
  };

  /// Of a durable session.
  struct keeping {
    std::uint64_t told = 0;    ///< batch of the loop that has its latest change
    bool greets = false;       ///< CONNACK is held
    bool sleep_timer = false;  ///< is set
    held_output held;
  };

  template <class F>
  void work(const F& decide);
  void seat_actor(bool faulty);
  bool restarts_too_often();
  void give_up(std::string_view why);
  void detach_by_force() noexcept;
  rarely& rare();

  void count(const session::effects& fx) noexcept;
  void send(session::effects& fx);
  bool may_sleep() const noexcept;
  void sleep_or_wait();
  void ask(session::subscribe_request request);
  void let_go_of_link(mqtt::reason why, std::string_view text);
  void finish_session();

  void finish_input();
  void arm_timer();
  void pause_or_resume();
  std::vector<mqtt::reason> refusals_of(std::uint32_t ticket) const;
  void ask_for_retained();
  void wait_for(std::chrono::milliseconds how_long);
  void charge_rate(std::span<const std::byte> packet);
  bool rate_limited() const noexcept;

  workplace& at_;
  transport::link* link_ = nullptr;
  const config::listener_options* via_ = nullptr;  ///< of the latest link; null before the first
  caf::actor handle_;
  session_actor* actor_ = nullptr;
  session::record record_;
  std::unique_ptr<rarely> rarely_;
  std::unique_ptr<keeping> keeping_;  ///< null: nothing of it was ever told to the store
  session_traffic traffic_;
  session_ref self_;
  transport::timer_tick armed_ = 0;  ///< of the timer that is set; 0: none
  std::uint16_t restarts_ = 0;
  bool ended_ = false;
  bool giving_up_ = false;
  bool has_shared_ = false;  ///< has shared subscriptions: shards want to know whether it is connected
};

}  // namespace troupe::actors
