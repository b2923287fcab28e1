#define CAF_SUITE admin_json_body
#include "actors/admin/http/json_body.hpp"

#include <string>

#include <boost/json/serialize.hpp>

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;

namespace {

std::string read(std::string_view type, std::string_view bytes) {
  const auto result = json_body(type, bytes, 4);
  if (const auto* refused = std::get_if<answer>(&result)) return std::to_string(refused->status);
  return boost::json::serialize(std::get<boost::json::object>(result));
}

}  // namespace

CAF_TEST(an_object_is_taken) {
  CAF_CHECK_EQUAL(read("application/json", R"( {"a": [1, {"b": null}]} )"), R"({"a":[1,{"b":null}]})");
  CAF_CHECK_EQUAL(read("Application/JSON ; charset=utf-8", R"({"a":1})"), R"({"a":1})");
  CAF_CHECK_EQUAL(read("", ""), "{}");
}

CAF_TEST(another_type_is_415) {
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "application/json2", "text/json"})
    CAF_CHECK_EQUAL(read(type, "{}"), "415");
}

CAF_TEST(what_is_no_object_is_400) {
  for (const char* text : {"[]", "1", "\"a\"", "null", "{", "{}{}", "{\"a\":1,}", "{'a':1}", "{\"a\":\"\xff\"}", " "})
    CAF_CHECK_EQUAL(read("application/json", text), "400");
}

CAF_TEST(nesting_has_a_limit) {
  CAF_CHECK_EQUAL(read("application/json", R"({"a":[[[]]]})"), R"({"a":[[[]]]})");
  CAF_CHECK_EQUAL(read("application/json", R"({"a":[[[[]]]]})"), "400");
  CAF_CHECK_EQUAL(read("application/json", std::string(500'000, '[')), "400");
}
