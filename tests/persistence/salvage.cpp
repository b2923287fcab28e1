#define CAF_SUITE persistence_salvage
#include "persistence/salvage.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <caf/test/unit_test.hpp>

#include "persistence/group_writer.hpp"
#include "persistence/keys.hpp"
#include "persistence/records.hpp"
#include "persistence/rocksdb_engine.hpp"
#include "persistence/rocksdb_store.hpp"
#include "tests/config/temporary_file.hpp"
#include "tests/persistence/client.hpp"

using namespace troupe;
using namespace troupe::persistence;

namespace {

constexpr std::uint64_t sessions = 50;

std::string client_id(std::uint64_t number) { return "client " + std::to_string(number); }

/// A store on disk, in which the rows of the first half are in table files and those of the second in the log.
struct store_with_rows {
  store_with_rows() {
    auto database = rocksdb_engine::open(where);
    CAF_REQUIRE(database.engine);
    for (std::uint64_t i = 1; i <= sessions; ++i) {
      if (i == sessions / 2 + 1) flush(*database.engine);
      write(*database.engine, i);
    }
    database.engine->put(table::meta, schema_key, {}, encode(schema_record{2, "test", {}}));
    database.engine->put(table::meta, numbers_key, {}, encode(numbers_record{sessions + 1, sessions + 1, {}}));
    CAF_REQUIRE(database.engine->commit(true).ok());
  }

  static void flush(rocksdb_engine& engine) {
    auto& database = engine.database();
    CAF_REQUIRE(database->Flush(rocksdb::FlushOptions{}, database.handles()).ok());
  }

  /// A session with a subscription, a queue entry and its message.
  static void write(engine& to, std::uint64_t number) {
    batch all;
    session_record session;
    session.client_id = client_id(number);
    session.number = number;
    put(all, session);
    put(all, number, subscription_record{"a/#", 1, false, false, 0, 0, {}});
    queue_entry entry;
    entry.message = number;
    entry.bytes = 203;
    put(all, number, 1, entry);
    const std::string payload(200, 'p');
    put_message(all, number, 1, {.topic = "a/b", .payload = payload, .qos = 1});
    put_retained(all, {.topic = client_id(number), .payload = "r", .qos = 1, .retain = true});
    group_writer writer{to};
    CAF_REQUIRE(writer.add(all).ok());
    CAF_REQUIRE(writer.commit(true).ok());
  }

  std::vector<std::string> files(std::string_view ending) const {
    std::vector<std::string> result;
    for (const auto& each : std::filesystem::directory_iterator{where.path})
      if (each.path().filename().string().find(ending) != std::string::npos) result.push_back(each.path().string());
    std::sort(result.begin(), result.end());
    return result;
  }
  std::string file(std::string_view ending) const {
    const auto found = files(ending);
    CAF_REQUIRE(!found.empty());
    for (const auto& each : found)
      if (std::filesystem::file_size(each) > 1000) return each;
    return found.front();
  }

  /// Opens the store as it is now, and looks at what is left. Every session that is left has all that is its own.
  void reopen() {
    auto now = open_rocksdb_store(where);
    CAF_REQUIRE_EQUAL(now.error, "");
    notes = now.notes;
    tests::client client{*now.store};
    left = client.all(table::sessions).size();
    subscriptions = client.all(table::subscriptions).size();
    queued = client.all(table::queue).size();
    messages = client.all(table::messages).size();
    retained = client.all(table::retained).size();
    CAF_CHECK_EQUAL(queued, messages);
    CAF_CHECK_LESS_OR_EQUAL(queued, left);
    CAF_CHECK_LESS_OR_EQUAL(subscriptions, left);
    // It is a store like any other.
    batch more;
    more.put(table::meta, "after", "damage");
    CAF_CHECK(client.commit(std::move(more)).outcome == outcome::done);
  }

  /// The second time there is nothing to be said any more, and nothing else is missing.
  void reopen_again() {
    const auto before = left;
    reopen();
    CAF_CHECK_EQUAL(notes, std::vector<std::string>{});
    CAF_CHECK_EQUAL(left, before);
    CAF_CHECK(!std::filesystem::exists(where.path + "/SALVAGE"));
    CAF_CHECK(!std::filesystem::exists(where.path + "/lost"));
  }

  std::vector<std::string> kept_aside() const {
    std::vector<std::string> result;
    for (const auto& aside : files("damaged-"))
      for (const auto& each : std::filesystem::directory_iterator{aside})
        result.push_back(each.path().filename().string());
    std::sort(result.begin(), result.end());
    return result;
  }

  bool says(std::string_view part) const {
    return std::any_of(notes.begin(), notes.end(), [&](const auto& each) { return each.find(part) != each.npos; });
  }

  test::temporary_directory folder;
  rocksdb_options where{.path = folder.file("data")};
  std::vector<std::string> notes;
  std::size_t left = 0, subscriptions = 0, queued = 0, messages = 0, retained = 0;
};

void flip(const std::string& path, std::size_t at) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekg(static_cast<std::streamoff>(at));
  const auto byte = static_cast<char>(file.get() ^ 0x40);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

std::size_t size_of(const std::string& path) { return static_cast<std::size_t>(std::filesystem::file_size(path)); }
std::string name_of_file(const std::string& path) { return std::filesystem::path{path}.filename().string(); }

}  // namespace

CAF_TEST_FIXTURE_SCOPE(salvage_tests, store_with_rows)

CAF_TEST(an_intact_store_is_opened_without_a_word) {
  reopen();
  CAF_CHECK_EQUAL(notes, std::vector<std::string>{});
  CAF_CHECK_EQUAL(left, sessions);
  CAF_CHECK_EQUAL(subscriptions, sessions);
  CAF_CHECK_EQUAL(messages, sessions);
  CAF_CHECK_EQUAL(retained, sessions);
}

CAF_TEST(a_byte_in_the_log_costs_one_commit) {
  const auto log = file(".log");
  flip(log, size_of(log) / 2);
  reopen();
  CAF_CHECK_EQUAL(left, sessions - 1);
  CAF_CHECK_EQUAL(retained, sessions - 1);
  CAF_CHECK(says("log " + name_of_file(log) + " is damaged in 1 places"));
  CAF_CHECK(says("the damaged files are kept in " + where.path + "/damaged-"));
  CAF_CHECK_EQUAL(kept_aside(), std::vector<std::string>{name_of_file(log)});
  reopen_again();
}

CAF_TEST(a_truncated_log_costs_its_end) {
  const auto log = file(".log");
  std::filesystem::resize_file(log, size_of(log) * 3 / 4);
  reopen();
  CAF_CHECK_GREATER_OR_EQUAL(left, sessions / 2);
  CAF_CHECK_LESS(left, sessions);
  CAF_CHECK(says("log " + name_of_file(log) + " ends within a commit"));
  reopen_again();
}

CAF_TEST(a_log_that_is_gone_costs_what_was_in_it) {
  std::filesystem::resize_file(file(".log"), 0);
  reopen();
  CAF_CHECK_EQUAL(left, sessions / 2);
  CAF_CHECK_EQUAL(messages, sessions / 2);
  reopen_again();
}

CAF_TEST(a_byte_in_a_table_file_costs_that_file) {
  for (const std::size_t part : {1u, 2u, 3u}) {
    store_with_rows test;
    for (const auto& table : test.files(".sst")) {
      flip(table, size_of(table) * part / 4);
      break;
    }
    test.reopen();
    CAF_CHECK_GREATER_OR_EQUAL(test.left, sessions / 2);
    CAF_CHECK(test.says(".sst of table meta is damaged") || test.says(".sst of table sessions is damaged"));
    CAF_CHECK_EQUAL(test.kept_aside().size(), 1u);
    test.reopen_again();
  }
}

CAF_TEST(every_table_file_may_be_damaged_and_what_is_in_the_log_is_there) {
  for (const auto& table : files(".sst")) flip(table, size_of(table) / 3);
  reopen();
  CAF_CHECK_EQUAL(left, sessions / 2);
  CAF_CHECK_EQUAL(queued, sessions / 2);
  CAF_CHECK_EQUAL(retained, sessions / 2);
  reopen_again();
}

CAF_TEST(a_truncated_or_missing_table_file_costs_that_file) {
  for (const bool missing : {true, false}) {
    store_with_rows test;
    const auto table = test.file(".sst");
    if (missing)
      std::filesystem::remove(table);
    else
      std::filesystem::resize_file(table, size_of(table) / 2);
    test.reopen();
    CAF_CHECK(test.says(name_of_file(table)));
    CAF_CHECK_GREATER_OR_EQUAL(test.left, sessions / 2);
    CAF_CHECK_EQUAL(test.kept_aside().size(), missing ? 0u : 1u);
    test.reopen_again();
  }
}

CAF_TEST(without_its_manifest_a_store_has_all_its_rows) {
  const std::vector<std::function<void(const store_with_rows&)>> damages{
    [](const auto& at) { std::filesystem::remove(at.where.path + "/CURRENT"); },
    [](const auto& at) { std::filesystem::resize_file(at.where.path + "/CURRENT", 3); },
    [](const auto& at) { flip(at.where.path + "/CURRENT", 10); },
    [](const auto& at) { std::filesystem::remove(at.files("MANIFEST-").back()); },
    [](const auto& at) { std::filesystem::resize_file(at.files("MANIFEST-").back(), 0); },
    [](const auto& at) { flip(at.files("MANIFEST-").back(), 20); },
    [](const auto& at) { flip(at.files("MANIFEST-").back(), size_of(at.files("MANIFEST-").back()) - 5); },
  };
  for (std::size_t i = 0; i < damages.size(); ++i) {
    CAF_MESSAGE("damage " << i);
    store_with_rows test;
    damages[i](test);
    test.reopen();
    CAF_CHECK_EQUAL(test.left, sessions);
    CAF_CHECK_EQUAL(test.subscriptions, sessions);
    CAF_CHECK_EQUAL(test.messages, sessions);
    CAF_CHECK_EQUAL(test.retained, sessions);
    CAF_CHECK(test.says("put together anew"));
    test.reopen_again();
  }
}

CAF_TEST(a_manifest_cut_off_anywhere_loses_no_row) {
  const auto bytes = size_of(files("MANIFEST-").back());
  for (std::size_t part = 1; part < 8; ++part) {
    store_with_rows test;
    std::filesystem::resize_file(test.files("MANIFEST-").back(), bytes * part / 8);
    test.reopen();
    CAF_CHECK_EQUAL(test.left, sessions);
    CAF_CHECK_EQUAL(test.messages, sessions);
    CAF_CHECK(test.says("was cut off"));
    test.reopen_again();
  }
}

CAF_TEST(a_store_of_which_only_the_log_is_left_has_what_is_in_it) {
  for (const auto* part : {".sst", "MANIFEST-", "CURRENT", "OPTIONS-"})
    for (const auto& each : files(part)) std::filesystem::remove(each);
  reopen();
  CAF_CHECK_EQUAL(left, sessions / 2);
  CAF_CHECK_EQUAL(queued, sessions / 2);
  reopen_again();
}

CAF_TEST(an_old_log_that_was_not_deleted_brings_nothing_back) {
  const std::vector<std::function<void(const store_with_rows&)>> damages{
    [](const auto&) {}, [](const auto& at) { std::filesystem::remove(at.where.path + "/CURRENT"); },
    [](const auto& at) { flip(at.files(".log").back(), size_of(at.files(".log").back()) / 2); },
    [](const auto& at) { flip(at.files(".sst")[1], 100); },  // subscriptions
  };
  for (std::size_t i = 0; i < damages.size(); ++i) {
    CAF_MESSAGE("damage " << i);
    store_with_rows test;
    const auto old_log = test.file(".log"), kept = test.folder.file("old.log");
    std::filesystem::copy_file(old_log, kept);
    {
      auto database = rocksdb_engine::open(test.where);
      store_with_rows::flush(*database.engine);
      database.engine->erase(table::sessions, client_id(sessions));
      database.engine->put(table::meta, "deleted", {}, "1");
      CAF_REQUIRE(database.engine->commit(true).ok());
      store_with_rows::flush(*database.engine);
      database.engine->put(table::meta, "last", {}, "1");
      CAF_REQUIRE(database.engine->commit(true).ok());
    }
    std::filesystem::copy_file(kept, old_log, std::filesystem::copy_options::overwrite_existing);
    damages[i](test);
    auto now = open_rocksdb_store(test.where);
    CAF_REQUIRE_EQUAL(now.error, "");
    if (i == 0) CAF_CHECK_EQUAL(now.notes, std::vector<std::string>{});
    tests::client client{*now.store};
    CAF_CHECK(!client.read(table::sessions, client_id(sessions)));
    CAF_CHECK(client.read(table::sessions, client_id(1)));
    CAF_CHECK_EQUAL(client.read(table::meta, "last").has_value(), i != 2);
  }
}

CAF_TEST(saving_that_was_interrupted_begins_again) {
  const auto log = file(".log");
  flip(log, size_of(log) / 2);
  // As the process leaves it that ends after it has set everything aside and taken out the log.
  const auto aside = where.path + "/damaged-20260101T000000Z";
  std::filesystem::create_directory(aside);
  for (const auto* part : {".sst", ".log", "MANIFEST-", "CURRENT", "OPTIONS-", "IDENTITY"})
    for (const auto& each : files(part))
      if (std::filesystem::is_regular_file(each))
        std::filesystem::create_hard_link(each, aside + "/" + name_of_file(each));
  folder.write("data/SALVAGE", "damaged-20260101T000000Z\n");
  std::filesystem::remove(log);
  reopen();
  CAF_CHECK_EQUAL(left, sessions - 1);
  CAF_CHECK(!std::filesystem::exists(aside));
  CAF_CHECK_EQUAL(kept_aside(), std::vector<std::string>{name_of_file(log)});
  reopen_again();
}

CAF_TEST(a_suspected_store_is_read_as_a_whole) {
  const auto table = file(".sst");
  flip(table, size_of(table) / 2);
  where.verify_bytes_max = 0;
  suspect(where);
  reopen();
  CAF_CHECK(says(name_of_file(table)));
  CAF_CHECK(!std::filesystem::exists(where.path + "/SUSPECT"));
}

CAF_TEST_FIXTURE_SCOPE_END()
