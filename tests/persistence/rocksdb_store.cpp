#define CAF_SUITE persistence_rocksdb_store
#include "persistence/rocksdb_store.hpp"

#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include <caf/test/unit_test.hpp>

#include "persistence/keys.hpp"
#include "tests/config/temporary_file.hpp"
#include "tests/persistence/client.hpp"
#include "tests/persistence/faulty_file_system.hpp"

using namespace troupe;
using namespace troupe::persistence;
using namespace std::chrono_literals;

namespace {

struct fixture {
  opened open(store_options with = {}) {
    with.retry_interval = 0ms;
    auto now = open_rocksdb_store(where, with);
    CAF_REQUIRE_EQUAL(now.error, "");
    return now;
  }

  static batch put(std::string_view key, std::string_view value) {
    batch result;
    result.put(table::meta, key, value);
    return result;
  }

  test::temporary_directory folder;
  std::shared_ptr<tests::faulty_file_system> disk = std::make_shared<tests::faulty_file_system>(folder.file("attic"));
  tests::faulty_environment env{disk};
  rocksdb_options where{.path = folder.file("data"), .env = &env};
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(rocksdb_store_tests, fixture)

CAF_TEST(a_full_disk_is_told_and_got_over) {
  auto now = open();
  tests::client client{*now.store};
  CAF_CHECK(client.commit(put("before", "1")).outcome == outcome::done);
  for (int time = 0; time < 3; ++time) {
    disk->set_full(true);
    CAF_CHECK(client.commit(put("while", "1")).outcome == outcome::full);
    CAF_CHECK(client.commit(put("while", "2")).outcome == outcome::full);
    auto stats = now.store->stats();
    CAF_CHECK(stats.alarm);
    CAF_CHECK_NOT_EQUAL(stats.alarm_text, "");
    CAF_CHECK_GREATER_OR_EQUAL(stats.failures, 1u);
    // Reading goes on, but for attempts to get over it: RocksDB may have to be closed for these.
    CAF_CHECK_EQUAL(client.read(table::meta, "before").value_or("1"), "1");
    disk->set_full(false);
    outcome last = outcome::full;
    while (last == outcome::full) last = client.commit(put("after", std::to_string(time))).outcome;
    CAF_CHECK(last == outcome::done);
    CAF_CHECK(!now.store->stats().alarm);
  }
  now.store.reset();
  now = open();
  CAF_CHECK_EQUAL(now.notes, std::vector<std::string>{});
  tests::client again{*now.store};
  CAF_CHECK_EQUAL(again.read(table::meta, "before").value_or("none"), "1");
  CAF_CHECK_EQUAL(again.read(table::meta, "after").value_or("none"), "2");
}

CAF_TEST(a_store_without_requests_gets_over_a_full_disk_too) {
  auto now = open();
  tests::client client{*now.store};
  disk->set_full(true);
  CAF_CHECK(client.commit(put("while", "1")).outcome == outcome::full);
  disk->set_full(false);
  while (now.store->stats().alarm) std::this_thread::yield();
  CAF_CHECK(client.commit(put("after", "1")).outcome == outcome::done);
}

CAF_TEST(a_write_that_failed_or_was_cut_short_is_told_and_got_over) {
  for (const bool cut_short : {false, true}) {
    auto now = open();
    tests::client client{*now.store};
    batch message;
    message.put_message(cut_short ? 2 : 1, 2, "body");
    CAF_CHECK(client.commit(std::move(message)).outcome == outcome::done);
    if (cut_short)
      disk->shorten_write();
    else
      disk->fail_writes(1);
    batch release;
    release.release(cut_short ? 2 : 1, 1);
    const auto failed = client.commit(release);
    CAF_CHECK(failed.outcome == outcome::failed);
    CAF_CHECK_NOT_EQUAL(failed.text, "");
    outcome last = outcome::failed;
    while (last == outcome::failed) last = client.commit(put("after", "1")).outcome;
    CAF_CHECK(last == outcome::done);
    CAF_CHECK_EQUAL(client.read(table::messages, message_key{cut_short ? 2u : 1u}).value_or("none"), "body");
    now.store.reset();
    now = open();
    tests::client again{*now.store};
    CAF_CHECK_EQUAL(again.read(table::meta, "after").value_or("none"), "1");
  }
}

CAF_TEST(what_arrives_during_a_slow_fsync_is_one_commit) {
  auto now = open();
  tests::client client{*now.store};
  std::promise<void> reached, go_on;
  std::atomic<bool> first = true;
  disk->before_sync([&] {
    if (!first.exchange(false)) return;
    reached.set_value();
    go_on.get_future().wait();
  });
  const auto before = now.store->stats();
  client.post(put("slow", "1"));
  reached.get_future().wait();
  std::uint64_t last = 0;
  for (int i = 0; i < 50; ++i) last = client.post(put(std::to_string(i), "1"));
  CAF_CHECK_EQUAL(now.store->stats().waiting, 51u);
  CAF_CHECK(client.order().empty());  // nothing is done before its fsync is
  go_on.set_value();
  CAF_CHECK(client.wait(last).outcome == outcome::done);
  const auto after = now.store->stats();
  CAF_CHECK_EQUAL(after.commits - before.commits, 2u);
  CAF_CHECK_EQUAL(after.syncs - before.syncs, 2u);
  CAF_CHECK_GREATER(after.sync_time.count(), 0);
  CAF_CHECK_EQUAL(client.calls(), 2u);
  disk->before_sync({});
}

CAF_TEST(each_mode_syncs_when_it_says) {
  for (const auto mode : {sync_mode::always, sync_mode::interval, sync_mode::never}) {
    store_options with;
    with.sync = mode;
    with.sync_interval = 1ms;
    auto now = open(with);
    tests::client client{*now.store};
    const auto before = disk->syncs();
    for (int i = 0; i < 10; ++i) client.commit(put("key", std::to_string(i)));
    const auto syncs = disk->syncs() - before;
    if (mode == sync_mode::always) CAF_CHECK_EQUAL(syncs, 10u);
    if (mode == sync_mode::never) CAF_CHECK_EQUAL(syncs, 0u);
    if (mode == sync_mode::interval)
      while (disk->syncs() == before) std::this_thread::yield();
    const auto at_the_end = disk->syncs();
    now.store.reset();
    CAF_CHECK_GREATER(disk->syncs(), at_the_end);  // a stop in good order loses nothing
  }
}

CAF_TEST(a_second_process_is_told_who_has_the_store) {
  auto now = open();
  const auto child = fork();
  if (child == 0) {
    const auto second = open_rocksdb_store({.path = where.path});
    const bool told = second.error.find("is in use by another process") != std::string::npos;
    _exit(!second.store && told ? 7 : 1);
  }
  int status = 0;
  CAF_REQUIRE_EQUAL(waitpid(child, &status, 0), child);
  CAF_CHECK_EQUAL(WEXITSTATUS(status), 7);
  const auto third = open_rocksdb_store(where);  // nor does this one get a second
  CAF_CHECK(!third.store);
  CAF_CHECK_NOT_EQUAL(third.error, "");
}

CAF_TEST(a_store_that_is_not_there_is_not_made_when_it_should_not) {
  where.create_if_missing = false;
  const auto none = open_rocksdb_store(where);
  CAF_CHECK(!none.store);
  CAF_CHECK(none.error.starts_with("there is no store in " + where.path));
  CAF_CHECK(!std::filesystem::exists(where.path + "/CURRENT"));
}

CAF_TEST(revisions_grow_over_openings) {
  std::uint64_t last = 0;
  for (int i = 0; i < 3; ++i) {
    auto now = open();
    tests::client client{*now.store};
    batch session;
    session.put(table::sessions, "anna", "x");
    const auto written = client.commit(std::move(session));
    CAF_CHECK_GREATER(written.revision, last);
    last = written.revision;
    CAF_CHECK_EQUAL(client.look(table::sessions, "anna").rows[0].revision, last);
  }
}

CAF_TEST(statistics_know_rows_and_the_size_on_disk) {
  auto now = open();
  tests::client client{*now.store};
  batch rows;
  for (std::uint64_t i = 1; i <= 100; ++i) rows.put(table::queue, queue_key{1, i}, std::string(100, 'x'));
  client.commit(std::move(rows));
  const auto stats = now.store->stats();
  CAF_CHECK_EQUAL(stats.rows[index_of(table::queue)], 100u);
  CAF_CHECK_GREATER(stats.disk_bytes, 10'000u);
  CAF_CHECK_GREATER(stats.bytes, 10'000u);
}

CAF_TEST_FIXTURE_SCOPE_END()
