#define CAF_SUITE persistence_store_command
#include "persistence/store_command.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <caf/test/unit_test.hpp>

#include "persistence/keys.hpp"
#include "persistence/records.hpp"
#include "persistence/rocksdb_store.hpp"
#include "tests/config/captured.hpp"
#include "tests/config/temporary_file.hpp"
#include "tests/persistence/client.hpp"

using namespace troupe;
using namespace troupe::persistence;
using config::store_action;
namespace exit_code = config::exit_code;

namespace {

struct fixture {
  /// A store with some of everything, and a message of whose three entries one is gone.
  void fill(const std::string& path) {
    auto now = open_rocksdb_store({.path = path});
    CAF_REQUIRE(now.store);
    tests::client client{*now.store};
    batch all;
    for (const std::uint64_t number : {1u, 2u, 3u}) {
      session_record session;
      session.client_id = "client " + std::to_string(number);
      session.number = number;
      put(all, session);
      put(all, number, subscription_record{"a/#", 1, false, false, 0, 0, {}});
      put_inbound(all, number, 7);
      queue_entry entry;
      entry.message = 1;
      put(all, number, 1, entry);
    }
    put_message(all, 1, 3, {.topic = "a/b", .payload = "hello"});
    put_retained(all, {.topic = "a/b", .payload = "kept"});
    put(all, numbers_record{4, 2, {}});
    CAF_REQUIRE(client.commit(std::move(all)).outcome == outcome::done);
    batch acknowledged;
    acknowledged.erase(table::queue, queue_key{3, 1});
    acknowledged.release(1);
    CAF_REQUIRE(client.commit(std::move(acknowledged)).outcome == outcome::done);
  }

  int run(store_action action, const std::string& path, const std::string& file = {}) {
    config::store_request request;
    request.action = action;
    request.file = file;
    request.store.path = path;
    const test::captured output{STDOUT_FILENO}, errors{STDERR_FILENO};
    const auto code = store_command(request);
    std::fflush(stdout);
    out = output.text();
    err = errors.text();
    return code;
  }

  std::vector<tests::rows> tables(const std::string& path) {
    auto now = open_rocksdb_store({.path = path});
    CAF_REQUIRE_EQUAL(now.error, "");
    tests::client client{*now.store};
    std::vector<tests::rows> result;
    for (std::size_t i = 0; i < table_count; ++i)
      if (table_at(i) != table::counts) result.push_back(client.all(table_at(i)));
    return result;
  }

  test::temporary_directory folder;
  const std::string data = folder.file("data"), copy = folder.file("copy"), stream = folder.file("stream");
  std::string out, err;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(store_command_tests, fixture)

CAF_TEST(a_sound_store_is_found_so_and_not_changed) {
  fill(data);
  CAF_CHECK_EQUAL(run(store_action::check, data), exit_code::done);
  CAF_CHECK_EQUAL(out, "The store is as it should be.\n");
  CAF_CHECK_EQUAL(err, "");
  CAF_CHECK_EQUAL(run(store_action::check, data), exit_code::done);
}

CAF_TEST(what_does_not_fit_together_is_told) {
  fill(data);
  {
    auto now = open_rocksdb_store({.path = data});
    tests::client client{*now.store};
    batch wrong;
    wrong.erase(table::queue, queue_key{1, 1});
    wrong.erase(table::sessions, "client 2");
    client.commit(std::move(wrong));
  }
  CAF_CHECK_EQUAL(run(store_action::check, data), exit_code::failed);
  CAF_CHECK_NOT_EQUAL(out.find("a row of queue belongs to session 2, which does not exist\n"), std::string::npos);
  CAF_CHECK_NOT_EQUAL(out.find("message 1 is in no queue\n"), std::string::npos);
  CAF_CHECK(out.ends_with(" problems.\n"));
}

CAF_TEST(damaged_files_are_told_and_stay_as_they_are) {
  fill(data);
  std::string log;
  for (const auto& each : std::filesystem::directory_iterator{data})
    if (each.path().extension() == ".log" && each.file_size() > 0) log = each.path().string();
  CAF_REQUIRE(!log.empty());
  {
    std::fstream file{log, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(60);
    file.put('\xaa');
  }
  const auto before = test::read_whole(log);
  CAF_CHECK_EQUAL(run(store_action::check, data), exit_code::failed);
  CAF_CHECK_NOT_EQUAL(out.find("log " + std::filesystem::path{log}.filename().string() + " is damaged"),
                      std::string::npos);
  CAF_CHECK(test::read_whole(log) == before);
}

CAF_TEST(statistics_count_rows) {
  fill(data);
  CAF_CHECK_EQUAL(run(store_action::stats, data), exit_code::done);
  CAF_CHECK_NOT_EQUAL(out.find("sessions                  3 rows"), std::string::npos);
  CAF_CHECK_NOT_EQUAL(out.find("queue                     2 rows"), std::string::npos);
  CAF_CHECK_NOT_EQUAL(out.find("messages                  1 rows"), std::string::npos);
}

CAF_TEST(what_is_exported_and_imported_is_the_same_store) {
  fill(data);
  CAF_CHECK_EQUAL(run(store_action::export_rows, data, stream), exit_code::done);
  CAF_CHECK_EQUAL(err, "14 rows were exported.\n");
  CAF_CHECK_EQUAL(run(store_action::import_rows, copy, stream), exit_code::done);
  CAF_CHECK_EQUAL(err, "14 rows were imported.\n");
  CAF_CHECK(tables(copy) == tables(data));
  CAF_CHECK_EQUAL(run(store_action::check, copy), exit_code::done);  // counts, too
  CAF_CHECK_EQUAL(run(store_action::export_rows, copy), exit_code::done);
  CAF_CHECK(out == test::read_whole(stream));
}

CAF_TEST(a_file_or_a_store_with_rows_is_not_written_over) {
  fill(data);
  fill(copy);
  folder.write("stream", "mine");
  CAF_CHECK_EQUAL(run(store_action::export_rows, data, stream), exit_code::failed);
  CAF_CHECK_EQUAL(test::read_whole(stream), "mine");
  std::filesystem::remove(stream);
  CAF_CHECK_EQUAL(run(store_action::export_rows, data, stream), exit_code::done);
  CAF_CHECK_EQUAL(run(store_action::import_rows, copy, stream), exit_code::failed);
  CAF_CHECK_EQUAL(err, "troupe: the store in " + copy + " is not empty\n");
}

CAF_TEST(half_a_stream_makes_no_store) {
  fill(data);
  run(store_action::export_rows, data, stream);
  const auto whole = test::read_whole(stream);
  for (std::size_t bytes = 0; bytes < whole.size(); bytes += 1 + bytes) {
    std::filesystem::remove_all(copy);
    folder.write("part", whole.substr(0, bytes));
    CAF_CHECK_EQUAL(run(store_action::import_rows, copy, folder.file("part")), exit_code::failed);
    CAF_CHECK(err.starts_with("troupe: the stream cannot be read: "));
    const auto now = open_rocksdb_store({.path = copy});
    if (!now.store) CAF_CHECK_NOT_EQUAL(now.error.find("an import into it did not come to its end"), std::string::npos);
    if (now.store) CAF_CHECK_LESS(bytes, 20u);  // the header was not there yet: the store is empty
  }
  folder.write("other", "no stream at all");
  std::filesystem::remove_all(copy);
  CAF_CHECK_EQUAL(run(store_action::import_rows, copy, folder.file("other")), exit_code::failed);
}

CAF_TEST(a_store_in_use_or_nowhere_is_told) {
  CAF_CHECK_EQUAL(run(store_action::check, data), exit_code::failed);
  CAF_CHECK(err.starts_with("troupe: there is no store in " + data));
  CAF_CHECK(!std::filesystem::exists(data));
  fill(data);
  const auto now = open_rocksdb_store({.path = data});
  CAF_CHECK_EQUAL(run(store_action::stats, data), exit_code::failed);
  CAF_CHECK(err.starts_with("troupe: the store in " + data + " is in use"));
}

CAF_TEST_FIXTURE_SCOPE_END()
