#include <algorithm>

#include "actors/session/protocol/outflow.hpp"
#include "actors/session/protocol/protocol.hpp"
#include "actors/session/protocol/reply.hpp"

namespace troupe::session {

namespace {

using step = enum followed_step::outcome;

const delivery_queue no_queue;

std::string_view why_queued(const record& of, const environment& env) noexcept {
  if (!of.connected) return "the client is away";
  if (env.outbox_room == 0) return "the client does not read: its output waits for it";
  if (of.queued_messages() != 0) return "messages before it wait, too";
  if (of.inflight.resend() != 0) return "what was in flight is sent again first";
  return "as many messages are in flight as the client takes";
}

void tell_dropped(const publication_ptr& body, std::string_view why, bool first, effects& fx) {
  if (body->followed()) [[unlikely]]
    fx.followed.push_back({body, step::dropped, 0, {}, why, first});
}

/// Makes room in the queue by its policy, then puts one delivery into it.
class queueing {
public:
  queueing(const record& of, const environment& env, const publication_ptr& body, const addressing& to, effects& fx)
    : of_{of},
      env_{env},
      body_{body},
      to_{to},
      fx_{fx},
      queue_{of.queue ? *of.queue : no_queue},
      messages_{queue_.size()},
      qos0_{queue_.qos0()},
      bytes_{queue_.bytes()},
      policy_{env.limits.queue_overflow} {}

  void run() {
    while (is_full())
      if (!drop_one()) return refuse();
    prepare();
    if (body_->followed()) [[unlikely]]
      fx_.followed.push_back({body_, step::queued, 0, {}, why_queued(of_, env_), true});
    fx_.changes.emplace_back(changes::enqueue{make_delivery(body_, to_)});
  }

private:
  bool is_full() const noexcept {
    return messages_ + 1 > env_.limits.queue_messages_max || bytes_ + body_->memory() > env_.limits.queue_bytes_max;
  }

  /// False: it is the new one that goes.
  bool drop_one() {
    switch (policy_) {
      case config::overflow::drop_oldest: return drop_front();
      case config::overflow::drop_newest: return false;
      case config::overflow::drop_qos0_first: return drop_qos0();
      case config::overflow::disconnect: break;
    }
    if (of_.connected) fail(of_, env_, mqtt::reason::quota_exceeded, "the session's queue is full", fx_);
    return false;
  }

  bool drop_front() {
    while (front_ < queue_.end() && !queue_.at(front_).body) ++front_;
    if (front_ == queue_.end()) return false;
    forget(queue_.at(front_++));
    fx_.changes.emplace_back(changes::discard{});
    front_dropped_ = true;
    return true;
  }

  bool drop_qos0() {
    if (qos0_ == 0) return std::min(body_->qos(), to_.qos) != qos::at_most_once && drop_front_above_qos0();
    qos0_position_ = queue_.find_qos0(qos0_position_);
    forget(queue_.at(qos0_position_++));
    fx_.changes.emplace_back(changes::discard_qos0{});
    return true;
  }

  bool drop_front_above_qos0() {
    while (front_ < queue_.end() && (!queue_.at(front_).body || queue_.at(front_).qos == qos::at_most_once)) ++front_;
    return drop_front();
  }

  void forget(const delivery& gone) {
    --messages_;
    bytes_ -= gone.body->memory();
    if (gone.qos == qos::at_most_once) --qos0_;
    lose(gone.body);
    tell_dropped(gone.body, "the queue was full, and newer messages came", false, fx_);
  }

  void lose(const publication_ptr& body) {
    auto reason = body->expires() <= env_.now ? drop_reason::expired : drop_reason::queue_full;
    fx_.dropped(reason).add(body->memory());
  }

  void refuse() {
    lose(body_);
    tell_dropped(body_, "the queue is full", true, fx_);
    turn_down(to_, fx_);
  }

  void prepare() {
    if (!of_.queue) fx_.prepare().queue = std::make_unique<delivery_queue>();
    if (!queue_.room() && !front_dropped_) fx_.prepare().queued = queue_.larger();
  }

  const record& of_;
  const environment& env_;
  const publication_ptr& body_;
  const addressing& to_;
  effects& fx_;
  const delivery_queue& queue_;
  std::uint32_t messages_;
  std::uint32_t qos0_;
  std::uint64_t bytes_;
  config::overflow policy_;
  std::uint32_t front_ = 0;
  std::uint32_t qos0_position_ = 0;
  bool front_dropped_ = false;
};

/// QoS 0 without a link: lost, unless the configuration keeps it.
bool lost_while_away(const record& of, const environment& env, const publication_ptr& body,
                     const addressing& to) noexcept {
  auto at = std::min(body->qos(), to.qos);
  return !of.connected && at == qos::at_most_once && !env.limits.queue_qos0_while_away;
}

}  // namespace

void deliver(const record& of, const environment& env, const publication_ptr& body, const addressing& to, effects& fx) {
  if (of.ended) {
    fx.dropped(drop_reason::session_ended).add(body->memory());
    tell_dropped(body, "its session has ended", true, fx);
    return turn_down(to, fx);
  }
  if (lost_while_away(of, env, body, to)) {
    tell_dropped(body, "QoS 0, and the client is away", true, fx);
    return fx.dropped(drop_reason::away_qos0).add(body->memory());
  }
  if (of.connected) {
    auto client = peer_of(of, env.limits);
    outflow out{of, env, client, fx};
    if (out.launch(body, to)) return out.finish();
  }
  queueing{of, env, body, to, fx}.run();  // [MQTT-4.5.0-1] [MQTT-3.3.4-10]
}

void writable(const record& of, const environment& env, effects& fx) {
  if (!of.connected) return;
  auto client = peer_of(of, env.limits);
  outflow out{of, env, client, fx};
  out.go_on();
  out.finish();
}

}  // namespace troupe::session
