#define CAF_SUITE admin_router
#include "actors/admin/http/router.hpp"

#include <stdexcept>

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;
using boost::beast::http::verb;

namespace {

route call(verb method, const char* pattern) {
  return {.method = method, .pattern = pattern, .least = role::viewer, .handler = {}};
}

template <class What>
bool throws(What what) {
  try {
    what();
  } catch (const std::logic_error&) {
    return true;
  }
  return false;
}

struct fixture {
  fixture() {
    routes.add(call(verb::get, "/api/clients/{id}"));
    routes.add(call(verb::delete_, "/api/clients/{id}"));
    routes.add(call(verb::get, "/api/clients/{id}/events"));
    routes.add(call(verb::post, "/api/clients/{id}/{what}"));
    routes.add(call(verb::get, "/api/clients/all"));
    routes.add(stream_route{.pattern = "/api/events", .least = role::viewer, .open = {}});
  }

  matched find(verb method, const char* path) { return routes.find(method, *parse_target(path)); }
  std::string pattern(verb method, const char* path) {
    const auto found = find(method, path);
    return found.call ? found.call->pattern : "";
  }

  router routes;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(router_tests, fixture)

CAF_TEST(segments_are_captured_decoded) {
  const auto found = find(verb::get, "/api/clients/a%2Fb/events");
  CAF_REQUIRE(found.call);
  CAF_CHECK_EQUAL(found.call->pattern, "/api/clients/{id}/events");
  CAF_CHECK_EQUAL(found.captured, std::vector<std::string>{"a/b"});
  CAF_CHECK_EQUAL(find(verb::post, "/api/clients/x/y").captured, (std::vector<std::string>{"x", "y"}));
}

CAF_TEST(a_literal_comes_before_a_capture) {
  CAF_CHECK_EQUAL(pattern(verb::get, "/api/clients/all"), "/api/clients/all");
  CAF_CHECK_EQUAL(pattern(verb::get, "/api/clients/al"), "/api/clients/{id}");
  CAF_CHECK(find(verb::get, "/api/clients/all").captured.empty());
}

CAF_TEST(the_method_chooses_and_head_is_get) {
  CAF_CHECK_EQUAL(static_cast<int>(find(verb::delete_, "/api/clients/x").call->method),
                  static_cast<int>(verb::delete_));
  CAF_CHECK_EQUAL(pattern(verb::head, "/api/clients/x"), "/api/clients/{id}");
}

CAF_TEST(another_method_is_told_which_there_are) {
  const auto found = find(verb::put, "/api/clients/x");
  CAF_CHECK(found.known);
  CAF_CHECK(!found.call);
  CAF_CHECK_EQUAL(found.allow, "DELETE, GET, HEAD");
  CAF_CHECK_EQUAL(find(verb::post, "/api/events").allow, "GET");
}

CAF_TEST(a_stream_is_found_by_get_alone) {
  CAF_CHECK(find(verb::get, "/api/events").stream);
  CAF_CHECK(!find(verb::head, "/api/events").stream);
}

CAF_TEST(other_paths_are_unknown) {
  for (const char* path : {"/", "/api", "/api/clients", "/api/clients/", "/api/clients/x/", "/api/clients//events",
                           "/api/clients/x/events/more", "/API/clients/x", "//api/clients/x"})
    CAF_CHECK(!find(verb::get, path).known);
}

CAF_TEST(mistakes_of_the_program_are_thrown) {
  CAF_CHECK(throws([&] { routes.add(call(verb::get, "/api/clients/{other}")); }));
  CAF_CHECK(throws([&] { routes.add(call(verb::get, "/api/events")); }));
  CAF_CHECK(throws([&] { routes.add(stream_route{"/api/clients/all", role::viewer, {}}); }));
  for (const char* pattern : {"", "api", "/", "/a//b", "/a{b}", "/{}", "/{a", "/a}"})
    CAF_CHECK(throws([&] { routes.add(call(verb::get, pattern)); }));
}

CAF_TEST(every_call_is_told_in_the_order_of_their_paths) {
  CAF_CHECK_EQUAL(routes.calls(), (std::vector<std::string>{"GET /api/clients/all", "GET /api/clients/{id}",
                                                            "DELETE /api/clients/{id}", "GET /api/clients/{id}/events",
                                                            "POST /api/clients/{id}/{what}", "GET /api/events"}));
}

CAF_TEST_FIXTURE_SCOPE_END()
