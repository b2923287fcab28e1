#include "persistence/export_stream.hpp"

#include <optional>

#include <google/protobuf/io/coded_stream.h>

#include "config/version.hpp"
#include "persistence/group_writer.hpp"
#include "persistence/layout.hpp"
#include "persistence/records.hpp"
#include "persistence/records.pb.h"
#include "persistence/schema.hpp"

namespace troupe::persistence {

namespace {

using google::protobuf::io::CodedOutputStream;

constexpr const char* magic = "troupe-export";
constexpr std::uint32_t format = 1;
constexpr std::uint32_t part_bytes_max = 1024u * 1024 * 1024;
constexpr std::size_t commit_bytes = 1024 * 1024;

status broken(std::string why) { return {outcome::failed, "the stream cannot be read: " + std::move(why)}; }

/// A part is its length as a varint, then so many bytes.
status write_part(std::FILE* to, const pb::ExportPart& part, std::string& buffer) {
  const auto bytes = part.ByteSizeLong();
  buffer.resize(CodedOutputStream::VarintSize64(bytes) + bytes);
  auto* at = CodedOutputStream::WriteVarint64ToArray(bytes, reinterpret_cast<std::uint8_t*>(buffer.data()));
  part.SerializeWithCachedSizesToArray(at);
  if (std::fwrite(buffer.data(), 1, buffer.size(), to) == buffer.size()) return {};
  return {outcome::failed, "the stream cannot be written"};
}

status read_part(std::FILE* from, pb::ExportPart& part, std::string& buffer) {
  std::uint64_t bytes = 0;
  for (int shift = 0;; shift += 7) {
    const int next = std::getc(from);
    if (next == EOF) return broken("it ends too early");
    bytes |= static_cast<std::uint64_t>(next & 0x7F) << shift;
    if ((next & 0x80) == 0) break;
    if (shift > 28) return broken("it is no export of a store");
  }
  if (bytes > part_bytes_max) return broken("it is no export of a store");
  buffer.resize(bytes);
  if (std::fread(buffer.data(), 1, bytes, from) != bytes) return broken("it ends too early");
  return part.ParseFromString(buffer) ? status{} : broken("a part of it is damaged");
}

class writer {
public:
  writer(engine& from, std::FILE* to, stream_rows& written) : from_{from}, to_{to}, written_{written} {}

  status run() {
    auto* header = part_.mutable_header();
    header->set_magic(magic);
    header->set_format(format);
    header->set_schema(schema_version);
    auto done = write_part(to_, part_, buffer_);
    for (std::size_t i = 0; i < table_count && done.ok(); ++i)
      if (table_at(i) != table::counts) done = write_table(table_at(i));
    if (!done.ok()) return done;
    part_.set_rows(written_.rows);
    done = write_part(to_, part_, buffer_);
    return done.ok() && std::fflush(to_) != 0 ? status{outcome::failed, "the stream cannot be written"} : done;
  }

private:
  status write_table(table where) {
    status done;
    auto read = from_.scan(where, {}, {}, [&](std::string_view key, std::string_view raw) {
      if (where == table::meta && key == schema_key) return true;
      done = write_row(where, key, raw);
      return done.ok();
    });
    return done.ok() ? read : done;
  }

  status write_row(table where, std::string_view key, std::string_view raw) {
    const auto row = split(where, raw);
    if (!row) return {outcome::failed, "a row of " + std::string{name_of(where)} + " cannot be read"};
    auto* to = part_.mutable_row();
    to->set_table(static_cast<std::uint32_t>(where));
    to->mutable_key()->assign(key.data(), key.size());
    to->mutable_value()->assign(row->value.data(), row->value.size());
    to->set_count(row->count);
    if (where == table::messages)
      if (auto read = count_left(key, *to); !read.ok()) return read;
    ++written_.rows;
    return write_part(to_, part_, buffer_);
  }

  status count_left(std::string_view key, pb::ExportRow& row) {
    std::string raw;
    bool found = false;
    auto read = from_.find(table::counts, key, raw, found);
    if (found && raw.size() == sizeof(std::uint32_t)) row.set_count(read_big_endian<std::uint32_t>(raw.data()));
    return read;
  }

  engine& from_;
  std::FILE* to_;
  stream_rows& written_;
  pb::ExportPart part_;
  std::string buffer_;
};

class reader {
public:
  reader(std::FILE* from, engine& into, stream_rows& read) : from_{from}, into_{into}, read_{read} {}

  status run() {
    if (auto done = begin(); !done.ok()) return done;
    for (;;) {
      if (auto done = read_part(from_, part_, buffer_); !done.ok()) return done;
      if (part_.has_row()) {
        if (auto done = add(part_.row()); !done.ok()) return done;
      } else if (part_.part_case() == pb::ExportPart::kRows) {
        return end();
      } else {
        return broken("a part of it is not known");
      }
    }
  }

private:
  status begin() {
    if (auto done = read_part(from_, part_, buffer_); !done.ok()) return done;
    const auto& header = part_.header();
    if (header.magic() != magic) return broken("it is no export of a store");
    if (header.format() != format || header.schema() > schema_version)
      return broken("it was written by a later version of troupe");
    read_.schema = header.schema();
    rows_.put(table::meta, importing_key, std::string_view{});
    return write();
  }

  status add(const pb::ExportRow& row) {
    if (row.table() >= table_count) return broken("a table of it is not known");
    ++read_.rows;
    const auto where = table_at(row.table());
    if (where == table::counts || (where == table::messages && (row.key().size() != 8 || row.count() == 0)))
      return broken("a row of it is none of a store");
    if (where == table::messages)
      rows_.put_message(message_of(row.key()), row.count(), row.value());
    else
      rows_.put(where, row.key(), row.value());
    return rows_.bytes() > commit_bytes ? write() : status{};
  }

  status end() {
    if (part_.rows() != read_.rows) return broken("rows are missing in it");
    rows_.erase(table::meta, importing_key);
    put(rows_, schema_record{read_.schema, std::string{version_text}, {}});
    auto done = write();
    return done.ok() ? into_.sync() : done;
  }

  status write() {
    auto done = writer_.add(rows_);
    if (done.ok()) done = writer_.commit(false);
    rows_.clear();
    return done;
  }

  std::FILE* from_;
  engine& into_;
  stream_rows& read_;
  group_writer writer_{into_};
  batch rows_;
  pb::ExportPart part_;
  std::string buffer_;
};

}  // namespace

status write_stream(engine& from, std::FILE* to, stream_rows& written) { return writer{from, to, written}.run(); }

status read_stream(std::FILE* from, engine& into, stream_rows& read) { return reader{from, into, read}.run(); }

}  // namespace troupe::persistence
