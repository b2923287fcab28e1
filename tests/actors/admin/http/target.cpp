#define CAF_SUITE admin_target
#include "actors/admin/http/target.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;

namespace {

using strings = std::vector<std::string>;

strings segments(const char* text) {
  const auto got = parse_target(text);
  return got ? got->segments : strings{"(none)"};
}

std::string many(const char* what, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += what;
  return result;
}

}  // namespace

CAF_TEST(a_path_is_split_before_it_is_decoded) {
  const auto got = parse_target("/api/v1/clients/a%2Fb%20c/events");
  CAF_REQUIRE(got);
  CAF_CHECK_EQUAL(got->segments, (strings{"api", "v1", "clients", "a/b c", "events"}));
  CAF_CHECK_EQUAL(got->path, "/api/v1/clients/a/b c/events");
}

CAF_TEST(a_plus_is_a_space_in_the_query_only) {
  const auto got = parse_target("/a+b?filter=x%2B%2F%23&text=one+two&empty=&bare&&text=last");
  CAF_REQUIRE(got);
  CAF_CHECK_EQUAL(got->segments, strings{"a+b"});
  CAF_CHECK_EQUAL(got->query.at("filter"), "x+/#");
  CAF_CHECK_EQUAL(got->query.at("text"), "last");
  CAF_CHECK_EQUAL(got->query.at("empty"), "");
  CAF_CHECK_EQUAL(got->query.at("bare"), "");
  CAF_CHECK_EQUAL(got->query.size(), 4u);
}

CAF_TEST(empty_segments_are_kept) {
  CAF_CHECK_EQUAL(segments("/"), strings{""});
  CAF_CHECK_EQUAL(segments("/a//b/"), (strings{"a", "", "b", ""}));
}

CAF_TEST(dots_stand_for_themselves) { CAF_CHECK_EQUAL(segments("/a/../b/%2e%2E"), (strings{"a", "..", "b", ".."})); }

CAF_TEST(a_semicolon_at_the_end_of_a_segment_belongs_to_no_name) {
  CAF_CHECK_EQUAL(segments("/a/..;/b/.;"), (strings{"a", "..", "b", "."}));
  CAF_CHECK_EQUAL(segments("/a%3B/a%3B;/a;b/;"), (strings{"a;", "a;", "a;b", ""}));
  CAF_CHECK_EQUAL(segments("/;;"), strings{";"});
}

CAF_TEST(what_is_malformed_is_refused) {
  for (const char* text : {"", "a", "*", "http://host/a", "/%", "/%4", "/%4g", "/%g4", "/%00", "/a?b=%00", "/a?%zz=b",
                           "/%ff", "/%c3", "/a?b=%ed%a0%80", "/a#b", "/%C0%80"})
    CAF_CHECK(!parse_target(text));
}

CAF_TEST(there_is_a_most_of_segments_and_parameters) {
  CAF_CHECK(parse_target(many("/a", 32)));
  CAF_CHECK(!parse_target(many("/a", 33)));
  std::string query = "/?";
  for (int i = 0; i < 32; ++i) query += "p" + std::to_string(i) + "=1&";
  CAF_CHECK(parse_target(query));
  CAF_CHECK(!parse_target(query + "more=1"));
}
