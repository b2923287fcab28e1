#define CAF_SUITE admin_audited
#include "actors/admin/access/audited.hpp"

#include <stdexcept>

#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/access/fake_surroundings.hpp"
#include "tests/config/temporary_file.hpp"

using namespace troupe::admin;

namespace {

struct desk {
  troupe::test::temporary_directory folder;
  troupe::test::fake_surroundings fake;
  std::shared_ptr<audit_log> log = std::get<0>(audit_log::open(folder.file("log"), fake.around()));
  request asked;
  std::vector<unsigned> answers;

  desk() {
    asked.who = {"ann", role::admin, "10.0.0.1", {}};
    asked.captured = {"dev/1"};
  }
  void call(handler inner, target_of target = target_in_path) {
    audited(log, "kick_client", std::move(inner),
            std::move(target))(asked, [this](const answer& given) { answers.push_back(given.status); });
  }
  std::string target() const { return entries().at(0).target; }
  std::string outcome() const { return entries().at(0).outcome; }
  std::vector<audit_entry> entries() const { return log->before({}, 100).entries; }
};

}  // namespace

CAF_TEST(a_call_is_recorded_with_who_what_and_its_outcome) {
  desk a;
  a.call([](const request&, const reply& done) {
    done({.status = 204, .body = {}, .text = {}, .content_type = {}, .header = {}});
  });
  CAF_CHECK_EQUAL(a.answers, std::vector<unsigned>{204});
  CAF_REQUIRE_EQUAL(a.entries().size(), 1u);
  const auto entry = a.entries()[0];
  CAF_CHECK_EQUAL(entry.who, "ann");
  CAF_CHECK_EQUAL(entry.address, "10.0.0.1");
  CAF_CHECK_EQUAL(entry.action, "kick_client");
  CAF_CHECK_EQUAL(entry.target, "dev/1");
  CAF_CHECK_EQUAL(entry.outcome, "done");
}

CAF_TEST(a_refusal_is_recorded_with_its_sentence) {
  desk a;
  a.call([](const request&, const reply& done) { done(answer::error(404, "There is no such client.")); });
  CAF_CHECK_EQUAL(a.outcome(), "404: There is no such client.");
  a.call([](const request&, const reply& done) {
    done({.status = 409, .body = 5, .text = {}, .content_type = {}, .header = {}});
  });
  CAF_CHECK_EQUAL(a.outcome(), "409");
}

CAF_TEST(a_call_that_is_answered_later_is_recorded_then) {
  desk a;
  reply later;
  a.call([&](const request&, reply done) { later = std::move(done); });
  a.asked.captured = {"another"};
  CAF_CHECK(a.entries().empty());
  later(answer::error(500, "x"));
  later(answer::error(501, "y"));
  CAF_REQUIRE_EQUAL(a.entries().size(), 1u);
  CAF_CHECK_EQUAL(a.target(), "dev/1");
  CAF_CHECK_EQUAL(a.outcome(), "500: x");
}

CAF_TEST(a_call_that_is_never_answered_is_recorded_when_its_reply_is_dropped) {
  desk a;
  reply later;
  a.call([&](const request&, reply done) { later = std::move(done); });
  later = nullptr;
  CAF_CHECK_EQUAL(a.outcome(), "no answer");
}

CAF_TEST(a_call_that_throws_is_recorded_and_still_throws) {
  desk a;
  bool thrown = false;
  try {
    a.call([](const request&, const reply&) { throw std::runtime_error{"x"}; });
  } catch (const std::runtime_error&) {
    thrown = true;
  }
  CAF_CHECK(thrown);
  CAF_REQUIRE_EQUAL(a.entries().size(), 1u);
  CAF_CHECK_EQUAL(a.outcome(), "500: it failed");
}

CAF_TEST(the_target_is_the_path_the_query_or_a_named_field) {
  desk a;
  a.asked.query = {{"filter", "a/#"}, {"qos", "1"}};
  a.asked.body = {{"name", "new"}, {"password", "secret"}, {"days", 5}};
  CAF_CHECK_EQUAL(target_in_path(a.asked), "dev/1");
  a.asked.captured.clear();
  CAF_CHECK_EQUAL(target_in_path(a.asked), "filter=a/#&qos=1");
  CAF_CHECK_EQUAL(target_in_body("name")(a.asked), "new");
  CAF_CHECK_EQUAL(target_in_body("days")(a.asked), "");
  CAF_CHECK_EQUAL(target_in_body("absent")(a.asked), "");
}
