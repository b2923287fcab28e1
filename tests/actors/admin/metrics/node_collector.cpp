#define CAF_SUITE admin_node_collector
#include "actors/admin/metrics/node_collector.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;
using prometheus::MetricType;

namespace {

struct fixture {
  node_figures figures;

  fixture() {
    figures.version = "1.2.3";
    figures.loops = {{.seats = {{.role = "shard"}}}, {.seats = {{.role = "shard"}}}};
    figures.listeners = {{.name = "tcp", .refused = {{"rate", 3}, {"tls", 0}}}};
    figures.dropped = {{"queue_full", 7}};
    figures.restarts = {{"session", 2}};
    figures.alarms = {{"store", 1}};
    figures.store.rows = {{"queue", 5}};
  }

  std::map<std::string, prometheus::MetricFamily> families() const {
    std::map<std::string, prometheus::MetricFamily> result;
    for (auto& each : node_collector{figures}.Collect()) {
      CAF_CHECK(!result.contains(each.name));
      result[each.name] = each;
    }
    return result;
  }

  /// The value of the series with these labels; NaN: there is none.
  double value(const std::string& name, const std::map<std::string, std::string>& labels = {}) const {
    const auto all = families();
    const auto& found = all.at(name);
    for (const auto& each : found.metric) {
      std::map<std::string, std::string> here;
      for (const auto& label : each.label) here[label.name] = label.value;
      if (here == labels) return found.type == MetricType::Counter ? each.counter.value : each.gauge.value;
    }
    return std::nan("");
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(node_collector_tests, fixture)

CAF_TEST(names_follow_the_conventions) {
  for (const auto& [name, family] : families()) {
    CAF_CHECK(name.starts_with("troupe_") || name.starts_with("process_"));
    CAF_CHECK_EQUAL(name.ends_with("_total"), family.type == MetricType::Counter);
    CAF_CHECK(family.help.ends_with('.'));
    CAF_CHECK(!family.metric.empty());
    for (const auto* unit : {"_ms", "_us", "_milliseconds", "_kib", "_percent", "_share"})
      CAF_CHECK(name.find(unit) == std::string::npos);
  }
}

CAF_TEST(sessions_are_told_by_what_they_are) {
  figures.sessions = 10;
  figures.connected = 4;
  figures.loops[0].asleep = 1;
  figures.loops[1].asleep = 2;
  CAF_CHECK_EQUAL(value("troupe_connections"), 4.0);
  CAF_CHECK_EQUAL(value("troupe_sessions", {{"state", "connected"}}), 4.0);
  CAF_CHECK_EQUAL(value("troupe_sessions", {{"state", "disconnected"}}), 3.0);
  CAF_CHECK_EQUAL(value("troupe_sessions", {{"state", "asleep"}}), 3.0);
}

// Sums of several loops are not of one moment.
CAF_TEST(there_are_never_less_than_no_sessions) {
  figures.sessions = 1;
  figures.connected = 2;
  CAF_CHECK_EQUAL(value("troupe_sessions", {{"state", "disconnected"}}), 0.0);
}

CAF_TEST(figures_of_loops_and_their_actors_are_apart) {
  figures.loops[1].processor_seconds = 2.5;
  figures.loops[1].seats[0].depth = 9;
  figures.loops[1].longest_turn_seconds = 0.25;
  figures.loops[1].subscriptions = 11;
  figures.loops[0].retained = 3;
  figures.loops[1].retained = 4;
  CAF_CHECK_EQUAL(value("troupe_loop_cpu_seconds_total", {{"loop", "0"}}), 0.0);
  CAF_CHECK_EQUAL(value("troupe_loop_cpu_seconds_total", {{"loop", "1"}}), 2.5);
  CAF_CHECK_EQUAL(value("troupe_actor_mailbox_messages", {{"loop", "1"}, {"class", "shard"}}), 9.0);
  CAF_CHECK_EQUAL(value("troupe_loop_longest_turn_seconds", {{"loop", "1"}}), 0.25);
  CAF_CHECK_EQUAL(value("troupe_shard_subscriptions", {{"loop", "1"}}), 11.0);
  CAF_CHECK_EQUAL(value("troupe_retained_messages"), 7.0);
}

CAF_TEST(what_is_counted_by_a_label_has_a_series_for_each) {
  CAF_CHECK_EQUAL(value("troupe_messages_dropped_total", {{"reason", "queue_full"}}), 7.0);
  CAF_CHECK_EQUAL(value("troupe_actor_restarts_total", {{"class", "session"}}), 2.0);
  CAF_CHECK_EQUAL(value("troupe_alarm", {{"alarm", "store"}}), 1.0);
  CAF_CHECK_EQUAL(value("troupe_store_rows", {{"table", "queue"}}), 5.0);
  figures.admin.too_slow = 4;
  CAF_CHECK_EQUAL(value("troupe_admin_requests_failed_total", {{"reason", "too_slow"}}), 4.0);
  const std::map<std::string, std::string> rate{{"listener", "tcp"}, {"reason", "rate"}};
  CAF_CHECK_EQUAL(value("troupe_listener_connections_refused_total", rate), 3.0);
}

CAF_TEST(latencies_are_a_histogram_whose_buckets_add_up) {
  figures.latency.counts[3] = 1;                           // below the first bound
  figures.latency.counts[12] = 2;                          // less than 4.096 us
  figures.latency.counts[20] = 3;                          // less than 1.05 ms
  figures.latency.counts[latency_sketch::value_bits] = 4;  // above the last bound
  figures.latency.nanoseconds = 5e9;
  const auto all = families();
  const auto& found = all.at("troupe_publish_latency_seconds").metric.at(0).histogram;
  CAF_CHECK_EQUAL(found.sample_count, 10u);
  CAF_CHECK_EQUAL(found.sample_sum, 5.0);
  CAF_CHECK(std::abs(found.bucket.front().upper_bound - 4.096e-6) < 1e-12);
  CAF_CHECK_EQUAL(found.bucket.front().cumulative_count, 3u);
  CAF_CHECK(std::isinf(found.bucket.back().upper_bound));
  CAF_CHECK_EQUAL(found.bucket.back().cumulative_count, 10u);
  CAF_CHECK(std::ranges::is_sorted(found.bucket, {}, &prometheus::ClientMetric::Bucket::upper_bound));
  CAF_CHECK(std::ranges::is_sorted(found.bucket, {}, &prometheus::ClientMetric::Bucket::cumulative_count));
  const auto millisecond = std::ranges::find_if(found.bucket, [](const auto& each) { return each.upper_bound > 1e-3; });
  CAF_CHECK_EQUAL(millisecond->cumulative_count, 6u);
}

CAF_TEST(the_text_is_that_of_prometheus) {
  figures.listeners[0].name = "a \"b\"\n\\c";
  const auto text = exposition_of(node_collector{figures});
  CAF_CHECK(text.find("# TYPE troupe_messages_sent_total counter\n") != std::string::npos);
  CAF_CHECK(text.find("\ntroupe_build_info{version=\"1.2.3\"} 1\n") != std::string::npos);
  CAF_CHECK(text.find("troupe_listener_up{listener=\"a \\\"b\\\"\\n\\\\c\"} 0\n") != std::string::npos);
  CAF_CHECK(text.find("troupe_publish_latency_seconds_bucket{le=\"+Inf\"} 0\n") != std::string::npos);
}

CAF_TEST_FIXTURE_SCOPE_END()
