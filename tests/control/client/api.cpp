#define CAF_SUITE control_client_api
#include "control/client/api.hpp"

#include <string>
#include <vector>

#include <caf/test/unit_test.hpp>

#include "control/client/failure.hpp"

using namespace troupe::control;
using boost::beast::http::verb;

namespace {

/// A node that answers with what is written here, one call after the other.
struct fixture {
  std::vector<http_answer> answers;
  std::vector<http_call> calls;
  api node{[this](const http_call& what) {
    calls.push_back(what);
    return answers.at(calls.size() - 1);
  }};

  template <class Call>
  std::string failure_of(Call call) {
    try {
      call();
    } catch (const failure& why) {
      return why.what();
    }
    return "none";
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(api_tests, fixture)

CAF_TEST(a_list_takes_as_many_pages_as_its_limit_needs) {
  answers = {
    {200, R"({"items":[1,2],"next":"b"})"}, {200, R"({"items":[],"next":"c"})"}, {200, R"({"items":[3],"next":"d"})"}};
  const auto came = node.list({"clients"}, {{"user", "u"}}, 3);
  CAF_CHECK_EQUAL(came.text, R"({"items":[1,2,3],"next":"d"})");
  CAF_REQUIRE_EQUAL(calls.size(), 3u);
  CAF_CHECK_EQUAL(calls[0].target, "/api/v1/clients?user=u&limit=3");
  CAF_CHECK_EQUAL(calls[1].target, "/api/v1/clients?user=u&limit=1&cursor=b");
  CAF_CHECK_EQUAL(calls[2].target, "/api/v1/clients?user=u&limit=1&cursor=c");
}

CAF_TEST(a_list_ends_where_the_node_has_no_more) {
  answers = {{200, R"({"actor":{},"items":[1],"next":null})"}};
  CAF_CHECK_EQUAL(node.list({"actors"}, {}, 5000).text, R"({"actor":{},"items":[1],"next":null})");
  CAF_CHECK_EQUAL(calls[0].target, "/api/v1/actors?limit=1000");
}

CAF_TEST(a_refusal_is_told_in_the_words_of_the_node) {
  answers = {{404, R"({"error":"There is no such client."})"}, {401, R"({"error":"No."})"}, {502, "<html>"}};
  CAF_CHECK_EQUAL(failure_of([&] { node.read({"clients", "x"}); }), "There is no such client. (status 404)");
  CAF_CHECK_EQUAL(failure_of([&] { node.read({"node"}); }),
                  "No. (status 401) (--key or TROUPE_ADMIN_KEY name an API key)");
  CAF_CHECK_EQUAL(failure_of([&] { node.read({"node"}); }),
                  "the answer (status 502) is no JSON: is this a node's API?");
}

CAF_TEST(a_change_without_an_answer_is_done) {
  answers = {{204, ""}};
  CAF_CHECK_EQUAL(node.change(verb::delete_, {"clients", "a/b"}, {{"session", "true"}}).text, "");
  CAF_CHECK(calls[0].method == verb::delete_);
  CAF_CHECK_EQUAL(calls[0].target, "/api/v1/clients/a%2Fb?session=true");
  CAF_CHECK_EQUAL(calls[0].body, "");
}

CAF_TEST(fields_are_read_whatever_they_are) {
  const boost::json::object of{{"text", "t"}, {"none", nullptr}, {"yes", true},
                               {"count", 7u}, {"share", 0.5},    {"at", 0}};
  CAF_CHECK_EQUAL(text_of(of, "text"), "t");
  CAF_CHECK_EQUAL(text_of(of, "none"), "-");
  CAF_CHECK_EQUAL(text_of(of, "missing"), "-");
  CAF_CHECK_EQUAL(text_of(of, "yes"), "yes");
  CAF_CHECK_EQUAL(text_of(of, "count"), "7");
  CAF_CHECK_EQUAL(text_of(of, "share"), "0.5");
  CAF_CHECK_EQUAL(time_of(of, "at"), "1970-01-01T00:00:00.000Z");
  CAF_CHECK_EQUAL(time_of(of, "none"), "-");
  CAF_CHECK_EQUAL(bytes_of(of, "text"), "-");
}

CAF_TEST_FIXTURE_SCOPE_END()
