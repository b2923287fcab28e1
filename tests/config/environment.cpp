#define CAF_SUITE config_environment
#include "config/environment.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::config;

namespace {

const std::vector<std::string> known{"listeners.ws.bind", "limits.packet_bytes_max", "allow_anonymous"};

}  // namespace

CAF_TEST(double_underscores_separate_levels) {
  std::vector<std::string> errors;
  const auto read = read_environment({{"TROUPE_LISTENERS__WS__BIND", "127.0.0.1:1"}, {"HOME", "/"}}, known, errors);
  CAF_REQUIRE_EQUAL(read.size(), 1u);
  CAF_CHECK_EQUAL(read[0].name, "listeners.ws.bind");
  CAF_CHECK_EQUAL(read[0].value.text, "127.0.0.1:1");
  CAF_CHECK_EQUAL(read[0].from.text(), "TROUPE_LISTENERS__WS__BIND");
  CAF_CHECK(errors.empty());
}

CAF_TEST(an_unknown_option_is_kept_for_the_complaint) {
  std::vector<std::string> errors;
  CAF_CHECK_EQUAL(read_environment({{"TROUPE_LISTENERS__WS__BND", "x"}}, known, errors).size(), 1u);
}

CAF_TEST(an_option_with_single_underscores_is_explained) {
  std::vector<std::string> errors;
  CAF_CHECK(read_environment({{"TROUPE_LISTENERS_WS_BIND", "x"}}, known, errors).empty());
  CAF_CHECK_EQUAL(errors, (std::vector<std::string>{"TROUPE_LISTENERS_WS_BIND: levels are separated by two "
                                                    "underscores: TROUPE_LISTENERS__WS__BIND"}));
}

CAF_TEST(variables_that_container_platforms_set_are_left_alone) {
  std::vector<std::string> errors;
  const environment_variables foreign{{"TROUPE_PORT", "tcp://10.0.0.1:1883"},
                                      {"TROUPE_SERVICE_HOST", "10.0.0.1"},
                                      {"TROUPE_PORT_1883_TCP_ADDR", "10.0.0.1"},
                                      {"TROUPE_", ""}};
  CAF_CHECK(read_environment(foreign, known, errors).empty());
  CAF_CHECK(errors.empty());
}

CAF_TEST(an_option_of_one_level_needs_no_separator) {
  std::vector<std::string> errors;
  const auto read = read_environment({{"TROUPE_ALLOW_ANONYMOUS", "true"}}, known, errors);
  CAF_REQUIRE_EQUAL(read.size(), 1u);
  CAF_CHECK_EQUAL(read[0].name, "allow_anonymous");
  CAF_CHECK(errors.empty());
}

CAF_TEST(sets_are_key_and_value) {
  std::vector<std::string> errors;
  const auto read = read_sets({"a.b=c=d", "e.f="}, errors);
  CAF_REQUIRE_EQUAL(read.size(), 2u);
  CAF_CHECK_EQUAL(read[0].name, "a.b");
  CAF_CHECK_EQUAL(read[0].value.text, "c=d");
  CAF_CHECK_EQUAL(read[1].value.text, "");
  CAF_CHECK(errors.empty());
  read_sets({"a.b", "=c"}, errors);
  CAF_CHECK_EQUAL(errors, (std::vector<std::string>{"--set a.b: is not key=value", "--set =c: is not key=value"}));
}
