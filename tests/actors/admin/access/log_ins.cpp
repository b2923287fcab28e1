#define CAF_SUITE admin_log_ins
#include "actors/admin/access/log_ins.hpp"

#include <caf/test/unit_test.hpp>

#include "actors/admin/access/secrets.hpp"
#include "tests/actors/admin/access/fake_surroundings.hpp"

using namespace troupe::admin;
using namespace std::chrono_literals;

namespace {

struct desk {
  troupe::test::fake_surroundings fake;
  log_ins sessions{fake.around()};

  std::string begin(std::string_view user) { return log_ins::key_of(sessions.begin(user)->cookie); }
};

}  // namespace

CAF_TEST(a_session_is_known_by_its_secret_id_alone) {
  desk a;
  const auto begun = *a.sessions.begin("ann"), other = *a.sessions.begin("ann");
  CAF_CHECK(begun.cookie != other.cookie);
  CAF_CHECK(begun.csrf != other.csrf);
  CAF_CHECK(begun.csrf != begun.cookie);
  CAF_CHECK_EQUAL(begun.cookie.size(), secret_characters);
  const auto* session = a.sessions.seen(log_ins::key_of(begun.cookie));
  CAF_REQUIRE(session);
  CAF_CHECK_EQUAL(session->user, "ann");
  CAF_CHECK_EQUAL(session->csrf, begun.csrf);
  CAF_CHECK(!a.sessions.seen(begun.cookie));
  CAF_CHECK(!a.sessions.seen(log_ins::key_of(begun.csrf)));
}

CAF_TEST(a_session_ends_after_30_idle_minutes) {
  desk a;
  const auto key = a.begin("ann");
  for (int i = 0; i < 10; ++i) {
    a.fake.pass(30min - 1ms);
    CAF_CHECK(a.sessions.seen(key));
  }
  a.fake.pass(20min);
  CAF_CHECK(a.sessions.find(key));  // does not count as seen
  a.fake.pass(10min);
  CAF_CHECK(!a.sessions.seen(key));
  CAF_CHECK_EQUAL(a.sessions.size(), 0u);
}

CAF_TEST(a_session_ends_after_12_hours_however_busy) {
  desk a;
  const auto key = a.begin("ann");
  for (int i = 0; i < 72; ++i) {
    CAF_CHECK(a.sessions.seen(key));
    a.fake.pass(10min);
  }
  CAF_CHECK(!a.sessions.seen(key));
}

CAF_TEST(setting_the_clock_back_does_not_lengthen_a_session) {
  desk a;
  const auto key = a.begin("ann");
  a.fake.pass(30min);
  a.fake.turn_back(5h);
  CAF_CHECK(!a.sessions.seen(key));
}

CAF_TEST(sessions_end_one_by_one_or_all_of_a_user) {
  desk a;
  const auto one = a.begin("ann"), two = a.begin("ann"), three = a.begin("ann"), bobs = a.begin("bob");
  a.sessions.end(one);
  CAF_CHECK(!a.sessions.seen(one));
  CAF_CHECK(a.sessions.seen(two));
  a.sessions.end_all_of("ann");
  CAF_CHECK(!a.sessions.seen(two));
  CAF_CHECK(!a.sessions.seen(three));
  CAF_CHECK(a.sessions.seen(bobs));
}

CAF_TEST(of_a_thousand_sessions_the_one_that_was_idle_for_longest_goes) {
  desk a;
  const auto first = a.begin("ann"), second = a.begin("bob");
  a.fake.pass(1s);
  for (std::size_t i = 2; i < log_ins::sessions_max; ++i) a.begin("eve");
  CAF_CHECK(a.sessions.seen(first));
  a.begin("eve");
  CAF_CHECK_EQUAL(a.sessions.size(), log_ins::sessions_max);
  CAF_CHECK(!a.sessions.find(second));
  CAF_CHECK(a.sessions.find(first));
}

CAF_TEST(without_random_bytes_no_session_begins) {
  desk a;
  a.fake.random_works(false);
  CAF_CHECK(!a.sessions.begin("ann"));
  CAF_CHECK_EQUAL(a.sessions.size(), 0u);
}
