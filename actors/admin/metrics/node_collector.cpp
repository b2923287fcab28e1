#include "actors/admin/metrics/node_collector.hpp"

#include <cmath>
#include <sstream>

#include <prometheus/text_serializer.h>

#include "actors/admin/metrics/families.hpp"

namespace troupe::admin {

namespace {

double of(node_figures::count value) { return static_cast<double>(value); }

/// One series for each value of a label.
void add_each(families& to, const char* label, const node_figures::by_label& values) {
  for (const auto& [text, value] : values) to.add(of(value), {{label, text}});
}

// Bounds are powers of two of nanoseconds, from 4 microseconds to 4 seconds: what the sketches count by.
prometheus::ClientMetric::Histogram histogram_of(const latency_sketch::octaves& from) {
  constexpr std::size_t first = 12, last = 32;
  prometheus::ClientMetric::Histogram result;
  for (std::size_t i = 0; i < from.counts.size(); ++i) {
    result.sample_count += from.counts[i];
    if (i >= first && i <= last)
      result.bucket.push_back({result.sample_count, std::ldexp(1.0, static_cast<int>(i)) / 1e9});
  }
  result.bucket.push_back({result.sample_count, std::numeric_limits<double>::infinity()});
  result.sample_sum = from.nanoseconds * 1e-9;
  return result;
}

void add_clients(families& to, const node_figures& from) {
  node_figures::count asleep = 0;
  for (const auto& each : from.loops) asleep += each.asleep;
  const auto away = from.sessions - std::min(from.sessions, from.connected + asleep);
  to.gauge("troupe_connections", "Sessions with a connection.", of(from.connected));
  to.gauge("troupe_sessions", "Sessions; those that sleep are only in the store.")
    .add(of(from.connected), {{"state", "connected"}})
    .add(of(away), {{"state", "disconnected"}})
    .add(of(asleep), {{"state", "asleep"}});
  to.counter("troupe_connects_total", "CONNECT packets that were answered.")
    .add(of(from.connects_accepted), {{"result", "accepted"}})
    .add(of(from.connects_refused), {{"result", "refused"}});
  to.gauge("troupe_bans", "Bans in force.", of(from.bans));
  to.counter("troupe_connections_banned_total", "Connections refused by bans.", of(from.banned));
  to.counter("troupe_protocol_errors_total", "Connections closed for what the client sent.", of(from.protocol_errors));
}

void add_messages(families& to, const node_figures& from) {
  to.counter("troupe_messages_received_total", "PUBLISH packets taken from clients.", of(from.received));
  to.counter("troupe_messages_sent_total", "PUBLISH packets sent to clients for the first time.", of(from.sent));
  to.counter("troupe_message_received_bytes_total", "Topics and payloads of messages received.",
             of(from.bytes_received));
  to.counter("troupe_message_sent_bytes_total", "Topics and payloads of messages sent.", of(from.bytes_sent));
  add_each(to.counter("troupe_messages_dropped_total", "Messages that did not reach a receiver, by reason."), "reason",
           from.dropped);
  to.histogram("troupe_publish_latency_seconds",
               "From the receipt of PUBLISHes that are routed together to their receivers' queues.",
               histogram_of(from.latency));
  node_figures::count retained = 0, bytes = 0;
  for (const auto& each : from.loops) retained += each.retained, bytes += each.retained_bytes;
  to.gauge("troupe_retained_messages", "Retained messages.", of(retained));
  to.gauge("troupe_retained_bytes", "Memory of retained messages.", of(bytes));
}

/// A family with a series for each loop.
template <class Value>
void add_of_loops(families& to, const node_figures& from, Value value) {
  for (std::size_t i = 0; i < from.loops.size(); ++i) to.add(value(from.loops[i]), {{"loop", std::to_string(i)}});
}

/// A family with a series for each seat of each loop.
template <class Value>
void add_of_seats(families& to, const node_figures& from, Value value) {
  for (std::size_t i = 0; i < from.loops.size(); ++i)
    for (const auto& each : from.loops[i].seats)
      to.add(value(each), {{"loop", std::to_string(i)}, {"class", std::string{each.role}}});
}

void add_loops(families& to, const node_figures& from) {
  using loop = node_figures::loop;
  add_of_loops(to.counter("troupe_loop_cpu_seconds_total", "Processor time of a loop's thread."), from,
               [](const loop& each) { return each.processor_seconds; });
  add_of_loops(to.gauge("troupe_loop_busy_ratio", "The part of the last second that a loop's thread had a processor."),
               from, [](const loop& each) { return each.busy_share; });
  add_of_loops(
    to.gauge("troupe_loop_longest_turn_seconds", "The longest turn of a loop in the last one or two seconds."), from,
    [](const loop& each) { return each.longest_turn_seconds; });
  add_of_loops(to.gauge("troupe_shard_subscriptions",
                        "Subscriptions in a shard's index; those with wildcards are in the index of each."),
               from, [](const loop& each) { return of(each.subscriptions); });
  add_of_loops(to.gauge("troupe_loop_links", "Network connections of a loop, in any state."), from,
               [](const loop& each) { return of(each.links); });
  add_of_loops(to.gauge("troupe_loop_sessions", "Sessions of a loop, those that sleep included."), from,
               [](const loop& each) { return of(each.sessions); });
}

void add_actors(families& to, const node_figures& from) {
  using seat = node_figures::seat;
  add_of_seats(to.gauge("troupe_actor_mailbox_messages", "Messages that wait for an actor."), from,
               [](const seat& each) { return of(each.depth); });
  add_of_seats(to.gauge("troupe_actor_mailbox_oldest_seconds", "How long the oldest of them has waited."), from,
               [](const seat& each) { return each.oldest_seconds; });
  add_of_seats(to.counter("troupe_actor_messages_handled_total", "Messages that an actor handled."), from,
               [](const seat& each) { return of(each.handled); });
  add_of_seats(to.counter("troupe_actor_messages_refused_total", "Messages that ended two actors in a row."), from,
               [](const seat& each) { return of(each.refused); });
  add_each(to.counter("troupe_actor_restarts_total", "Restarts of actors, by what they are."), "class", from.restarts);
}

void add_listeners(families& to, const node_figures& from) {
  to.gauge("troupe_listener_up", "Whether a listener listens.");
  for (const auto& each : from.listeners) to.add(each.listens ? 1 : 0, {{"listener", each.name}});
  to.gauge("troupe_listener_connections", "Connections of a listener.");
  for (const auto& each : from.listeners) to.add(of(each.connections), {{"listener", each.name}});
  to.counter("troupe_listener_connections_accepted_total", "Connections that a listener took.");
  for (const auto& each : from.listeners) to.add(of(each.accepted), {{"listener", each.name}});
  to.counter("troupe_listener_connections_refused_total", "Connections that a listener refused, by reason.");
  for (const auto& each : from.listeners)
    for (const auto& [reason, count] : each.refused) to.add(of(count), {{"listener", each.name}, {"reason", reason}});
}

void add_store(families& to, const node_figures::storage& from) {
  to.counter("troupe_store_commits_total", "Groups of batches written.", of(from.commits));
  to.counter("troupe_store_batches_total", "Batches in those groups.", of(from.batches));
  to.counter("troupe_store_written_bytes_total", "Bytes of these batches.", of(from.bytes));
  to.counter("troupe_store_syncs_total", "Groups that were synced to disk.", of(from.syncs));
  to.counter("troupe_store_sync_seconds_total", "Time of all these.", from.sync_seconds);
  to.counter("troupe_store_failures_total", "Groups that were not written.", of(from.failures));
  to.counter("troupe_store_conflicts_total", "Batches that no longer fitted what is stored.", of(from.conflicts));
  to.counter("troupe_store_refused_total", "Batches refused because too many bytes waited.", of(from.refused));
  to.gauge("troupe_store_waiting_requests", "Requests that wait for the store.", of(from.waiting));
  to.gauge("troupe_store_waiting_bytes", "Bytes of batches that wait.", of(from.waiting_bytes));
  to.gauge("troupe_store_disk_bytes", "Size of the store on disk.", of(from.disk_bytes));
  add_each(to.gauge("troupe_store_rows", "Rows of a table, an estimate."), "table", from.rows);
}

void add_history(families& to, const node_figures::events& from) {
  to.counter("troupe_events_total", "Events of clients and actors.", of(from.told));
  to.counter("troupe_events_overwritten_total", "Events that are forgotten, being the oldest.", of(from.overwritten));
  to.counter("troupe_events_lost_total", "Events that one who watches them could not be told.", of(from.lost));
  to.gauge("troupe_events_watchers", "Streams of events that are open.", of(from.watching));
  to.gauge("troupe_events_bytes", "Memory taken for events so far.", of(from.bytes));
  to.gauge("troupe_events_limit_bytes", "Memory that events may take.", of(from.bytes_max));
}

void add_admin(families& to, const node_figures::service& from) {
  to.gauge("troupe_admin_connections", "Connections to the admin API.", of(from.connections));
  to.gauge("troupe_admin_streams", "Of these, streams of events.", of(from.streams));
  to.counter("troupe_admin_connections_refused_total", "Connections above the limit.", of(from.turned_away));
  to.counter("troupe_admin_requests_total", "Requests to the admin API.", of(from.requests));
  to.counter("troupe_admin_requests_failed_total", "Requests that came to no good end, by why.")
    .add(of(from.refused), {{"reason", "refused"}})
    .add(of(from.too_slow), {{"reason", "too_slow"}})
    .add(of(from.failed), {{"reason", "failed"}})
    .add(of(from.unanswered), {{"reason", "unanswered"}});
  to.counter("troupe_admin_streams_cut_total", "Streams whose reader was too slow.", of(from.streams_too_slow));
}

void add_process(families& to, const process_figures& from) {
  to.counter("process_cpu_seconds_total", "Processor time of the process.", from.processor_seconds);
  to.gauge("process_start_time_seconds", "When the process started, since 1970.", from.started_at);
  to.gauge("process_resident_memory_bytes", "Resident memory.", of(from.resident_bytes));
  to.gauge("process_virtual_memory_bytes", "Virtual memory.", of(from.virtual_bytes));
  to.gauge("process_open_fds", "Open file descriptors.", of(from.descriptors));
  to.gauge("process_max_fds", "Limit of open file descriptors.", of(from.descriptors_max));
  to.gauge("process_threads", "Threads.", of(from.threads));
}

}  // namespace

std::vector<prometheus::MetricFamily> node_collector::Collect() const {
  families result;
  result.gauge("troupe_build_info", "1; its label tells the version.").add(1, {{"version", of_.version}});
  add_clients(result, of_);
  add_messages(result, of_);
  add_loops(result, of_);
  add_actors(result, of_);
  add_listeners(result, of_);
  add_store(result, of_.store);
  add_history(result, of_.history);
  add_admin(result, of_.admin);
  add_each(result.gauge("troupe_alarm", "Whether an alarm is on."), "alarm", of_.alarms);
  add_process(result, of_.process);
  return result.take();
}

std::string exposition_of(const prometheus::Collectable& figures) {
  std::ostringstream text;
  prometheus::TextSerializer{}.Serialize(text, figures.Collect());
  return std::move(text).str();
}

}  // namespace troupe::admin
