#define CAF_SUITE admin_parameters
#include "actors/admin/http/parameters.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;

namespace {

request asking(std::string limit) {
  request result;
  result.query.emplace("limit", std::move(limit));
  return result;
}

}  // namespace

CAF_TEST(a_whole_number_is_all_of_the_text) {
  CAF_CHECK_EQUAL(whole_number("0").value_or(1), 0u);
  CAF_CHECK_EQUAL(whole_number("18446744073709551615").value_or(1), 18446744073709551615u);
  for (const char* wrong : {"", " 1", "1 ", "-1", "+1", "1.5", "0x1", "18446744073709551616", "one"})
    CAF_CHECK(!whole_number(wrong));
}

CAF_TEST(a_limit_is_within_bounds) {
  CAF_CHECK_EQUAL(limit_of(request{}).value_or(0), 100u);
  CAF_CHECK_EQUAL(limit_of(asking("1")).value_or(0), 1u);
  CAF_CHECK_EQUAL(limit_of(asking("1000")).value_or(0), 1000u);
  for (const char* wrong : {"0", "1001", "-1", "many", "18446744073709551616"}) CAF_CHECK(!limit_of(asking(wrong)));
}
