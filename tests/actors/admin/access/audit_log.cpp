#define CAF_SUITE admin_audit_log
#include "actors/admin/access/audit_log.hpp"

#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/access/fake_surroundings.hpp"
#include "tests/config/temporary_file.hpp"

using namespace troupe::admin;
using namespace std::chrono_literals;

namespace {

struct desk {
  troupe::test::temporary_directory folder;
  troupe::test::fake_surroundings fake;
  std::string path = folder.file("admin-audit.log");
  std::shared_ptr<audit_log> log = opened();

  std::shared_ptr<audit_log> opened() { return std::get<0>(audit_log::open(path, fake.around())); }
  void restart() {
    log.reset();
    log = opened();
  }
  void record(std::string target) { log->record(entry(std::move(target))); }
  static audit_entry entry(std::string target) {
    return {.who = "ann", .address = "10.0.0.1", .action = "kick", .target = std::move(target), .outcome = "done"};
  }
  std::string newest() const { return log->before({}, 1).entries.at(0).target; }
  std::size_t count() const { return log->before({}, 20'000).entries.size(); }
};

}  // namespace

CAF_TEST(entries_are_read_newest_first_page_by_page) {
  desk a;
  for (int i = 0; i < 10; ++i) a.record(std::to_string(i));
  std::string seen;
  std::optional<std::uint64_t> cursor;
  int pages = 0;
  do {
    const auto page = a.log->before(cursor, 4);
    for (const auto& entry : page.entries) seen += entry.target;
    cursor = page.next;
    a.record("x");  // new ones do not shift what follows
    ++pages;
  } while (cursor);
  CAF_CHECK_EQUAL(seen, "9876543210");
  CAF_CHECK_EQUAL(pages, 3);
  CAF_CHECK(a.log->before(1, 10).entries.empty());
  CAF_CHECK(a.log->before(0, 10).entries.empty());
}

CAF_TEST(entries_outlive_a_restart_in_a_private_file) {
  desk a;
  a.record("first");
  a.fake.pass(5s);
  a.record("line\nand \"quote\"");
  const auto before = a.log->before({}, 10);
  a.restart();
  const auto after = a.log->before({}, 10);
  CAF_REQUIRE_EQUAL(after.entries.size(), 2u);
  CAF_CHECK_EQUAL(after.entries[0].target, "line\nand \"quote\"");
  CAF_CHECK_EQUAL(after.entries[0].at - after.entries[1].at, 5'000);
  CAF_CHECK_EQUAL(after.entries[1].who, "ann");
  CAF_CHECK_EQUAL(after.entries[1].address, "10.0.0.1");
  CAF_CHECK_EQUAL(after.entries[1].action, "kick");
  CAF_CHECK_EQUAL(after.entries[1].outcome, "done");
  struct stat about {};
  stat(a.path.c_str(), &about);
  CAF_CHECK_EQUAL(about.st_mode & 07777U, 0600u);
}

CAF_TEST(damaged_lines_are_left_out_and_a_line_cut_short_takes_no_other_with_it) {
  desk a;
  a.record("first");
  a.log.reset();
  auto text = troupe::test::read_whole(a.path);
  a.folder.write("admin-audit.log", text + "garbage\n{\"at\":1}\n[]\n" + text.substr(0, text.size() / 2));
  a.log = a.opened();
  CAF_CHECK_EQUAL(a.count(), 1u);
  a.record("second");
  a.restart();
  CAF_CHECK_EQUAL(a.count(), 2u);
  CAF_CHECK_EQUAL(a.newest(), "second");
}

CAF_TEST(a_log_that_others_may_write_is_refused) {
  desk a;
  a.record("first");
  chmod(a.path.c_str(), 0666);
  CAF_CHECK(std::holds_alternative<std::string>(audit_log::open(a.path, a.fake.around())));
  CAF_CHECK(std::holds_alternative<std::string>(audit_log::open(a.folder.file("no/such"), a.fake.around())));
}

CAF_TEST(texts_are_cut_and_always_utf_8) {
  desk a;
  a.record(std::string(255, 'x') + "ää");
  CAF_CHECK_EQUAL(a.newest(), std::string(255, 'x') + "...");
  a.record("a\xff\xc3");
  CAF_CHECK_EQUAL(a.newest(), "a??");
  a.record("ä");
  CAF_CHECK_EQUAL(a.newest(), "ä");
  a.restart();
  CAF_CHECK_EQUAL(a.count(), 3u);
}

CAF_TEST(memory_holds_the_last_ten_thousand) {
  desk a;
  for (std::size_t i = 0; i < audit_log::entries_max + 5; ++i) a.record(std::to_string(i));
  CAF_CHECK_EQUAL(a.count(), audit_log::entries_max);
  CAF_CHECK_EQUAL(a.newest(), "10004");
  a.restart();
  CAF_CHECK_EQUAL(a.count(), audit_log::entries_max);
  CAF_CHECK_EQUAL(a.newest(), "10004");
  const auto all = a.log->before({}, audit_log::entries_max);
  CAF_CHECK_EQUAL(all.entries.back().target, "5");
  CAF_CHECK(!all.next);
}

CAF_TEST(at_8_mib_the_file_becomes_the_older_one) {
  desk a;
  a.record("oldest");
  const auto fill = [&](char with) {
    a.log.reset();
    auto entry = troupe::test::read_whole(a.path);
    const auto line = entry.substr(0, entry.find('\n') + 1);
    std::string text;
    while (text.size() + 2 * line.size() <= audit_log::file_bytes_max) text += line;
    a.folder.write("admin-audit.log", text + std::string(audit_log::file_bytes_max - text.size() - 1, with) + "\n");
    a.log = a.opened();
  };
  fill('#');
  a.record("newer");
  CAF_CHECK(std::filesystem::file_size(a.path) < 1'000);
  CAF_CHECK_EQUAL(std::filesystem::file_size(a.path + ".1"), audit_log::file_bytes_max);
  a.record("newest");
  fill('+');
  CAF_CHECK_EQUAL(a.count(), audit_log::entries_max);
  a.record("after");
  CAF_CHECK(troupe::test::read_whole(a.path + ".1").find("+++") != std::string::npos);
  CAF_CHECK(!std::filesystem::exists(a.path + ".2"));
  a.restart();
  CAF_CHECK_EQUAL(a.newest(), "after");
}

CAF_TEST(an_entry_that_cannot_be_written_is_still_shown_and_later_ones_are_written) {
  desk a;
  a.record("first");
  a.log.reset();
  a.folder.write("admin-audit.log", std::string(audit_log::file_bytes_max, ' '));
  a.log = a.opened();
  mkdir((a.path + ".1").c_str(), 0700);  // cannot be rotated: it grows
  a.record("second");
  CAF_CHECK_EQUAL(a.newest(), "second");
  rmdir((a.path + ".1").c_str());
  a.record("third");
  CAF_CHECK_EQUAL(a.newest(), "third");
  a.restart();
  CAF_CHECK_EQUAL(a.count(), 2u);
}

CAF_TEST(failures_beyond_sixty_a_minute_are_counted_into_one_entry) {
  desk a;
  for (int i = 0; i < 1'000; ++i) a.log->record_failure(desk::entry("guess"));
  CAF_CHECK_EQUAL(a.count(), 60u);
  a.record("what an operator does");
  CAF_CHECK_EQUAL(a.count(), 61u);
  a.fake.pass(1min);
  a.log->record_failure(desk::entry("one more"));
  const auto newest = a.log->before({}, 2).entries;
  CAF_CHECK_EQUAL(newest[0].target, "one more");
  CAF_CHECK_EQUAL(newest[1].outcome, "940 more failures were not listed");
  CAF_CHECK_EQUAL(newest[1].action, "kick");
}
