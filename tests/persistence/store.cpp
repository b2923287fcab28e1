#define CAF_SUITE persistence_store
#include "persistence/store.hpp"

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <caf/test/unit_test.hpp>

#include "persistence/keys.hpp"
#include "persistence/memory_store.hpp"
#include "persistence/rocksdb_store.hpp"
#include "tests/config/temporary_file.hpp"
#include "tests/persistence/client.hpp"
#include "tests/persistence/gate.hpp"

using namespace troupe;
using namespace troupe::persistence;
using namespace std::string_literals;

namespace {

/// Runs a test on both backends.
template <class Test>
void on_each_backend(Test test, const store_options& with = {}) {
  const test::temporary_directory folder;
  for (auto* backend : {"memory", "rocksdb"}) {
    CAF_MESSAGE("backend " << backend);
    auto opened =
      backend == "memory"s ? open_memory_store(with) : open_rocksdb_store({.path = folder.file("data")}, with);
    CAF_REQUIRE_EQUAL(opened.error, "");
    tests::client client{*opened.store};
    test(*opened.store, client);
    opened.store.reset();
  }
}

template <class... Steps>
batch batch_of(Steps... steps) {
  batch result;
  (steps(result), ...);
  return result;
}

auto put(table where, std::string key, std::string value) {
  return [=](batch& to) { to.put(where, key, value); };
}
auto erase(table where, std::string key) {
  return [=](batch& to) { to.erase(where, key); };
}
auto expect_revision(std::string id, std::uint64_t revision) {
  return [=](batch& to) { to.expect(id, revision); };
}
auto put_message(std::uint64_t id, std::uint32_t references, std::string body) {
  return [=](batch& to) { to.put_message(id, references, body); };
}
auto release(std::uint64_t id, std::uint32_t references) {
  return [=](batch& to) { to.release(id, references); };
}
auto hold(std::uint64_t id, std::uint32_t references) {
  return [=](batch& to) { to.hold(id, references); };
}

constexpr table plain_tables[] = {table::meta,  table::sessions, table::subscriptions,
                                  table::queue, table::inbound,  table::retained};

}  // namespace

CAF_TEST(what_was_put_is_read_until_it_is_erased) {
  on_each_backend([](store&, tests::client& client) {
    for (const auto where : plain_tables) {
      CAF_CHECK(client.commit(batch_of(put(where, "key", "first"), put(where, "other", ""))).outcome == outcome::done);
      CAF_CHECK_EQUAL(client.read(where, "key").value_or("none"), "first");
      CAF_CHECK_EQUAL(client.read(where, "other").value_or("none"), "");
      CAF_CHECK(client.commit(batch_of(put(where, "key", "second"))).outcome == outcome::done);
      CAF_CHECK_EQUAL(client.read(where, "key").value_or("none"), "second");
      CAF_CHECK(client.commit(batch_of(erase(where, "key"), erase(where, "never"))).outcome == outcome::done);
      CAF_CHECK_EQUAL(client.read(where, "key").value_or("none"), "none");
      CAF_CHECK_EQUAL(client.read(where, "other").value_or("none"), "");
    }
  });
}

CAF_TEST(steps_of_a_batch_happen_in_their_order) {
  on_each_backend([](store&, tests::client& client) {
    client.commit(batch_of(put(table::meta, "a", "1"), erase(table::meta, "a"), put(table::meta, "b", "1"),
                           put(table::meta, "b", "2")));
    client.commit(batch_of([](batch& to) { to.erase_range(table::meta, "b", "c"); }, put(table::meta, "bb", "3")));
    CAF_CHECK_EQUAL(client.read(table::meta, "a").value_or("none"), "none");
    CAF_CHECK_EQUAL(client.read(table::meta, "b").value_or("none"), "none");
    CAF_CHECK_EQUAL(client.read(table::meta, "bb").value_or("none"), "3");
  });
}

CAF_TEST(a_range_goes_with_its_first_key_and_without_its_last) {
  on_each_backend([](store&, tests::client& client) {
    batch all;
    for (const std::uint64_t session : {1u, 2u, 3u})
      for (const std::uint64_t sequence : {1u, 2u, 255u, 256u})
        all.put(table::subscriptions, queue_key{session, sequence}, "entry");
    client.commit(std::move(all));
    batch some;
    some.erase_range(table::subscriptions, session_key{2}, session_key{3});
    some.erase_range(table::subscriptions, queue_key{3, 2}, queue_key{3, 256});
    client.commit(std::move(some));
    const auto left = client.all(table::subscriptions);
    CAF_CHECK_EQUAL(left.size(), 6u);
    CAF_CHECK(left.contains(queue_key{1, 256}.str()));
    CAF_CHECK(left.contains(queue_key{3, 1}.str()));
    CAF_CHECK(left.contains(queue_key{3, 256}.str()));
    CAF_CHECK(!left.contains(queue_key{2, 1}.str()));
    CAF_CHECK(!left.contains(queue_key{3, 2}.str()));
  });
}

CAF_TEST(no_range_is_erased_of_tables_whose_rows_are_found_by_hints) {
  on_each_backend([](store&, tests::client& client) {
    client.commit(batch_of([](batch& to) { to.put(table::queue, queue_key{1, 1}, "entry"); }));
    for (const auto where : {table::queue, table::messages}) {
      const auto answer =
        client.post(batch_of([&](batch& to) { to.erase_range(where, session_key{1}, session_key{2}); }));
      CAF_CHECK(client.wait(answer).outcome == outcome::failed);
    }
    CAF_CHECK_EQUAL(client.all(table::queue).size(), 1u);
  });
}

CAF_TEST(a_scan_is_bounded_and_goes_on_where_it_ended) {
  on_each_backend([](store&, tests::client& client) {
    batch all;
    for (std::uint64_t sequence = 1; sequence <= 10; ++sequence)
      all.put(table::queue, queue_key{7, sequence}, std::string(100, 'x'));
    all.put(table::queue, queue_key{8, 1}, "of another session");
    client.commit(std::move(all));
    auto part = client.scan({table::queue, session_key{7}.str(), session_key{8}.str(), 4, 1 << 20});
    CAF_CHECK_EQUAL(part.rows.size(), 4u);
    CAF_CHECK(part.more);
    CAF_CHECK_EQUAL(sequence_of(part.rows[3].key), 4u);
    part = client.scan({table::queue, queue_key{7, 9}.str(), session_key{8}.str(), 4, 1 << 20});
    CAF_CHECK_EQUAL(part.rows.size(), 2u);
    CAF_CHECK(!part.more);
    part = client.scan({table::queue, session_key{7}.str(), session_key{8}.str(), 100, 1});
    CAF_CHECK_EQUAL(part.rows.size(), 1u);  // one at least
    CAF_CHECK(part.more);
    part = client.scan({table::queue, session_key{9}.str(), {}, 100, 1});
    CAF_CHECK(part.rows.empty() && !part.more && part.outcome == outcome::done);
    CAF_CHECK_EQUAL(client.all(table::queue, 3).size(), 11u);
  });
}

CAF_TEST(a_message_goes_with_the_last_that_holds_it) {
  on_each_backend([](store&, tests::client& client) {
    const message_key one{1}, two{2}, three{3};
    client.commit(batch_of(put_message(1, 3, "one"), put_message(2, 1, "two"), put_message(3, 1, "three")));
    CAF_CHECK_EQUAL(client.read(table::messages, one).value_or("none"), "one");
    client.commit(batch_of(release(1, 1), release(2, 1), release(3, 1), hold(3, 2)));
    CAF_CHECK_EQUAL(client.read(table::messages, one).value_or("none"), "one");
    CAF_CHECK_EQUAL(client.read(table::messages, two).value_or("none"), "none");
    CAF_CHECK_EQUAL(client.read(table::messages, three).value_or("none"), "three");
    client.commit(batch_of(release(1, 1)));
    CAF_CHECK_EQUAL(client.read(table::messages, one).value_or("none"), "one");
    client.commit(batch_of(release(1, 1), release(3, 2)));
    CAF_CHECK_EQUAL(client.read(table::messages, one).value_or("none"), "none");
    CAF_CHECK_EQUAL(client.all(table::messages).size(), 0u);
    CAF_CHECK_EQUAL(client.all(table::counts).size(), 0u);
  });
}

CAF_TEST(a_release_too_many_is_counted_and_a_hold_of_nothing_fails) {
  on_each_backend([](store& store, tests::client& client) {
    CAF_CHECK(client.commit(batch_of(release(9, 1), put(table::meta, "a", "1"))).outcome == outcome::done);
    CAF_CHECK_EQUAL(store.stats().dangling, 1u);
    const auto held = client.commit(batch_of(put(table::meta, "b", "1"), hold(9, 1)));
    CAF_CHECK(held.outcome == outcome::failed);
    CAF_CHECK_EQUAL(held.text, "there is no message 9 that could be held");
    CAF_CHECK_EQUAL(client.read(table::meta, "a").value_or("none"), "1");
    CAF_CHECK_EQUAL(client.read(table::meta, "b").value_or("none"), "none");  // whole or not at all
    CAF_CHECK(client.commit(batch_of(put_message(10, 1, "ten"), hold(10, 1))).outcome == outcome::done);
    client.commit(batch_of(release(10, 1)));
    CAF_CHECK_EQUAL(client.read(table::messages, message_key{10}).value_or("none"), "ten");
  });
}

CAF_TEST(a_session_is_compared_and_set) {
  on_each_backend([](store& store, tests::client& client) {
    const auto first = client.commit(batch_of(expect_revision("anna", 0), put(table::sessions, "anna", "1")));
    CAF_CHECK(first.outcome == outcome::done);
    CAF_CHECK_NOT_EQUAL(first.revision, 0u);
    CAF_CHECK_EQUAL(client.look(table::sessions, "anna").rows[0].revision, first.revision);
    const auto second =
      client.commit(batch_of(expect_revision("anna", first.revision), put(table::sessions, "anna", "2")));
    CAF_CHECK(second.outcome == outcome::done);
    CAF_CHECK_LESS(first.revision, second.revision);
    const auto late = client.commit(batch_of(put(table::meta, "late", "x"), expect_revision("anna", first.revision),
                                             put(table::sessions, "anna", "3")));
    CAF_CHECK(late.outcome == outcome::conflict);
    CAF_CHECK_EQUAL(client.read(table::sessions, "anna").value_or("none"), "2");
    CAF_CHECK_EQUAL(client.read(table::meta, "late").value_or("none"), "none");
    CAF_CHECK_EQUAL(store.stats().conflicts, 1u);
    client.commit(batch_of(erase(table::sessions, "anna")));
    CAF_CHECK(client.commit(batch_of(expect_revision("anna", second.revision))).outcome == outcome::conflict);
    CAF_CHECK(client.commit(batch_of(expect_revision("anna", 0))).outcome == outcome::done);
  });
}

CAF_TEST(expectations_see_what_came_before_in_the_same_commit) {
  on_each_backend([](store& store, tests::client& client) {
    tests::gate gate{store};
    const auto a = client.post(batch_of(expect_revision("a", 0), put(table::sessions, "a", "1")));
    const auto b = client.post(batch_of(expect_revision("a", 0), put(table::sessions, "a", "2")));
    const auto c = client.post(batch_of([](batch& to) { to.erase_range(table::sessions, "a", "b"); }));
    const auto d = client.post(batch_of(expect_revision("a", 0), put(table::sessions, "a", "4")));
    gate.open();
    CAF_CHECK(client.wait(a).outcome == outcome::done);
    CAF_CHECK(client.wait(b).outcome == outcome::conflict);
    CAF_CHECK(client.wait(c).outcome == outcome::done);
    CAF_CHECK(client.wait(d).outcome == outcome::done);
    CAF_CHECK_EQUAL(client.read(table::sessions, "a").value_or("none"), "4");
  });
}

CAF_TEST(what_arrives_while_a_commit_runs_is_one_commit_and_one_answer) {
  on_each_backend([](store& store, tests::client& client) {
    tests::gate gate{store};
    const auto before = store.stats();
    for (int i = 0; i < 100; ++i) client.post(batch_of(put(table::meta, std::to_string(i), "x")));
    const auto scan = client.post_scan({table::meta, {}, {}, 1000, 1 << 20});
    CAF_CHECK_EQUAL(store.stats().waiting, before.waiting + 101);
    CAF_CHECK_GREATER(store.stats().waiting_bytes, 0u);
    gate.open();
    CAF_CHECK_EQUAL(client.wait(scan).rows.size(), 101u);  // the schema's row is one
    CAF_CHECK_EQUAL(client.calls(), 1u);
    std::vector<std::uint64_t> expected(101);
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = i + 1;
    CAF_CHECK_EQUAL(client.order(), expected);
    const auto after = store.stats();
    CAF_CHECK_EQUAL(after.commits, before.commits + 1);
    CAF_CHECK_EQUAL(after.batches, before.batches + 100);
    CAF_CHECK_LESS_OR_EQUAL(after.syncs, before.syncs + 1);
    CAF_CHECK_EQUAL(after.waiting_bytes, 0u);
  });
}

CAF_TEST(a_commit_takes_no_more_bytes_than_it_may) {
  store_options with;
  with.commit_bytes_max = 1000;
  on_each_backend(
    [](store& store, tests::client& client) {
      tests::gate gate{store};
      const auto before = store.stats().commits;
      std::uint64_t last = 0;
      for (int i = 0; i < 10; ++i) last = client.post(batch_of(put(table::meta, "key", std::string(400, 'x'))));
      const auto large = client.post(batch_of(put(table::meta, "key", std::string(4000, 'x'))));
      gate.open();
      CAF_CHECK(client.wait(last).outcome == outcome::done);
      CAF_CHECK(client.wait(large).outcome == outcome::done);
      CAF_CHECK_EQUAL(store.stats().commits - before, 6u);
    },
    with);
}

CAF_TEST(beyond_the_limit_of_waiting_bytes_only_what_frees_is_taken) {
  store_options with;
  with.waiting_bytes_max = 1000;
  on_each_backend(
    [](store& store, tests::client& client) {
      tests::gate gate{store};
      const auto first = client.post(batch_of(put(table::meta, "a", std::string(900, 'x'))));
      const auto second = client.post(batch_of(put(table::meta, "b", std::string(900, 'x'))));
      const auto third = client.post(batch_of(erase(table::meta, std::string(900, 'c')), release(5, 1)));
      gate.open();
      CAF_CHECK(client.wait(first).outcome == outcome::done);
      CAF_CHECK(client.wait(second).outcome == outcome::overloaded);
      CAF_CHECK(client.wait(third).outcome == outcome::done);
      CAF_CHECK_EQUAL(client.order(), (std::vector<std::uint64_t>{1, 2, 3}));
      CAF_CHECK_EQUAL(client.read(table::meta, "b").value_or("none"), "none");
      CAF_CHECK_EQUAL(store.stats().refused, 1u);
      CAF_CHECK(client.commit(batch_of(put(table::meta, "b", std::string(900, 'x')))).outcome == outcome::done);
    },
    with);
}

CAF_TEST(many_callers_each_get_their_own_answers_in_their_own_order) {
  on_each_backend([](store& store, tests::client& reader) {
    constexpr int callers = 4, batches = 200;
    std::vector<std::vector<std::uint64_t>> orders(callers);
    std::vector<std::thread> threads;
    for (int who = 0; who < callers; ++who)
      threads.emplace_back([&, who] {
        tests::client client{store};
        std::uint64_t last = 0;
        for (int i = 0; i < batches; ++i)
          last = client.post(batch_of(put(table::meta, std::to_string(who) + "/" + std::to_string(i), "x")));
        client.wait(last);
        orders[static_cast<std::size_t>(who)] = client.order();
      });
    for (auto& each : threads) each.join();
    std::vector<std::uint64_t> expected(batches);
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = i + 1;
    for (const auto& each : orders) CAF_CHECK_EQUAL(each, expected);
    CAF_CHECK_EQUAL(reader.all(table::meta).size(), callers * batches + 1u);
  });
}

CAF_TEST(a_store_that_closes_ends_what_was_requested) {
  const test::temporary_directory folder;
  const rocksdb_options where{.path = folder.file("data")};
  auto opened = open_rocksdb_store(where);
  CAF_REQUIRE(opened.store);
  tests::client client{*opened.store};
  for (int i = 0; i < 100; ++i) client.post(batch_of(put(table::meta, std::to_string(i), "x")));
  opened.store.reset();
  CAF_CHECK_EQUAL(client.order().size(), 100u);
  opened = open_rocksdb_store(where);
  CAF_REQUIRE(opened.store);
  tests::client again{*opened.store};
  CAF_CHECK_EQUAL(again.all(table::meta).size(), 101u);
}
