#define CAF_SUITE admin_failure_limits
#include "actors/admin/access/failure_limits.hpp"

#include <vector>

#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/access/fake_surroundings.hpp"

using namespace troupe::admin;
using namespace std::chrono_literals;

namespace {

struct desk {
  troupe::test::fake_surroundings fake;
  failure_limits limits{fake.around()};

  /// Seconds to wait; 0: it may be made.
  long attempt(std::string_view address, std::string_view user) {
    return static_cast<long>(limits.attempt(address, user).value_or(0s).count());
  }
  void fail(int times, std::string_view address, std::string_view user) {
    for (int i = 0; i < times; ++i) attempt(address, user);
  }
};

}  // namespace

CAF_TEST(after_five_failures_each_doubles_the_wait_up_to_five_minutes) {
  desk a;
  for (int i = 0; i < 5; ++i) CAF_CHECK_EQUAL(a.attempt("10.0.0.1", "ann"), 0);
  std::vector<long> waits;
  for (int i = 0; i < 11; ++i) {
    const auto wait = a.attempt("10.0.0.1", "ann");
    waits.push_back(wait);
    a.fake.pass(std::chrono::seconds{wait} - 1ms);
    CAF_CHECK_EQUAL(a.attempt("10.0.0.1", "ann"), 1);  // not yet, and asking too early does not count
    a.fake.pass(1ms);
    CAF_CHECK_EQUAL(a.attempt("10.0.0.1", "ann"), 0);
  }
  CAF_CHECK_EQUAL(waits, (std::vector<long>{1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300}));
}

CAF_TEST(an_address_waits_for_all_users_and_a_user_for_all_addresses) {
  desk a;
  a.fail(5, "10.0.0.1", "ann");
  CAF_CHECK_EQUAL(a.attempt("10.0.0.1", "bob"), 1);
  CAF_CHECK_EQUAL(a.attempt("10.0.0.2", "ann"), 1);
  CAF_CHECK_EQUAL(a.attempt("10.0.0.2", "bob"), 0);
  desk b;
  for (auto user : {"a", "b", "c", "d", "e"}) b.attempt("10.0.0.1", user);
  CAF_CHECK_EQUAL(b.attempt("10.0.0.1", "f"), 1);
  desk c;
  for (auto address : {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"}) c.attempt(address, "ann");
  CAF_CHECK_EQUAL(c.attempt("10.0.0.6", "ann"), 1);
}

CAF_TEST(addresses_of_one_subscriber_count_together) {
  desk a;
  for (auto address : {"2001:db8::1", "2001:db8::2", "2001:db8:0:0:1::", "2001:db8::ffff", "2001:db8::5"})
    a.attempt(address, address);
  CAF_CHECK_EQUAL(a.attempt("2001:db8::6", "x"), 1);
  CAF_CHECK_EQUAL(a.attempt("2001:db8:0:1::6", "x"), 0);
  desk b;
  for (auto user : {"a", "b", "c", "d", "e"}) b.attempt("::ffff:10.0.0.1", user);
  CAF_CHECK_EQUAL(b.attempt("10.0.0.1", "x"), 1);
  CAF_CHECK_EQUAL(b.attempt("10.0.0.2", "x"), 0);
}

CAF_TEST(success_clears_the_user_and_takes_one_failure_from_the_address) {
  desk a;
  a.fail(4, "10.0.0.1", "ann");
  CAF_CHECK_EQUAL(a.attempt("10.0.0.1", "ann"), 0);
  a.limits.succeeded("10.0.0.1", "ann");
  CAF_CHECK_EQUAL(a.attempt("10.0.0.2", "ann"), 0);
  CAF_CHECK_EQUAL(a.attempt("10.0.0.1", "bob"), 0);  // the fifth
  CAF_CHECK_EQUAL(a.attempt("10.0.0.1", "bob"), 1);
}

CAF_TEST(one_good_account_does_not_help_to_guess_at_others) {
  desk a;
  int guesses = 0;
  for (int i = 0; i < 600; ++i, a.fake.pass(1s)) {
    if (a.attempt("10.0.0.1", "mallory") == 0) a.limits.succeeded("10.0.0.1", "mallory");
    if (a.attempt("10.0.0.1", "ann") == 0) ++guesses;
  }
  CAF_CHECK(guesses <= 15);
}

CAF_TEST(failures_are_forgotten_after_a_while) {
  desk a;
  a.fail(4, "10.0.0.1", "ann");
  a.fake.pass(15min);
  for (int i = 0; i < 5; ++i) CAF_CHECK_EQUAL(a.attempt("10.0.0.1", "ann"), 0);
  CAF_CHECK_EQUAL(a.attempt("10.0.0.1", "ann"), 1);
}

CAF_TEST(a_table_is_bounded_and_forgets_first_what_failed_least) {
  failure_table table;
  auto now = failure_table::clock::time_point{1h};
  for (int i = 0; i < 5; ++i) table.failed("ann", now);
  now += 1ms;
  for (std::size_t i = 0; i < 2 * failure_table::entries_max; ++i) table.failed(std::to_string(i), now);
  CAF_CHECK_EQUAL(table.size(), failure_table::entries_max);
  CAF_CHECK(table.delay("ann", now) > 0s);
  now += 15min;
  table.failed("new", now);
  CAF_CHECK_EQUAL(table.size(), 1u);
}
