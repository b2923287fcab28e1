#include "actors/session/handshakes.hpp"

#include "actors/bans/ban_gate.hpp"
#include "actors/durability/durability.hpp"
#include "actors/workplace.hpp"
#include "config/log.hpp"
#include "config/validate.hpp"

namespace troupe::actors {

/// One connection between its first byte and its session.
class handshakes::pending final : public transport::link_events {
public:
  enum class waits_for : std::uint8_t { connect, authentication, password, registry, store };

  pending(handshakes& of, std::uint32_t own_number, transport::link& on, transport::admission as)
    : number{own_number},
      link{&on},
      admission{as},
      of_{of} {}

  const config::listener_options& via() const noexcept { return link->listener().options(); }

  void on_packet(transport::link&, std::span<const std::byte> packet) override { of_.connect(*this, packet); }
  void on_violation(transport::link&, transport::close_cause cause, std::string_view text) override {
    of_.at_.counters.protocol_errors.add();
    log::peer_event("session", log::level::warning, "{} is disconnected before CONNECT: {}", link->peer(), text);
    auto why = cause == transport::close_cause::too_large ? transport::close_reason::too_large
                                                          : transport::close_reason::protocol_error;
    link->handler(of_.farewell());
    link->close(why, text);  // [MQTT-3.1.4-1]
    of_.remove(*this);
  }
  void on_writable(transport::link&) override {}
  void on_closed(transport::link&, transport::close_cause) override { of_.remove(*this); }

  std::uint32_t number;
  transport::link* link;
  transport::admission admission;
  waits_for state = waits_for::connect;
  session::connect_request request;
  std::unique_ptr<session::authentication_exchange> exchange;

private:
  handshakes& of_;
};

/// Hears the last of links that were closed on purpose.
class handshakes::closing final : public transport::link_events {
public:
  void on_packet(transport::link&, std::span<const std::byte>) override {}
  void on_violation(transport::link&, transport::close_cause, std::string_view) override {}
  void on_writable(transport::link&) override {}
  void on_closed(transport::link&, transport::close_cause) override {}
};

handshakes::handshakes(workplace& at)
  : at_{at},
    farewell_{std::make_unique<closing>()},
    random_{std::random_device{}()} {}

handshakes::~handshakes() = default;

transport::link_events& handshakes::farewell() noexcept { return *farewell_; }

transport::link_events& handshakes::begin(transport::link& opened, transport::admission as) {
  removed_.clear();
  auto number = ++last_number_;
  auto& added = *(pending_[number] = std::make_unique<pending>(*this, number, opened, as));
  at_.timers.add(at_.loop.now() + added.via().limits.connect_timeout, timer{{}, number});
  return added;
}

handshakes::pending* handshakes::find(candidate who) noexcept {
  auto at = pending_.find(static_cast<std::uint32_t>(who.number));
  return at == pending_.end() ? nullptr : at->second.get();
}

// It may be the one whose on_packet is running: destroyed when the next one begins.
void handshakes::remove(pending& who) {
  auto at = pending_.find(who.number);
  removed_.push_back(std::move(at->second));
  pending_.erase(at);
}

void handshakes::timeout(std::uint32_t number) {
  auto* who = find({0, number});
  if (!who) return;
  log::peer_event("session", log::level::info, "{} is disconnected: no CONNECT in time", who->link->peer());
  who->link->handler(*farewell_);
  who->link->close(transport::close_reason::policy_violation, "no CONNECT in time");
  remove(*who);
}

// -- CONNECT --------------------------------------------------------------------------------------------------------

void handshakes::connect(pending& from, std::span<const std::byte> packet) {
  if (from.state == pending::waits_for::authentication) return authenticate_further(from, packet);
  auto judged = session::accept(packet, {.limits = from.via().limits,
                                         .mount_point = from.via().mount_point,
                                         .authentication = at_.authentication,
                                         .unique_id = {random_(), random_()}});
  if (auto* no = std::get_if<session::refusal>(&judged)) return refuse(from, *no);
  from.request = std::move(std::get<session::connect_request>(judged));
  from.link->pause();  // what the client sends on is read once it has a session
  if (from.admission == transport::admission::overloaded)
    return refuse(from, mqtt::reason::quota_exceeded, "the node is overloaded");
  if (from.admission == transport::admission::too_many)
    return refuse(from, mqtt::reason::connection_rate_exceeded, "too many connections");
  if (is_banned(from)) return;
  if (at_.sessions_full && at_.sessions_full())
    return refuse(from, mqtt::reason::quota_exceeded, "node_limits.sessions_max is reached");
  if (is_storage_missing(from.request))
    return refuse(from, mqtt::reason::quota_exceeded, "there is no room for a session that lasts");
  if (from.request.authentication_method) return authenticate_further(from, {});
  identify(from);
}

// Enhanced authentication: the first step on CONNECT's data, later ones on AUTH packets.
void handshakes::authenticate_further(pending& who, std::span<const std::byte> packet) {
  auto first = who.state == pending::waits_for::connect;
  auto progress = first ? session::authenticate(who.request, *at_.authentication, who.exchange)
                        : session::authenticate(who.request, *at_.authentication, who.exchange, packet);
  using state = enum session::authentication_progress::state;
  if (progress.state == state::refused) return refuse(who, {progress.reason, progress.text, std::move(progress.send)});
  if (progress.state == state::done) {
    who.link->pause();
    return claim(who);
  }
  mqtt::outbox out;
  out.bytes() = std::move(progress.send);
  who.link->send(out);
  who.state = pending::waits_for::authentication;
  who.link->resume();
}

void handshakes::identify(pending& who) {
  auto& request = who.request;
  if (who.via().tls.common_name_as_user) {
    if (auto name = who.link->certificate_common_name(); !name.empty()) {
      request.user_name = std::move(name);
      if (is_banned(who)) return;
      return claim(who);  // the certificate was checked by TLS
    }
  }
  if (!request.user_name) {
    if (config::anonymous_allowed(at_.options.access)) return claim(who);
    return refuse(who, mqtt::reason::not_authorized, "no user name, and access.allow_anonymous is false");
  }
  if (!at_.passwords) return claim(who);
  who.state = pending::waits_for::password;
  at_.passwords({{at_.loop.index(), who.number},
                 *request.user_name,
                 request.password ? std::move(*request.password) : std::vector<std::byte>{}});
}

void handshakes::authenticated(const actors::authenticated& answer) {
  auto* who = find(answer.who);
  if (!who) return;
  if (answer.verdict == mqtt::reason::server_unavailable || answer.verdict == mqtt::reason::unspecified_error)
    return refuse(*who, answer.verdict, "the node could not look its session up; it may be tried again");
  if (answer.verdict != mqtt::reason::success) return refuse(*who, answer.verdict, "user name or password is wrong");
  claim(*who);
}

void handshakes::claim(pending& who) {
  who.state = pending::waits_for::registry;
  auto registry = registry_of(who.request.client_id, at_.office.loops());
  const auto clean = who.request.clean_start;
  at_.office.send(registry, runtime::role::registry,
                  actors::claim{{at_.loop.index(), who.number},
                                shared_text{who.request.client_id},
                                clean,
                                clean && at_.chronicle.is_kept() ? shared_text{who.link->peer()} : shared_text{}});
}

// Before a password is looked at, which takes time.
bool handshakes::is_banned(pending& who) {
  if (!at_.bans || !at_.bans->any()) return false;
  const auto from = transport::parse_peer(who.link->peer()).value_or(transport::peer_address{});
  const auto by = at_.bans->objection(who.request.client_id, who.request.user_name.value_or(std::string{}), from);
  if (by) refuse_banned(who, *by);
  return by != nullptr;
}

void handshakes::refuse_banned(pending& who, const standing_ban& by) {
  at_.bans->count(by);
  refuse(who, session::refuse(who.request.version, mqtt::reason::banned, "banned"), words_of(by));
}

void handshakes::refuse(pending& who, mqtt::reason why, std::string_view text) {
  refuse(who, session::refuse(who.request.version, why, text));
}

void handshakes::refuse(pending& who, const session::refusal& no, std::string_view for_operators) {
  const auto text = for_operators.empty() ? no.text : for_operators;
  at_.counters.connections_refused.add();
  log::peer_event("session", log::level::warning, "CONNECT of {} is refused: {} (0x{:02X})", who.link->peer(), text,
                  static_cast<unsigned>(no.reason));
  const auto& client = no.client_id.empty() ? who.request.client_id : no.client_id;
  at_.chronicle.refused(client, *who.link, no.reason, text);
  mqtt::outbox out;
  out.bytes() = no.connack;
  who.link->send(out);
  who.link->handler(*farewell_);
  who.link->close(transport::close_reason::policy_violation, no.text);
  remove(who);
}

// -- the registry's word --------------------------------------------------------------------------------------------

void handshakes::granted(const grant& answer) {
  auto* who = find(answer.who);
  if (!who) {
    auto registry = registry_of(answer.client_id, at_.office.loops());
    at_.office.send(registry, runtime::role::registry, abandoned{answer.client_id});
    return;
  }
  auto* link = who->link;
  auto request = std::move(who->request);
  remove(*who);
  if (!answer.session || answer.session.loop == at_.loop.index())
    return enter(answer.session, answer.client_id, *link, std::move(request));
  auto parcel = std::make_shared<link_parcel>(link_parcel{at_.release_link(*link), std::move(request)});
  at_.office.send(answer.session.loop, runtime::role::sessions, resume_session{answer.session, std::move(parcel)});
}

void handshakes::arrived(const resume_session& from) {
  auto& link = at_.adopt_link(std::move(from.parcel->link));
  const shared_text client_id{from.parcel->request.client_id};
  enter(from.session, client_id, link, std::move(from.parcel->request));
}

bool handshakes::is_storage_missing(const session::connect_request& request) const noexcept {
  return request.session_expiry != 0 && at_.durable && at_.durable->store().full();
}

// A session without a connection is in the store; the link waits until it has been read.
void handshakes::await_session(session_ref asleep, const shared_text& client_id, transport::link& link,
                               session::connect_request request) {
  auto number = ++last_number_;
  auto& waiting = *(pending_[number] = std::make_unique<pending>(*this, number, link, transport::admission::welcome));
  waiting.state = pending::waits_for::store;
  waiting.request = std::move(request);
  link.handler(waiting);
  at_.durable->sleepers().wake(asleep,
                               [this, number, asleep, client_id](session_seat*) { woken(number, asleep, client_id); });
}

void handshakes::woken(std::uint32_t number, session_ref session, const shared_text& client_id) {
  auto* who = find({0, number});
  if (who && !at_.sessions.find_dormant(session)) {
    auto* link = who->link;
    auto request = std::move(who->request);
    remove(*who);
    return enter(session, client_id, *link, std::move(request));
  }
  if (who) refuse(*who, mqtt::reason::server_unavailable, "its session cannot be read");
  at_.office.send(registry_of(client_id, at_.office.loops()), runtime::role::registry, abandoned{client_id});
}

// A ban that came while the client was on its way to its session: whoever cuts those that are there has not met it.
bool handshakes::turn_away_banned(const shared_text& client_id, transport::link& link,
                                  session::connect_request& request) {
  if (!at_.bans || !at_.bans->any()) return false;
  const auto from = transport::parse_peer(link.peer()).value_or(transport::peer_address{});
  const auto by = at_.bans->objection(client_id.view(), request.user_name.value_or(std::string{}), from);
  if (!by) return false;
  auto number = ++last_number_;
  auto& last = *(pending_[number] = std::make_unique<pending>(*this, number, link, transport::admission::welcome));
  last.request = std::move(request);
  link.handler(last);
  refuse_banned(last, *by);
  at_.office.send(registry_of(client_id, at_.office.loops()), runtime::role::registry, abandoned{client_id});
  return true;
}

// The registry hears of the session before the client does: a crash in between would leave nobody else with the id.
void handshakes::enter(session_ref wanted, const shared_text& client_id, transport::link& link,
                       session::connect_request request) {
  if (turn_away_banned(client_id, link, request)) return;
  if (at_.sessions.find_dormant(wanted)) return await_session(wanted, client_id, link, std::move(request));
  auto* seat = at_.sessions.find(wanted);
  if (seat && seat->link()) at_.chronicle.taken_over(client_id.view(), link.peer());
  if (seat) seat->kick(mqtt::reason::session_taken_over);  // [MQTT-3.1.4-3]
  seat = at_.sessions.find(wanted);                        // it ended if it had no expiry
  auto session_present = seat != nullptr;
  if (!seat) seat = &at_.sessions.open(client_id);
  auto self = seat->self();
  auto tell = [this, news = registered{client_id, self}] {
    at_.office.send(registry_of(news.client_id, at_.office.loops()), runtime::role::registry, news);
  };
  // One that lasts is told of when its CONNACK may leave, so that who takes it over meets a client that has got it.
  const auto lasts = at_.durable && (request.session_expiry != 0 || seat->record().durable != 0);
  if (!lasts) tell();
  if (log::enabled("session", log::level::debug))
    log::debug("session", "client {} at {} has session {} of loop {}", request.client_id, link.peer(), self.slot,
               std::uint32_t{self.loop});
  seat->attach(link, request, session_present);
  if (lasts) at_.durable->changes().after(tell);
  if (seat = at_.sessions.find(self); seat && !seat->link() && !session_present) seat->end();  // it never came to be
}

void handshakes::stop(mqtt::reason why) {
  while (!pending_.empty()) {
    auto& who = *pending_.begin()->second;
    refuse(who, why, "the node stops");
  }
}

}  // namespace troupe::actors
