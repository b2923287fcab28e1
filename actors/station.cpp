#include "actors/station.hpp"

#include <random>

#include <caf/all.hpp>

#include "actors/delivery.hpp"
#include "actors/durability/durability.hpp"
#include "actors/durability/store_actor.hpp"
#include "actors/refusals.hpp"
#include "actors/registry.hpp"
#include "actors/session/sessions.hpp"
#include "config/log.hpp"

namespace troupe::actors {

namespace {

constexpr std::chrono::milliseconds tick_interval = transport::timer_resolution;
constexpr std::uint64_t ticks_between_sweeps = 10;

}  // namespace

station::station(caf::actor_system& system, std::uint32_t index, runtime::post_office& office,
                 const config::options& options, runtime::actor_tree& tree, std::shared_ptr<retained_budget> budget,
                 node_store* store)
  : options_{options},
    tree_{tree},
    loop_{system, index},
    place_{loop_, office, options, tree, std::move(budget), store},
    links_{loop_.reactor(),
           [this](transport::link& opened, transport::admission as) -> transport::link_events& {
             return place_.handshakes.begin(opened, as);
           },
           stats_},
    timer_{loop_.reactor()} {
  place_.release_link = [this](transport::link& leaving) { return links_.release(leaving); };
  place_.adopt_link = [this](std::unique_ptr<transport::link> moved) -> transport::link& {
    return links_.adopt(std::move(moved));
  };
  links_.mark_in(loop_.mark());
  answer_refused_mail(loop_, place_);
  loop_.on_gather([this] {
    auto more = place_.routes.flush();
    if (place_.durable) more |= place_.durable->flush();
    return links_.process_pending() || more;
  });
  loop_.on_flush([this] {
    links_.flush();
    place_.sessions.collect();
    return links_.has_pending();
  });
}

// -- actors ---------------------------------------------------------------------------------------------------------

template <class Behaviour, class... Ts>
caf::actor station::start_seated(runtime::role which, Behaviour behaviour, Ts... arguments) {
  auto started = runtime::spawn_on(loop_, behaviour, arguments...);
  loop_.seat_of(which).occupy(started);
  return started;
}

caf::actor station::start_shard() {
  return start_seated(runtime::role::shard, shard,
                      shard_setup{&place_.office, &loop_.seat_of(runtime::role::shard), &place_.retained,
                                  &place_.options, std::random_device{}(), shards_started_++, place_.durable != nullptr,
                                  place_.events, &of_shard_, place_.follows});
}

caf::actor station::start_supervisor() {
  using runtime::role;
  runtime::supervisor_spec spec{.path = "root/loop " + std::to_string(loop_.index()),
                                .strategy = runtime::strategy::one_for_one,
                                .restarts_max = options_.supervision.restarts_max,
                                .window = options_.supervision.window,
                                .children = {}};
  auto child = [&](std::string name, std::function<caf::actor()> start) {
    spec.children.push_back({std::move(name), runtime::restart::permanent, std::move(start)});
  };
  child("sessions", [this] { return start_seated(role::sessions, sessions, &place_); });
  child("registry", [this] { return start_seated(role::registry, registry, &place_); });
  child("shard", [this] { return start_shard(); });
  child("delivery", [this] { return start_seated(role::delivery, delivery, &place_); });
  if (place_.durable) child("store", [this] { return start_seated(role::store, store, &place_); });
  return runtime::spawn_on(loop_, runtime::supervisor, std::move(spec), &tree_);
}

// -- links and time -------------------------------------------------------------------------------------------------

void station::listen(const std::shared_ptr<transport::listener>& to) {
  acceptors_[to->options().name] = std::make_unique<transport::acceptor>(loop_.reactor(), links_, to);
}

void station::begin() { tick(); }

void station::tick() {
  timer_.after(tick_interval, [this] {
    place_.advance_timers();
    if (place_.durable) place_.durable->tick();
    if (++ticks_ % ticks_between_sweeps == 0) place_.office.send(loop_.index(), runtime::role::shard, sweep_retained{});
    tick();
  });
}

void station::clear() {
  timer_.cancel();
  acceptors_.clear();
  if (place_.durable) place_.durable->stop();
  place_.sessions.clear();
}

}  // namespace troupe::actors
