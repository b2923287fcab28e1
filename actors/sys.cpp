#include "actors/sys.hpp"

#include <caf/all.hpp>

#include "actors/durability/durability.hpp"
#include "actors/event_topics.hpp"
#include "actors/runtime/fault.hpp"
#include "config/version.hpp"

namespace troupe::actors {

caf::behavior sys(sys_actor* self, workplace* at, std::vector<const workplace*> all) {
  self->state.begin(at, std::move(all));
  return {
    [=](const publish_sys&) { self->state.publish_round(); },
    [=](const crash_next&) { runtime::become_faulty(self); },
  };
}

void sys_state::begin(workplace* at, std::vector<const workplace*> all) {
  at_ = at;
  all_ = std::move(all);
}

template <class Read>
std::uint64_t sys_state::sum(Read read) const {
  std::uint64_t result = 0;
  for (const auto* each : all_) result += read(*each);
  return result;
}

void sys_state::publish(std::string_view name_below, std::string_view value) {
  auto topic = "$SYS/brokers/" + std::string{name_below};
  session::route what;
  what.body = publication::make(
    {.topic = topic, .payload = std::as_bytes(std::span{value}), .retain = true, .arrived = at_->loop.now()});
  at_->routes.route(std::move(what), {});
}

void sys_state::publish(std::string_view name_below, std::uint64_t value) {
  publish(name_below, std::string_view{std::to_string(value)});
}

void sys_state::publish_store(const persistence::stats& now) {
  publish("store/alarm", std::string_view{now.alarm ? "1" : "0"});
  publish("store/commits", now.commits);
  publish("store/batches", now.batches);
  publish("store/bytes", now.bytes);
  publish("store/syncs", now.syncs);
  publish("store/failures", now.failures);
  publish("store/refused", now.refused);
  publish("store/waiting", now.waiting);
  publish("store/waiting_bytes", now.waiting_bytes);
  publish("store/disk_bytes", now.disk_bytes);
}

void sys_state::publish_round() {
  auto of = [this](counter counters::*which) {
    return sum([=](const workplace& each) { return (each.counters.*which).value(); });
  };
  auto uptime = std::chrono::duration_cast<std::chrono::seconds>(at_->loop.now() - at_->started);
  publish("version", version_text);
  publish("uptime", static_cast<std::uint64_t>(uptime.count()));
  publish("clients/connected", of(&counters::connected));
  publish("clients/total", of(&counters::sessions));
  publish("clients/accepted", of(&counters::connections_accepted));
  publish("clients/refused", of(&counters::connections_refused));
  publish("messages/received", of(&counters::messages_received));
  publish("messages/sent", of(&counters::messages_sent));
  publish("bytes/received", of(&counters::bytes_received));
  publish("bytes/sent", of(&counters::bytes_sent));
  publish("actors/restarts", at_->tree.restarts());
  if (at_->events) publish("events/left_out", at_->events->left_out());
  if (at_->durable) publish_store(at_->durable->store()->stats());
  for (std::size_t i = 0; i < at_->counters.drops.size(); ++i)
    publish("messages/dropped/" + std::string{to_string(static_cast<session::drop_reason>(i))},
            sum([=](const workplace& each) { return each.counters.drops[i].value(); }));
}

}  // namespace troupe::actors
