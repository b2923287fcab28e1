#define CAF_SUITE admin_subscribers
#include "actors/admin/history/subscribers.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;

namespace {

struct fixture {
  subscribers tested;
  std::vector<std::shared_ptr<const event>> seen;
  subscribers::sink see = [this](const auto& each) { seen.push_back(each); };

  static event_view about(std::string_view client, event_kind kind = event_kind::client_connected) {
    event_view result{.id = 1, .kind = kind};
    result.client = client;
    return result;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(subscribers_tests, fixture)

CAF_TEST(who_watches_is_told_until_it_does_no_more) {
  tested.tell(about("a"));
  const auto watcher = tested.watch({}, see);
  CAF_CHECK_EQUAL(tested.watching(), 1u);
  tested.tell(about("b"));
  tested.unwatch(watcher);
  CAF_CHECK_EQUAL(tested.watching(), 0u);
  tested.tell(about("c"));
  CAF_REQUIRE_EQUAL(seen.size(), 1u);
  CAF_CHECK_EQUAL(seen[0]->client, "b");
}

CAF_TEST(a_watcher_sees_what_its_filter_lets_pass) {
  tested.watch(event_filter{.client_prefix = "a"}.add(event_kind::client_refused), see);
  tested.tell(about("a"));
  tested.tell(about("b", event_kind::client_refused));
  tested.tell(about("ab", event_kind::client_refused));
  CAF_REQUIRE_EQUAL(seen.size(), 1u);
  CAF_CHECK_EQUAL(seen[0]->client, "ab");
}

CAF_TEST(several_watchers_share_one_event) {
  tested.watch({}, see);
  tested.watch({}, see);
  tested.tell(about("a"));
  CAF_REQUIRE_EQUAL(seen.size(), 2u);
  CAF_CHECK(seen[0] == seen[1]);
}

CAF_TEST(there_are_only_so_many_watchers) {
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < subscribers::watchers_max; ++i) {
    const auto number = tested.watch({}, see);
    CAF_CHECK(number != 0);
    if (i == 0) first = number;
  }
  CAF_CHECK_EQUAL(tested.watch({}, see), 0u);
  tested.unwatch(first);
  CAF_CHECK(tested.watch({}, see) != 0);
}

CAF_TEST(a_sink_that_throws_keeps_nobody_else_from_the_event) {
  tested.watch({}, [](const auto&) { throw std::runtime_error("full"); });
  tested.watch({}, see);
  tested.tell(about("a"));
  CAF_CHECK_EQUAL(seen.size(), 1u);
  CAF_CHECK_EQUAL(tested.lost(), 1u);
}

CAF_TEST(what_is_pushed_is_as_long_as_what_is_kept) {
  tested.watch({}, see);
  const std::string client(3000, 'x');
  tested.tell(about(client));
  CAF_CHECK_EQUAL(seen[0]->client.size(), event_client_bytes_max);
}

CAF_TEST(nobody_is_told_after_unwatch_has_returned) {
  std::atomic<bool> done = false;
  std::thread teller{[&] {
    while (!done) tested.tell(about("a"));
  }};
  for (int i = 0; i < 50; ++i) {
    auto alive = std::make_unique<std::atomic<int>>(0);
    const auto watcher = tested.watch({}, [&counted = *alive](const auto&) { ++counted; });
    while (alive->load() == 0) std::this_thread::yield();
    tested.unwatch(watcher);
    alive.reset();  // a late call would be a use after free
  }
  done = true;
  teller.join();
  CAF_CHECK_EQUAL(tested.lost(), 0u);
}

CAF_TEST_FIXTURE_SCOPE_END()
