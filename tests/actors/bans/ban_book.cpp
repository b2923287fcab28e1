#define CAF_SUITE actors_ban_book
#include "actors/bans/ban_book.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <caf/test/unit_test.hpp>

#include "tests/config/temporary_file.hpp"

using namespace troupe;
using namespace troupe::actors;
using enum ban_kind;

namespace {

struct fixture {
  const test::temporary_directory folder;
  ban_desk desk;
  std::unique_ptr<ban_book> tested = opened();

  std::string path() const { return folder.file("admin/bans.json"); }
  /// Null, with `wrong` saying why.
  std::unique_ptr<ban_book> opened() {
    auto result = ban_book::open(folder.file("admin"), desk);
    if (auto* sentence = std::get_if<std::string>(&result)) return wrong = *sentence, nullptr;
    return std::move(std::get<0>(result));
  }
  void reopen() {
    tested.reset();
    tested = opened();
  }
  std::uint64_t add(ban_kind kind, const std::string& value, std::optional<std::int64_t> until = {}) {
    ban what;
    what.kind = kind;
    what.value = value;
    what.by = "olga";
    what.until = until;
    return std::get<ban_ptr>(tested->add(what))->id;
  }
  /// The status of a ban of a client that has to be refused.
  unsigned refused(const std::string& value, const std::string& reason = {}) {
    ban what;
    what.value = value;
    what.reason = reason;
    return std::get<ban_book::refusal>(tested->add(std::move(what))).status;
  }
  bool keeps_out(std::string_view client_id) const { return desk.objection(client_id, {}, {}) != nullptr; }
  void append(const std::string& text) const { std::ofstream{path(), std::ios::app} << text; }

  std::string wrong;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(ban_book_tests, fixture)

CAF_TEST(nothing_is_made_before_there_is_a_ban) {
  CAF_CHECK(!std::filesystem::exists(folder.file("admin")));
  CAF_CHECK(!desk.any());
}

CAF_TEST(a_ban_is_in_force_at_once_and_after_a_restart) {
  const auto id = add(client, "ann", ban_clock() + 3'600'000);
  CAF_CHECK(keeps_out("ann"));
  CAF_CHECK(!keeps_out("bob"));
  reopen();
  CAF_REQUIRE(tested);
  CAF_CHECK(keeps_out("ann"));
  const auto& kept = *tested->all().at(id);
  CAF_CHECK_EQUAL(kept.by, "olga");
  CAF_CHECK(kept.until && kept.at > 0);
}

CAF_TEST(a_ban_that_is_lifted_does_not_come_back) {
  const auto id = add(client, "ann");
  CAF_CHECK(tested->lift(id));
  CAF_CHECK(!tested->lift(id));
  CAF_CHECK(!keeps_out("ann"));
  reopen();
  CAF_CHECK(!keeps_out("ann"));
  CAF_CHECK(add(client, "bob") > id);
}

CAF_TEST(a_ban_of_the_same_takes_the_place_of_the_one_before) {
  const auto first = add(address, "10.1.2.3/8"), second = add(address, "10.0.0.0/8");
  CAF_CHECK(!tested->all().contains(first));
  reopen();
  CAF_CHECK_EQUAL(tested->all().size(), 1u);
  CAF_CHECK(tested->all().contains(second));
}

CAF_TEST(what_is_over_keeps_nobody_out_and_is_taken_out) {
  add(client, "ann", 1);
  CAF_CHECK(!keeps_out("ann"));
  add(client, "bob", ban_clock() + 3'600'000);
  tested->expire(ban_clock(), 10);
  CAF_CHECK_EQUAL(tested->all().size(), 1u);
  tested->expire(ban_clock() + 3'600'001, 10);
  CAF_CHECK_EQUAL(tested->all().size(), 0u);
  CAF_CHECK(!desk.any());
}

CAF_TEST(only_so_many_are_taken_out_at_once) {
  for (const auto* name : {"a", "b", "c"}) add(client, name, 1);
  tested->expire(ban_clock(), 2);
  CAF_CHECK_EQUAL(tested->all().size(), 1u);
}

CAF_TEST(half_a_line_at_the_end_is_forgotten) {
  add(client, "ann");
  append(R"({"id":2,"kind":"cli)");
  reopen();
  CAF_REQUIRE(tested);
  CAF_CHECK_EQUAL(tested->all().size(), 1u);
  add(client, "bob");
  reopen();
  CAF_REQUIRE(tested);
  CAF_CHECK(keeps_out("ann") && keeps_out("bob"));
}

CAF_TEST(damage_is_an_error_that_names_the_line) {
  add(client, "ann");
  append("nonsense\n");
  reopen();
  CAF_CHECK(!tested);
  CAF_CHECK(wrong.find("bans.json is damaged in line 2") != std::string::npos);
}

CAF_TEST(the_file_is_private_and_does_not_grow_for_ever) {
  for (int i = 0; i < 1500; ++i) add(client, "ann");
  std::ifstream file{path()};
  const auto lines = std::count(std::istreambuf_iterator<char>{file}, {}, '\n');
  CAF_CHECK_LESS_OR_EQUAL(lines, 1010);
  struct stat about {};
  stat(path().c_str(), &about);
  CAF_CHECK_EQUAL(about.st_mode & 0777u, 0600u);
  const auto last = tested->all().begin()->first;
  reopen();
  CAF_CHECK(keeps_out("ann"));
  CAF_CHECK(add(client, "bob") > last);
}

CAF_TEST(what_cannot_be_banned_is_refused) {
  CAF_CHECK_EQUAL(refused(""), 400u);
  CAF_CHECK_EQUAL(refused("a", std::string(ban_reason_bytes_max + 1, 'x')), 400u);
  CAF_CHECK_EQUAL(refused("a", "\xff"), 400u);
  CAF_CHECK(!desk.any());
}

CAF_TEST(a_ban_that_cannot_be_kept_is_none) {
  std::ofstream{folder.file("admin")} << "no folder";
  CAF_CHECK_EQUAL(refused("ann"), 500u);
  CAF_CHECK(!keeps_out("ann"));
}

CAF_TEST(the_desk_counts_and_judges_by_all_that_is_known) {
  const transport::peer_address from = *transport::parse_peer("192.0.2.7:1234");
  add(user, "mallory");
  CAF_CHECK(!desk.objection("x", "", from));
  CAF_CHECK(desk.objection("x", "mallory", from));
  CAF_CHECK(!desk.objection(from));
  add(address, "192.0.2.0/24");
  const auto by = desk.objection(from);
  CAF_REQUIRE(by);
  desk.count(*by);
  CAF_CHECK_EQUAL(desk.refused(), 1u);
  CAF_CHECK_EQUAL(by->refused.load(), 1u);
}

CAF_TEST_FIXTURE_SCOPE_END()
