#define CAF_SUITE persistence_schema
#include "persistence/schema.hpp"

#include <string>
#include <vector>

#include <caf/test/unit_test.hpp>

#include "config/version.hpp"
#include "persistence/layout.hpp"
#include "persistence/memory_engine.hpp"
#include "persistence/records.hpp"
#include "persistence/rocksdb_engine.hpp"
#include "persistence/rocksdb_store.hpp"
#include "tests/config/temporary_file.hpp"
#include "tests/persistence/client.hpp"

using namespace troupe;
using namespace troupe::persistence;

namespace {

/// Rows as version 1 wrote them: no entry of a queue says how many bytes its message has.
void write_version_1(engine& into, std::uint64_t entries) {
  session_record session;
  session.client_id = "anna";
  session.number = 1;
  batch row;
  put(row, session);
  std::size_t offset = 0;
  const auto step = row.next(offset);
  into.put(table::sessions, step->key, revision_head{std::uint64_t{1}}, step->value);
  for (std::uint64_t i = 1; i <= entries; ++i) {
    queue_entry entry;
    entry.message = i;
    entry.packet_id = static_cast<std::uint16_t>(i);
    into.put(table::queue, queue_key{1, i}, {}, encode(entry));
    const std::string payload(i % 100, 'p');
    into.put(table::messages, message_key{i}, count_head{1u},
             encode(message_view{.topic = "a/b", .payload = payload, .properties = "12345"}));
  }
  into.put(table::meta, schema_key, {}, encode(schema_record{1, "0.0.9", {}}));
  into.put(table::meta, numbers_key, {}, encode(numbers_record{2, entries + 1, {}}));
  CAF_REQUIRE(into.commit(true).ok());
}

std::uint32_t version_in(engine& of) {
  std::string raw;
  bool found = false;
  of.find(table::meta, schema_key, raw, found);
  return found ? decode_schema(raw)->version : 0;
}

std::uint64_t entries_with_bytes(engine& of) {
  std::uint64_t right = 0;
  of.scan(table::queue, {}, {}, [&](std::string_view key, std::string_view value) {
    const auto entry = decode_queue_entry(value);
    if (entry && entry->bytes == 8 + sequence_of(key) % 100 && entry->packet_id == sequence_of(key)) ++right;
    return true;
  });
  return right;
}

}  // namespace

CAF_TEST(an_empty_store_gets_the_version_of_this_program) {
  memory_engine of;
  std::vector<std::string> notes;
  CAF_CHECK(bring_up_to_date(of, notes).ok());
  CAF_CHECK_EQUAL(version_in(of), schema_version);
  std::string raw;
  bool found = false;
  of.find(table::meta, schema_key, raw, found);
  const auto schema = decode_schema(raw);
  CAF_CHECK(schema && schema->written_by == version_text);
  CAF_CHECK(bring_up_to_date(of, notes).ok());
  CAF_CHECK(notes.empty());
}

CAF_TEST(version_1_becomes_version_2) {
  constexpr std::uint64_t entries = 25'000;
  memory_engine of;
  write_version_1(of, entries);
  CAF_CHECK_EQUAL(entries_with_bytes(of), 0u);
  std::vector<std::string> notes;
  CAF_CHECK(bring_up_to_date(of, notes).ok());
  CAF_CHECK_EQUAL(version_in(of), 2u);
  CAF_CHECK_EQUAL(entries_with_bytes(of), entries);
  CAF_CHECK_EQUAL(notes, std::vector<std::string>{
                           "its rows had version 1: they have version 2 now, 25000 queue entries were changed"});
}

CAF_TEST(a_migration_that_was_interrupted_goes_on) {
  memory_engine of;
  write_version_1(of, 100);
  for (std::uint64_t i = 1; i <= 40; ++i) {  // so many were changed when the process ended
    queue_entry entry;
    entry.message = i;
    entry.packet_id = static_cast<std::uint16_t>(i);
    entry.bytes = static_cast<std::uint32_t>(8 + i % 100);
    of.put(table::queue, queue_key{1, i}, {}, encode(entry));
  }
  CAF_REQUIRE(of.commit(true).ok());
  std::vector<std::string> notes;
  CAF_CHECK(bring_up_to_date(of, notes).ok());
  CAF_CHECK_EQUAL(entries_with_bytes(of), 100u);
  CAF_REQUIRE_EQUAL(notes.size(), 1u);
  CAF_CHECK(notes[0].ends_with("60 queue entries were changed"));
}

CAF_TEST(an_old_store_on_disk_is_migrated_when_it_is_opened) {
  const test::temporary_directory folder;
  const rocksdb_options where{.path = folder.file("data")};
  write_version_1(*rocksdb_engine::open(where).engine, 100);
  for (const std::size_t notes : {1u, 0u}) {
    const auto now = open_rocksdb_store(where);
    CAF_REQUIRE_EQUAL(now.error, "");
    CAF_CHECK_EQUAL(now.notes.size(), notes);
    tests::client client{*now.store};
    const auto entry = decode_queue_entry(client.read(table::queue, queue_key{1, 50}).value_or(""));
    CAF_CHECK(entry && entry->bytes == 58);
  }
}

CAF_TEST(a_store_from_the_future_is_refused_and_left_as_it_is) {
  const test::temporary_directory folder;
  const rocksdb_options where{.path = folder.file("data")};
  {
    auto database = rocksdb_engine::open(where);
    database.engine->put(table::meta, schema_key, {}, encode(schema_record{9, "7.0", {}}));
    CAF_REQUIRE(database.engine->commit(true).ok());
  }
  const auto now = open_rocksdb_store(where);
  CAF_CHECK(!now.store);
  CAF_CHECK_EQUAL(now.error, "the store in " + where.path +
                               " cannot be used: it was written by a later version of troupe: its rows have version "
                               "9, this one knows 2");
  CAF_CHECK_EQUAL(version_in(*rocksdb_engine::open(where).engine), 9u);
}
