#include "actors/workplace.hpp"

#include <charconv>

#include "actors/durability/durability.hpp"
#include "routing/topic.hpp"

namespace troupe::actors {

workplace::workplace(runtime::event_loop& on, runtime::post_office& mail, const config::options& from,
                     runtime::actor_tree& actors, std::shared_ptr<retained_budget> budget, node_store* store)
  : loop{on},
    office{mail},
    options{from},
    started{on.now()},
    tree{actors},
    timers{on.now()},
    routes{mail, on.index()},
    requests{mail},
    retained{std::move(budget)},
    sessions{*this},
    handshakes{*this} {
  if (!store) return;
  durable = std::make_unique<actors::durability>(*this, *store);
  routes.keep_in(*store);
}

workplace::~workplace() = default;

void workplace::advance_timers() {
  timers.advance(loop.now(), [this](timer due, transport::timer_tick tick) {
    if (!due.session) return handshakes.timeout(due.candidate);
    auto* seat = sessions.find(due.session);
    if (!seat && durable && !due.ordered_wait) return durable->sleepers().due(due.session, tick);
    if (!seat) return;
    if (due.ordered_wait)
      seat->waited();
    else
      seat->timeout(tick);
  });
}

namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

void crash_role(workplace& at, runtime::role which, std::string_view number) {
  std::uint32_t loop = 0;
  auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), loop);
  if (error == std::errc{} && end == number.data() + number.size() && loop < at.office.loops())
    at.office.send(loop, which, crash_next{});
}

}  // namespace

void inject_fault(workplace& at, std::string_view topic) {
  if (!take_prefix(topic, "$SYS/debug/crash/")) return;
  if (take_prefix(topic, "session/"))
    at.office.send(registry_of(topic, at.office.loops()), runtime::role::registry,
                   crash_session{shared_text{topic}, {}});
  else if (take_prefix(topic, "shard/"))
    crash_role(at, runtime::role::shard, topic);
  else if (take_prefix(topic, "delivery/"))
    crash_role(at, runtime::role::delivery, topic);
  else if (take_prefix(topic, "registry/"))
    crash_role(at, runtime::role::registry, topic);
}

}  // namespace troupe::actors
