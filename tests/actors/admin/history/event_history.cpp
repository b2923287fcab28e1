#define CAF_SUITE admin_event_history
#include "actors/admin/history/event_history.hpp"

#include <atomic>
#include <thread>

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;

namespace {

event_view about(std::string_view client) {
  event_view result;
  result.client = client;
  return result;
}

}  // namespace

CAF_TEST(what_is_pushed_is_what_is_kept) {
  event_history tested{64 * 1024};
  std::vector<event> seen;
  tested.watchers.watch({}, [&](const auto& each) { seen.push_back(*each); });
  CAF_CHECK_EQUAL(tested.add(about("a")), 1u);
  CAF_CHECK_EQUAL(tested.add(about("b")), 2u);
  CAF_REQUIRE_EQUAL(seen.size(), 2u);
  CAF_CHECK_EQUAL(seen[1].id, 2u);
  CAF_CHECK(tested.ring.events_of("b").events == std::vector{seen[1]});
}

CAF_TEST(events_are_read_whole_while_other_threads_add) {
  event_ring tested{64 * 1024};
  std::atomic<bool> done = false;
  const auto add = [&](const std::string& client) {
    for (int i = 0; i < 20'000; ++i) {
      const std::string text(static_cast<std::size_t>(i % 100), client[0]);
      auto what = about(client);
      what.text = text;
      tested.add(what);
    }
  };
  std::atomic<std::uint64_t> wrong = 0;
  const auto check = [&](const event_page& page) {
    for (const auto& each : page.events) wrong += each.text.find_first_not_of(each.client[0]) != std::string::npos;
    for (std::size_t i = 1; i < page.events.size(); ++i) wrong += page.events[i].id >= page.events[i - 1].id;
  };
  std::thread reader{[&] {
    while (!done) {
      check(tested.latest());
      check(tested.events_of("a"));
    }
  }};
  std::thread a{add, "a"};
  std::thread b{add, "b"};
  a.join();
  b.join();
  done = true;
  reader.join();
  CAF_CHECK_EQUAL(wrong.load(), 0u);
  CAF_CHECK_EQUAL(tested.added(), 40'000u);
}
