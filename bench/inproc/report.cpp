#include <ostream>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "bench/inproc/inproc.hpp"

namespace troupe::bench::inproc {

namespace {

constexpr double nanoseconds_per_microsecond = 1000;

double microseconds(double nanoseconds) { return nanoseconds / nanoseconds_per_microsecond; }

double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1024.0 * 1024.0); }

}  // namespace

void print_table(const result& of, std::ostream& to) {
  auto row = [&](std::string_view name, const std::string& value) { fmt::print(to, "{:<34} {}\n", name, value); };
  row("sessions", fmt::format("{} connected, {} subscribed, {} loops", of.connected, of.subscribed, of.loops));
  row("connect and subscribe", fmt::format("{:.1f} s, {:.1f} microseconds of CPU each", of.connect_seconds,
                                           of.connect_cpu_seconds * 1e6 / static_cast<double>(of.subscribed)));
  row("resident, empty", fmt::format("{:.1f} MiB", mebibytes(of.resident_empty)));
  row("bench's own, per session", fmt::format("{:.0f} bytes", of.bench_bytes_per_session()));
  row("per session, connected", fmt::format("{:.0f} bytes", of.connected_bytes_per_session()));
  row("per session, after the load", fmt::format("{:.0f} bytes", of.loaded_bytes_per_session()));
  row("messages measured", fmt::format("{} in {:.1f} s, {:.0f} a second", of.messages, of.seconds,
                                       static_cast<double>(of.messages) / of.seconds));
  row("CPU per message",
      fmt::format("{:.2f} microseconds: node {:.2f}, clients {:.2f}, their waking up {:.2f}", of.cpu_microseconds(),
                  of.node_microseconds(), of.own_microseconds(), of.tick_microseconds()));
  row("", fmt::format("{:.2f} of all that in the kernel, {:.2f} outside", of.system_microseconds(),
                      of.cpu_microseconds() - of.system_microseconds()));
  row("latency p50 / p95 / p99 / p99.9",
      fmt::format("{:.0f} / {:.0f} / {:.0f} / {:.0f} microseconds, longest {:.0f}",
                  microseconds(of.latency.percentile(0.5)), microseconds(of.latency.percentile(0.95)),
                  microseconds(of.latency.percentile(0.99)), microseconds(of.latency.percentile(0.999)),
                  microseconds(static_cast<double>(of.latency.largest()))));
  row("ledger", fmt::format("{} published, {} acknowledged, {} received", of.published, of.acknowledged, of.received));
  row("", fmt::format("{} lost, {} duplicate, {} reordered, {} foreign, {} refused, {} closed", of.lost, of.duplicate,
                      of.reordered, of.foreign, of.refused, of.closed));
}

void print_json(const result& of, std::ostream& to) {
  fmt::print(to, "{{\n");
  auto last = false;
  auto field = [&](std::string_view name, auto value) {
    fmt::print(to, "  \"{}\": {}{}\n", name, value, last ? "" : ",");
  };
  field("sessions", of.options.sessions);
  field("rate", of.options.rate);
  field("duration_seconds", of.options.duration.count());
  field("warm_up_seconds", of.options.warm_up.count());
  field("payload_bytes", of.options.payload_bytes);
  field("loops", of.loops);
  field("connected", of.connected);
  field("subscribed", of.subscribed);
  field("connect_seconds", of.connect_seconds);
  field("connect_cpu_seconds", of.connect_cpu_seconds);
  field("resident_empty_bytes", of.resident_empty);
  field("resident_clients_bytes", of.resident_clients);
  field("resident_connected_bytes", of.resident_connected);
  field("resident_loaded_bytes", of.resident_loaded);
  field("heap_connected_bytes", of.heap_connected);
  field("heap_loaded_bytes", of.heap_loaded);
  field("bench_bytes_per_session", of.bench_bytes_per_session());
  field("connected_bytes_per_session", of.connected_bytes_per_session());
  field("loaded_bytes_per_session", of.loaded_bytes_per_session());
  field("measured_seconds", of.seconds);
  field("measured_messages", of.messages);
  field("cpu_microseconds_per_message", of.cpu_microseconds());
  field("kernel_microseconds_per_message", of.system_microseconds());
  field("node_microseconds_per_message", of.node_microseconds());
  field("clients_microseconds_per_message", of.own_microseconds());
  field("ticks_microseconds_per_message", of.tick_microseconds());
  field("latency_samples", of.latency.count());
  field("latency_p50_microseconds", microseconds(of.latency.percentile(0.5)));
  field("latency_p95_microseconds", microseconds(of.latency.percentile(0.95)));
  field("latency_p99_microseconds", microseconds(of.latency.percentile(0.99)));
  field("latency_p999_microseconds", microseconds(of.latency.percentile(0.999)));
  field("latency_max_microseconds", microseconds(static_cast<double>(of.latency.largest())));
  field("published", of.published);
  field("acknowledged", of.acknowledged);
  field("received", of.received);
  field("lost", of.lost);
  field("duplicate", of.duplicate);
  field("reordered", of.reordered);
  field("foreign", of.foreign);
  field("refused", of.refused);
  last = true;
  field("closed", of.closed);
  fmt::print(to, "}}\n");
}

}  // namespace troupe::bench::inproc
