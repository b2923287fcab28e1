#include <algorithm>
#include <string>
#include <unordered_set>

#include "actors/session/protocol/inputs.hpp"
#include "actors/session/protocol/outflow.hpp"
#include "actors/session/protocol/reply.hpp"
#include "routing/topic.hpp"

namespace troupe::session {

namespace {

/// The filter as the shards know it: the mount point stands behind `$share/<group>/`.
shared_text mounted(std::string_view filter, std::string_view mount_point) {
  if (mount_point.empty()) return shared_text{filter};
  auto rest = match_part(filter);
  std::string result{filter.substr(0, filter.size() - rest.size())};
  return shared_text{result.append(mount_point).append(rest)};
}

mqtt::reason check_filter(const environment& env, std::string_view filter) noexcept {
  if (check_topic_filter(filter, env.limits.topic_levels_max) != topic_error::none)
    return mqtt::reason::topic_filter_invalid;
  if (filter.size() + env.mount_point.size() > topic_bytes_max) return mqtt::reason::topic_filter_invalid;
  if (split_share(filter) && !env.limits.shared_available) return mqtt::reason::shared_subscriptions_not_supported;
  if (has_wildcard(match_part(filter)) && !env.limits.wildcard_available)
    return mqtt::reason::wildcard_subscriptions_not_supported;  // [MQTT3-3.8.3-2]
  return mqtt::reason::success;
}

/// Judges the entries of one SUBSCRIBE, one after the other [MQTT-3.8.4-5].
class subscribe_decision {
public:
  subscribe_decision(const record& of, const environment& env, const mqtt::subscribe& packet, effects& fx)
    : of_{of},
      env_{env},
      packet_{packet},
      fx_{fx},
      pending_{std::make_unique<pending_request>()} {
    pending_->ticket = of.last_request + 1;
    pending_->packet_id = packet.packet_id;
    pending_->reasons.reserve(packet.entries.size());
    pending_->subscribe.ticket = pending_->ticket;
  }

  void judge(const mqtt::subscribe::entry& entry) {
    if (env_.storage_full && of_.durable != 0) return pending_->reasons.push_back(mqtt::reason::quota_exceeded);
    auto refusal = check_filter(env_, entry.filter);
    if (refusal == mqtt::reason::success && !allowed(entry.filter)) refusal = mqtt::reason::not_authorized;
    if (refusal != mqtt::reason::success) return pending_->reasons.push_back(refusal);
    auto filter = mounted(entry.filter, env_.mount_point);
    auto is_new = !of_.subscriptions.find(filter) && !added_.contains(filter.view());
    if (is_new && of_.subscriptions.size() + added_.size() >= env_.limits.subscriptions_max)
      return pending_->reasons.push_back(mqtt::reason::quota_exceeded);
    grant(entry, std::move(filter), is_new);
  }

  void finish() {
    if (pending_->subscribe.entries.empty()) return answer();
    auto more = static_cast<std::uint32_t>(added_.size());
    if (more > 0 && !of_.subscriptions.room(more)) fx_.prepare().subscriptions = of_.subscriptions.larger(more);
    if (!of_.requests.room(1)) fx_.prepare().requests = of_.requests.larger();
    fx_.subscribe.push_back(pending_->subscribe);
    fx_.changes.emplace_back(changes::ask{std::move(pending_)});
  }

private:
  bool allowed(std::string_view filter) const {
    return !env_.access || env_.access->check(access::subscribe, filter, of_.identity());
  }

  void grant(const mqtt::subscribe::entry& entry, shared_text filter, bool is_new) {
    auto options = entry.options;
    options.maximum_qos = std::min(options.maximum_qos, static_cast<qos>(env_.limits.qos_max));  // [MQTT-3.2.2-10]
    pending_->reasons.push_back(static_cast<mqtt::reason>(options.maximum_qos));
    subscription granted{filter, options, packet_.identifier};
    fx_.changes.emplace_back(changes::put{granted});  // [MQTT-3.8.4-3, -4]
    pending_->subscribe.entries.push_back({std::move(granted), is_new});
    // The request's own text is what the set looks at; it lives as long as the decision.
    if (is_new) added_.insert(pending_->subscribe.entries.back().what.filter.view());
  }

  void answer() {
    if (packet_.packet_id == 0) return;  // an operator asked
    auto fits = reply(
      of_, mqtt::subscription_acknowledgement{.packet_id = packet_.packet_id, .reasons = std::move(pending_->reasons)},
      fx_);
    if (!fits) fail(of_, env_, mqtt::reason::packet_too_large, "SUBACK is too large for the client", fx_);
  }

  const record& of_;
  const environment& env_;
  const mqtt::subscribe& packet_;
  effects& fx_;
  std::unique_ptr<pending_request> pending_;
  std::unordered_set<std::string_view> added_;
};

const pending_request* find_request(const record& of, std::uint32_t ticket) noexcept {
  for (std::uint32_t i = 0; i < of.requests.size(); ++i)
    if (of.requests[i].ticket == ticket) return &of.requests[i];
  return nullptr;
}

/// One reason for each filter of the packet, in its order, all of the packet's list [MQTT-3.8.4-7] [MQTT-3.9.3-1, -2]
/// [MQTT-3.11.3-1, -2] [MQTT3-3.9.3-2]: the answer as it was prepared, with what the shards say of those entries that
/// they were asked for.
std::vector<mqtt::reason> merge(const pending_request& request, std::span<const mqtt::reason> shards) {
  auto result = request.reasons;
  std::size_t next = 0;
  for (auto& reason : result)
    if (!is_error(reason) && reason != mqtt::reason::no_subscription_existed && next < shards.size())
      reason = is_error(shards[next]) || request.answer == mqtt::packet_type::unsuback ? shards[next] : reason, ++next;
  return result;
}

/// Answers the client, if it is still there, and lets the queue go on that was held back until then.
void settle(const record& of, const environment& env, const pending_request& request,
            std::span<const mqtt::reason> shards, effects& fx) {
  fx.changes.emplace_back(changes::answered{request.ticket});
  if (!of.connected || request.packet_id == 0) return;
  auto fits = reply(of,
                    mqtt::subscription_acknowledgement{.type = request.answer,
                                                       .packet_id = request.packet_id,  // [MQTT-2.2.1-6] [MQTT-3.8.4-2]
                                                       .reasons = merge(request, shards)},
                    fx);
  if (!fits) return fail(of, env, mqtt::reason::packet_too_large, "SUBACK is too large for the client", fx);
  gate(of, fx);
  auto to = peer_of(of, env.limits);
  outflow out{of, env, to, fx};
  out.answered(request.ticket);
  out.go_on();
  out.finish();
}

}  // namespace

void take_subscribe(const record& of, const environment& env, const mqtt::subscribe& packet, effects& fx) {
  subscribe_decision decision{of, env, packet, fx};
  for (const auto& entry : packet.entries) decision.judge(entry);
  decision.finish();
}

void take_unsubscribe(const record& of, const environment& env, const mqtt::unsubscribe& packet, effects& fx) {
  auto pending = std::make_unique<pending_request>();
  pending->ticket = pending->unsubscribe.ticket = of.last_request + 1;
  pending->packet_id = packet.packet_id;
  pending->answer = mqtt::packet_type::unsuback;
  for (auto filter : packet.filters) {
    const auto* found = of.subscriptions.find(mounted(filter, env.mount_point));  // [MQTT-3.10.4-1]
    pending->reasons.push_back(found ? mqtt::reason::success : mqtt::reason::no_subscription_existed);
    if (!found) continue;
    pending->unsubscribe.filters.push_back(found->filter);
    // Neither queue nor window is looked at: what was begun is completed [MQTT-3.10.4-2, -3].
    fx.changes.emplace_back(changes::erase{found->filter});
  }
  if (pending->unsubscribe.filters.empty()) {
    if (packet.packet_id == 0) return;  // an operator asked
    reply(of,
          mqtt::subscription_acknowledgement{.type = mqtt::packet_type::unsuback,  // [MQTT-3.10.4-5]
                                             .packet_id = packet.packet_id,
                                             .reasons = std::move(pending->reasons)},
          fx);
    return;
  }
  if (!of.requests.room(1)) fx.prepare().requests = of.requests.larger();
  fx.unsubscribe.push_back(pending->unsubscribe);
  fx.changes.emplace_back(changes::ask{std::move(pending)});
}

void subscribe_for(const record& of, const environment& env, mqtt::subscribe what, effects& fx) {
  if (of.ended) return;
  what.packet_id = 0;
  take_subscribe(of, env, what, fx);
}

void unsubscribe_for(const record& of, const environment& env, mqtt::unsubscribe what, effects& fx) {
  if (of.ended) return;
  what.packet_id = 0;
  take_unsubscribe(of, env, what, fx);
}

void subscribed(const record& of, const environment& env, std::uint32_t ticket, std::span<const mqtt::reason> reasons,
                effects& fx) {
  const auto* request = find_request(of, ticket);
  if (!request) return;
  const auto& entries = request->subscribe.entries;
  for (std::size_t i = 0; i < reasons.size() && i < entries.size(); ++i)
    if (is_error(reasons[i])) fx.changes.emplace_back(changes::erase{entries[i].what.filter});
  settle(of, env, *request, reasons, fx);  // [MQTT-3.8.4-1, -6]
}

void unsubscribed(const record& of, const environment& env, std::uint32_t ticket, std::span<const mqtt::reason> reasons,
                  effects& fx) {
  const auto* request = find_request(of, ticket);
  if (request) settle(of, env, *request, reasons, fx);  // [MQTT-3.10.4-4, -6]
}

void access_changed(const record& of, const environment& env, effects& fx) {
  if (of.ended) return;
  fx.changes.emplace_back(changes::guard{env.access && env.access->needs_delivery_check(of.identity())});
  if (!env.access) return;
  unsubscribe_request request;
  of.subscriptions.for_each([&](const subscription& each) {
    auto filter = match_part(each.filter);
    if (filter.starts_with(env.mount_point)) filter.remove_prefix(env.mount_point.size());
    if (env.access->check(access::subscribe, filter, of.identity())) return;
    request.filters.push_back(each.filter);
    fx.changes.emplace_back(changes::erase{each.filter});
  });
  if (!request.filters.empty()) fx.unsubscribe.push_back(std::move(request));
}

void resubscribe(const record& of, effects& fx) {
  if (!of.subscriptions.empty()) {
    auto& request = fx.subscribe.emplace_back();
    request.again = true;
    request.entries.reserve(of.subscriptions.size());
    of.subscriptions.for_each([&](const subscription& each) { request.entries.push_back({each, false}); });
  }
  for (std::uint32_t i = 0; i < of.requests.size(); ++i) {
    const auto& open = of.requests[i];
    if (open.answer == mqtt::packet_type::suback)
      fx.subscribe.push_back(open.subscribe);
    else
      fx.unsubscribe.push_back(open.unsubscribe);
  }
}

}  // namespace troupe::session
