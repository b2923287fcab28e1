#include "persistence/schema.hpp"

#include <algorithm>
#include <utility>

#include "config/version.hpp"
#include "persistence/export_stream.hpp"
#include "persistence/layout.hpp"
#include "persistence/records.hpp"

namespace troupe::persistence {

namespace {

constexpr std::size_t rows_in_commit = 10'000;

status write_version(engine& what) {
  const schema_record now{schema_version, std::string{version_text}, {}};
  what.put(table::meta, schema_key, {}, encode(now));
  return what.commit(true);
}

/// The bytes of the message that an entry is of; 0 when it is gone.
status bytes_of_message(engine& what, std::uint64_t id, std::uint32_t& bytes) {
  bytes = 0;
  std::string raw;
  bool found = false;
  if (auto read = what.find(table::messages, message_key{id}, raw, found); !read.ok()) return read;
  const auto row = found ? split(table::messages, raw) : std::nullopt;
  if (const auto message = row ? decode_message(row->value) : std::nullopt)
    bytes = static_cast<std::uint32_t>(message->topic.size() + message->payload.size() + message->properties.size());
  return {};
}

/// Version 2: fills in QueueEntry.bytes. An entry that has it was done before the last attempt ended.
status fill_in_bytes(engine& what, std::uint64_t& changed) {
  status failed;
  std::size_t in_group = 0;
  auto read = what.scan(table::queue, {}, {}, [&](std::string_view key, std::string_view value) {
    auto entry = decode_queue_entry(value);
    if (!entry || entry->bytes != 0) return true;
    failed = bytes_of_message(what, entry->message, entry->bytes);
    if (!failed.ok()) return false;
    what.put(table::queue, key, {}, encode(*entry));
    ++changed;
    if (++in_group == rows_in_commit) {
      failed = what.commit(false);
      in_group = 0;
    }
    return failed.ok();
  });
  if (!failed.ok()) return failed;
  return read.ok() && in_group != 0 ? what.commit(false) : read;
}

}  // namespace

status is_empty(engine& what, bool& empty) {
  empty = true;
  for (std::size_t i = 0; i < table_count && empty; ++i) {
    auto read = what.scan(table_at(i), {}, {}, [&](std::string_view key, std::string_view) {
      return empty = table_at(i) == table::meta && key == schema_key;
    });
    if (!read.ok()) return read;
  }
  return {};
}

status read_version(engine& what, std::uint32_t& version) {
  version = 0;
  std::string raw;
  bool found = false;
  if (auto read = what.find(table::meta, schema_key, raw, found); !read.ok()) return read;
  if (const auto row = found ? decode_schema(raw) : std::nullopt) version = row->version;
  return {};
}

status bring_up_to_date(engine& what, std::vector<std::string>& notes) {
  std::string raw;
  bool importing = false;
  if (auto read = what.find(table::meta, importing_key, raw, importing); !read.ok()) return read;
  if (importing) return {outcome::failed, "an import into it did not come to its end: delete it and import again"};
  std::uint32_t version = 0;
  if (auto read = read_version(what, version); !read.ok()) return read;
  if (version == schema_version) return {};
  if (version > schema_version)
    return {outcome::failed, "it was written by a later version of troupe: its rows have version " +
                               std::to_string(version) + ", this one knows " + std::to_string(schema_version)};
  bool empty = false;
  if (auto read = is_empty(what, empty); !read.ok()) return read;
  if (empty) return write_version(what);
  std::uint64_t changed = 0;
  if (auto migrated = fill_in_bytes(what, changed); !migrated.ok()) return migrated;
  notes.push_back((version == 0 ? std::string{"the version of its rows was lost"} : "its rows had version 1") +
                  ": they have version 2 now, " + std::to_string(changed) + " queue entries were changed");
  return write_version(what);
}

}  // namespace troupe::persistence
