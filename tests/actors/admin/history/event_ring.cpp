#define CAF_SUITE admin_event_ring
#include "actors/admin/history/event_ring.hpp"

#include <deque>
#include <random>
#include <unordered_map>

#include <caf/test/unit_test.hpp>

#include "routing/hash.hpp"

using namespace troupe::admin;

namespace {

event_view about(std::string_view client, event_kind kind = event_kind::client_connected) {
  event_view result{.kind = kind};
  result.client = client;
  return result;
}

std::vector<std::uint64_t> ids_of(const event_page& page) {
  std::vector<std::uint64_t> result;
  for (const auto& each : page.events) result.push_back(each.id);
  return result;
}

using ids = std::vector<std::uint64_t>;

/// All pages of one look, one behind the other.
template <class F>
std::vector<event> all_pages(F page_before) {
  std::vector<event> result;
  for (auto before = event_ring::from_newest; before != 0;) {
    auto page = page_before(before);
    result.insert(result.end(), page.events.begin(), page.events.end());
    if (page.next >= before) CAF_FAIL("a cursor that does not move on");
    before = page.next;
  }
  return result;
}

constexpr std::size_t smallest = 64 * 1024;

}  // namespace

CAF_TEST(an_empty_ring_costs_and_tells_nothing) {
  event_ring tested;
  CAF_CHECK_EQUAL(tested.allocated_bytes(), 0u);
  CAF_CHECK(tested.latest().events.empty());
  CAF_CHECK_EQUAL(tested.latest().next, 0u);
  CAF_CHECK(tested.events_of("c").events.empty());
  CAF_CHECK_EQUAL(tested.events_of("c").next, 0u);
}

CAF_TEST(memory_is_taken_chunk_by_chunk_up_to_its_bound) {
  event_ring tested;
  tested.add(about("c"));
  CAF_CHECK_EQUAL(tested.allocated_bytes(), 1024u * 1024u);
  CAF_CHECK_EQUAL(tested.bytes_max(), 64u * 1024 * 1024 + 512 * 1024);  // the buckets: 0.8 %
  event_ring small{smallest};
  for (int i = 0; i < 10'000; ++i) small.add(about("c"));
  CAF_CHECK_EQUAL(small.allocated_bytes(), smallest);
}

CAF_TEST(the_newest_events_come_first) {
  event_ring tested{smallest};
  for (const auto* client : {"a", "b", "a", "", "a"}) tested.add(about(client));
  CAF_CHECK(ids_of(tested.latest()) == (ids{5, 4, 3, 2, 1}));
  CAF_CHECK(ids_of(tested.events_of("a")) == (ids{5, 3, 1}));
  CAF_CHECK(ids_of(tested.events_of("b")) == (ids{2}));
  CAF_CHECK(tested.events_of("c").events.empty());
  CAF_CHECK(tested.events_of("").events.empty());
}

CAF_TEST(pages_go_on_where_the_one_before_ended) {
  event_ring tested{smallest};
  for (const auto* client : {"a", "b", "a", "a", "b", "a"}) tested.add(about(client));
  auto page = tested.latest(event_ring::from_newest, {}, 4);
  CAF_CHECK(ids_of(page) == (ids{6, 5, 4, 3}));
  page = tested.latest(page.next, {}, 4);
  CAF_CHECK(ids_of(page) == (ids{2, 1}));
  CAF_CHECK_EQUAL(page.next, 0u);
  CAF_CHECK_EQUAL(tested.latest(event_ring::from_newest, {}, 6).next, 0u);
  page = tested.events_of("a", event_ring::from_newest, 2);
  CAF_CHECK(ids_of(page) == (ids{6, 4}));
  page = tested.events_of("a", page.next, 2);
  CAF_CHECK(ids_of(page) == (ids{3, 1}));
  CAF_CHECK_EQUAL(page.next, 0u);
}

CAF_TEST(any_number_may_be_asked_for_what_is_before_it) {
  event_ring tested{smallest};
  for (const auto* client : {"a", "b", "a", "", "a"}) tested.add(about(client));
  CAF_CHECK(ids_of(tested.events_of("a", 5)) == (ids{3, 1}));
  CAF_CHECK(ids_of(tested.events_of("a", 3)) == (ids{1}));
  CAF_CHECK(tested.events_of("a", 1).events.empty());
  CAF_CHECK(tested.events_of("a", 0).events.empty());
  CAF_CHECK(tested.latest(0).events.empty());
  CAF_CHECK(ids_of(tested.latest(1'000'000)) == (ids{5, 4, 3, 2, 1}));
}

CAF_TEST(only_what_matches_is_shown) {
  event_ring tested{smallest};
  tested.add(about("a", event_kind::client_connected));
  tested.add(about("ab", event_kind::client_refused));
  tested.add(about("b", event_kind::client_refused));
  const auto refused = event_filter{}.add(event_kind::client_refused);
  CAF_CHECK(ids_of(tested.latest(event_ring::from_newest, refused)) == (ids{3, 2}));
  CAF_CHECK(ids_of(tested.latest(event_ring::from_newest, {.client_prefix = "a"})) == (ids{2, 1}));
}

CAF_TEST(a_look_for_what_is_rare_ends_after_so_many_records_and_can_go_on) {
  event_ring tested{4 * 1024 * 1024};
  tested.add(about("rare"));
  for (std::size_t i = 0; i < event_ring::records_scanned_max + 100; ++i) tested.add(about("often"));
  auto page = tested.latest(event_ring::from_newest, {.client_prefix = "rare"});
  CAF_CHECK(page.events.empty());
  CAF_CHECK(page.next != 0);
  page = tested.latest(page.next, {.client_prefix = "rare"});
  CAF_CHECK(ids_of(page) == (ids{1}));
  CAF_CHECK_EQUAL(page.next, 0u);
}

CAF_TEST(a_client_that_shares_its_bucket_with_a_busy_one_is_found_in_the_end) {
  event_ring tested{1024 * 1024};
  // More clients than buckets: one of them is in the bucket of "busy".
  for (int i = 0; i < 5'000; ++i) tested.add(about("quiet" + std::to_string(i)));
  for (std::size_t i = 0; i < 2 * event_ring::steps_max; ++i) tested.add(about("busy"));
  int in_pieces = 0;
  for (int i = 0; i < 5'000; ++i) {
    const auto client = "quiet" + std::to_string(i);
    const auto found = all_pages([&](auto before) {
      auto page = tested.events_of(client, before);
      in_pieces += page.next != 0;
      return page;
    });
    CAF_REQUIRE_EQUAL(found.size(), 1u);
  }
  CAF_CHECK(in_pieces > 0);
}

CAF_TEST(long_client_ids_that_begin_alike_are_told_apart) {
  event_ring tested{smallest};
  const std::string common(2000, 'x');
  for (std::uint64_t i = 1; i <= 40; ++i) tested.add(about(common + std::to_string(i)));
  for (std::uint64_t i = 1; i <= 40; ++i) CAF_CHECK(ids_of(tested.events_of(common + std::to_string(i))) == (ids{i}));
  CAF_CHECK_EQUAL(tested.latest().events.front().client.size(), event_client_bytes_max);
}

CAF_TEST(clients_of_the_same_hash_are_told_apart) {
  constexpr std::uint64_t seed = 3;
  std::unordered_map<std::uint32_t, std::string> seen;
  for (int i = 0;; ++i) {
    const auto client = std::to_string(i);
    const auto [first, is_new] = seen.emplace(static_cast<std::uint32_t>(troupe::hash_text(client, seed)), client);
    if (is_new) continue;
    event_ring tested{smallest, seed};
    tested.add(about(first->second));
    tested.add(about(client));
    CAF_CHECK(ids_of(tested.events_of(first->second)) == (ids{1}));
    CAF_CHECK(ids_of(tested.events_of(client)) == (ids{2}));
    return;
  }
}

// -- against a model ------------------------------------------------------------------------------------------------

namespace {

struct model {
  std::deque<event> kept;
  std::uint64_t added = 0;

  void add(event_view what) {
    what.id = ++added;
    kept.push_back(to_event(bounded(what)));
  }
  void forget(std::uint64_t overwritten) {
    while (!kept.empty() && kept.front().id <= overwritten) kept.pop_front();
  }
  std::vector<event> matching(const auto& wanted) const {
    std::vector<event> result;
    for (auto each = kept.rbegin(); each != kept.rend(); ++each)
      if (wanted(*each)) result.push_back(*each);
    return result;
  }
};

struct random_events {
  std::mt19937 random;

  std::size_t below(std::size_t end) { return random() % end; }
  std::string text(std::size_t most) { return std::string(below(most), static_cast<char>('a' + below(26))); }
  event next() {
    event result{.at = since_1970{static_cast<std::int64_t>(random())},
                 .kind = static_cast<event_kind>(below(event_kinds))};
    if (below(8) != 0) result.client = "client " + std::to_string(below(40));
    if (below(50) == 0) result.client = text(1500);
    for (auto* each : {&result.actor, &result.address, &result.listener, &result.text, &result.by})
      *each = text(below(10) == 0 ? 400 : 20);
    if (below(2) == 0) result.reason_code = static_cast<std::uint8_t>(random());
    if (below(2) == 0) result.close_code = static_cast<std::uint16_t>(random());
    return result;
  }
};

void compare(const event_ring& tested, const model& expected, random_events& source) {
  const auto limit = 1 + source.below(30);
  const auto everything = [](const event&) { return true; };
  CAF_REQUIRE(all_pages([&](auto before) { return tested.latest(before, {}, limit); }) ==
              expected.matching(everything));
  for (int i = 0; i < 3; ++i) {
    const auto client = "client " + std::to_string(source.below(42));
    const auto of_client = [&](const event& each) { return each.client == client; };
    CAF_REQUIRE(all_pages([&](auto before) { return tested.events_of(client, before, limit); }) ==
                expected.matching(of_client));
  }
}

}  // namespace

CAF_TEST(the_ring_holds_what_a_simple_model_holds) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    random_events source{std::mt19937{seed}};
    event_ring tested{smallest + source.below(4) * 30'000, seed};
    model expected;
    for (int round = 0; round < 30; ++round) {
      for (auto events = source.below(150); events > 0; --events) {
        const auto what = source.next();
        expected.add(view_of(what));
        CAF_REQUIRE_EQUAL(tested.add(view_of(what)), expected.added);
      }
      expected.forget(tested.overwritten());
      compare(tested, expected, source);
    }
    CAF_CHECK_EQUAL(tested.added(), expected.added);
    CAF_CHECK(tested.overwritten() > 0);
    CAF_CHECK(expected.kept.size() > 50);
  }
}
