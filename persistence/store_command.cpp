#include "persistence/store_command.hpp"

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <string>

#include "config/log_escape.hpp"
#include "persistence/export_stream.hpp"
#include "persistence/inspection.hpp"
#include "persistence/layout.hpp"
#include "persistence/references.hpp"
#include "persistence/rocksdb_engine.hpp"
#include "persistence/schema.hpp"

namespace troupe::persistence {

namespace {

namespace exit_code = config::exit_code;

/// One line, whatever names of clients are in it.
void say(std::FILE* to, const std::string& line) {
  std::fputs((log::escape(line, config::log_format::text) + "\n").c_str(), to);
}

int fail(const std::string& why) {
  say(stderr, "troupe: " + why);
  return exit_code::failed;
}

rocksdb_options options_of(const config::store_request& request) {
  rocksdb_options result;
  result.path = request.store.path;
  result.cache_bytes = request.store.cache_bytes;
  result.create_if_missing = request.action == config::store_action::import_rows;
  return result;
}

/// The store as it lies there, which nothing is done to.
std::unique_ptr<rocksdb_engine> look(const config::store_request& request) {
  auto found = rocksdb_engine::open_to_look(options_of(request));
  if (!found.engine) fail(found.error);
  return std::move(found.engine);
}

int check(const config::store_request& request) {
  const auto in = options_of(request);
  auto found = rocksdb_engine::open_to_look(in);
  const auto files = inspection::of(in);
  std::uint64_t problems = 0;
  const auto problem = [&](const std::string& sentence) { say(stdout, sentence), ++problems; };
  if (files.manifest) problem(files.manifest->sentence);
  for (const auto& each : files.logs) problem(each.sentence);
  if (!found.engine) return fail(found.error);
  for (const auto& each : damaged_tables(found.engine->database(), std::numeric_limits<std::uint64_t>::max()))
    problem(each.sentence);
  references_report references;
  const auto done = review_references(*found.engine, references_mode::look, references);
  for (const auto& each : references.sentences) say(stdout, each);
  problems += references.problems;
  if (!done.ok()) problem(done.text);
  say(stdout, problems == 0 ? "The store is as it should be." : std::to_string(problems) + " problems.");
  return problems == 0 ? exit_code::done : exit_code::failed;
}

void print_row(std::string_view table, std::uint64_t rows, std::uint64_t bytes) {
  std::printf("%-14.*s %12" PRIu64 " rows %16" PRIu64 " bytes\n", static_cast<int>(table.size()), table.data(), rows,
              bytes);
}

int count(const config::store_request& request) {
  const auto of = look(request);
  if (!of) return exit_code::failed;
  for (std::size_t i = 0; i < table_count; ++i) {
    std::uint64_t rows = 0, bytes = 0;
    const auto read = of->scan(table_at(i), {}, {}, [&](std::string_view key, std::string_view value) {
      ++rows;
      bytes += key.size() + value.size();
      return true;
    });
    if (!read.ok()) return fail(read.text);
    print_row(table_names[i], rows, bytes);
  }
  persistence::stats all;
  of->measure(all);
  std::printf("on disk %38" PRIu64 " bytes\n", all.disk_bytes);
  return exit_code::done;
}

using file_pointer = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

/// The file, or what stands for no file and is not closed.
file_pointer open_file(const std::string& path, const char* mode, std::FILE* otherwise) {
  if (path.empty()) return {otherwise, [](std::FILE*) { return 0; }};
  return {std::fopen(path.c_str(), mode), &std::fclose};
}

int export_rows(const config::store_request& request) {
  const auto of = look(request);
  if (!of) return exit_code::failed;
  const auto to = open_file(request.file, "wbx", stdout);
  if (!to) return fail(request.file + ": " + std::strerror(errno));
  std::vector<std::string> notes;
  std::uint32_t version = 0;
  if (const auto read = read_version(*of, version); !read.ok()) return fail(read.text);
  if (version != schema_version) return fail("its rows have another version: start a node on it first");
  stream_rows written;
  if (const auto done = write_stream(*of, to.get(), written); !done.ok()) return fail(done.text);
  say(stderr, std::to_string(written.rows) + " rows were exported.");
  return exit_code::done;
}

int import_rows(const config::store_request& request) {
  const auto from = open_file(request.file, "rb", stdin);
  if (!from) return fail(request.file + ": " + std::strerror(errno));
  auto into = rocksdb_engine::open(options_of(request));
  if (!into.engine) return fail(into.error);
  bool empty = false;
  if (const auto read = is_empty(*into.engine, empty); !read.ok()) return fail(read.text);
  if (!empty) return fail("the store in " + request.store.path + " is not empty");
  stream_rows read;
  auto done = read_stream(from.get(), *into.engine, read);
  std::vector<std::string> notes;
  if (done.ok()) done = bring_up_to_date(*into.engine, notes);
  if (!done.ok()) return fail(done.text);
  for (const auto& each : notes) say(stderr, each);
  say(stderr, std::to_string(read.rows) + " rows were imported.");
  return exit_code::done;
}

}  // namespace

int store_command(const config::store_request& request) {
  if (request.store.backend != config::store_backend::rocksdb)
    return fail("persistence.backend is memory: there is nothing to look after");
  switch (request.action) {
    case config::store_action::check: return check(request);
    case config::store_action::stats: return count(request);
    case config::store_action::export_rows: return export_rows(request);
    case config::store_action::import_rows: return import_rows(request);
  }
  return exit_code::not_understood;
}

}  // namespace troupe::persistence
