#define CAF_SUITE admin_key_routes
#include <boost/json/serialize.hpp>
#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/access/console.hpp"

using namespace troupe::admin;
using namespace troupe::admin::test;
namespace json = boost::json;

CAF_TEST(a_key_is_shown_once) {
  console a;
  a.log_in("admin", "correct horse");
  const auto given = a.call(verb::post, "/api/v1/api-keys", {{"name", "program"}, {"role", "viewer"}, {"days", 30}});
  CAF_CHECK_EQUAL(given.status, 201u);
  const std::string key{given.body.at("key").as_string()};
  CAF_CHECK(a.access->known->use_key(key));
  CAF_CHECK_EQUAL(a.last_audit(), "admin create_api_key program done");
  const auto listed = a.call(verb::get, "/api/v1/api-keys");
  CAF_CHECK(json::serialize(listed.body).find(key) == std::string::npos);
  const auto& item = listed.body.at("items").at(0);
  CAF_CHECK_EQUAL(item.at("expires").as_int64() - item.at("created").as_int64(), std::int64_t{30} * 86'400'000);
  CAF_CHECK_EQUAL(a.call(verb::delete_, "/api/v1/api-keys/{name}", {}, "program").status, 204u);
  CAF_CHECK(!a.access->known->use_key(key));
  const auto refused = [&](json::object body) {
    return a.call(verb::post, "/api/v1/api-keys", std::move(body)).status == 400;
  };
  CAF_CHECK(refused({{"name", "x"}}));
  CAF_CHECK(refused({{"name", "x"}, {"role", "nobody"}}));
  CAF_CHECK(refused({{"name", "x"}, {"role", "viewer"}, {"days", 0}}));
  CAF_CHECK(refused({{"name", "x"}, {"role", "viewer"}, {"days", 1.5}}));
  CAF_CHECK(refused({{"name", "x"}, {"role", "viewer"}, {"days", "7"}}));
}
