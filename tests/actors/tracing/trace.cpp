#define CAF_SUITE actors_tracing_trace
#include "actors/tracing/trace.hpp"

#include <caf/test/unit_test.hpp>

#include <string>

using namespace troupe;
using actors::trace;
using actors::trace_log;

namespace {

auto make(std::string_view kind, std::string_view value) { return trace::make(1, kind, value, 100); }

void add(trace_log& to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    to.add({.at_ms = i, .client = {}, .address = {}, .text = std::string(100, 'x')});
}

}  // namespace

CAF_TEST(what_is_no_client_or_filter_or_address_is_no_trace) {
  CAF_CHECK(make("client", "any id"));
  CAF_CHECK(!make("client", ""));
  CAF_CHECK(make("topic", "a/+/#"));
  CAF_CHECK(!make("topic", "a/#/b"));
  CAF_CHECK(!make("topic", "$share/g/a"));
  CAF_CHECK(make("address", "10.0.0.0/8"));
  CAF_CHECK(make("address", "unix"));
  CAF_CHECK(!make("address", "here"));
  CAF_CHECK(!make("user", "ann"));
}

CAF_TEST(a_trace_fits_what_it_was_made_for) {
  CAF_CHECK(make("client", "a")->fits_client("a"));
  CAF_CHECK(!make("client", "a")->fits_client("ab"));
  CAF_CHECK(!make("topic", "a")->fits_client("a"));
  CAF_CHECK(make("topic", "a/+")->fits_topic("a/b"));
  CAF_CHECK(!make("topic", "a/+")->fits_topic("a/b/c"));
  CAF_CHECK(!make("topic", "#")->fits_topic("$SYS/x"));
  const auto near = *transport::parse_peer("10.1.2.3:4"), far = *transport::parse_peer("192.0.2.1:4");
  CAF_CHECK(make("address", "10.0.0.0/8")->fits_address(near));
  CAF_CHECK(!make("address", "10.0.0.0/8")->fits_address(far));
  CAF_CHECK(make("address", "192.0.2.1")->fits_address(far));
}

CAF_TEST(the_oldest_lines_go_when_the_bytes_are_used_up) {
  trace_log log{10'000};
  add(log, 1'000);
  CAF_CHECK_EQUAL(log.added(), 1'000u);
  CAF_CHECK(log.bytes() <= 10'000);
  CAF_CHECK(log.lost() > 900);
  const auto page = log.from(0, 1'000);
  CAF_REQUIRE(!page.lines.empty());
  CAF_CHECK_EQUAL(page.lines.front()->at_ms, log.lost());
  CAF_CHECK_EQUAL(page.next, 1'000u);
}

CAF_TEST(a_reader_goes_on_where_it_was) {
  trace_log log;
  CAF_CHECK(log.from(0, 10).lines.empty());
  add(log, 25);
  auto page = log.from(0, 10);
  CAF_CHECK_EQUAL(page.lines.size(), 10u);
  CAF_CHECK(page.more);
  page = log.from(page.next, 100);
  CAF_CHECK_EQUAL(page.lines.size(), 15u);
  CAF_CHECK(!page.more);
  CAF_CHECK(log.from(page.next, 100).lines.empty());
  CAF_CHECK_EQUAL(log.from(1'000, 10).next, 25u);
  CAF_CHECK_EQUAL(log.last(3).front()->at_ms, 22u);
  CAF_CHECK_EQUAL(log.last(100).size(), 25u);
}
