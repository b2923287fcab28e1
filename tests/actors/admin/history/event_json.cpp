#define CAF_SUITE admin_event_json
#include "actors/admin/history/event_json.hpp"

#include <boost/json/serialize.hpp>
#include <caf/test/unit_test.hpp>

using namespace troupe::admin;

CAF_TEST(what_does_not_apply_is_left_out) {
  const event what{.id = 3, .at = since_1970{1'700'000'000'123}, .kind = event_kind::alarm_on, .text = "memory"};
  CAF_CHECK_EQUAL(boost::json::serialize(to_json(what)),
                  R"({"id":3,"at":1700000000123,"kind":"alarm_on","text":"memory"})");
}

CAF_TEST(every_field_is_shown) {
  const event what{.id = 4,
                   .at = since_1970{5},
                   .kind = event_kind::client_disconnected,
                   .client = "c",
                   .actor = "root/loop 0",
                   .address = "10.0.0.7:4100",
                   .listener = "ws",
                   .text = "x",
                   .reason_code = 0,
                   .close_code = 1001,
                   .by = "client"};
  CAF_CHECK_EQUAL(boost::json::serialize(to_json(what)),
                  R"({"id":4,"at":5,"kind":"client_disconnected","client":"c","actor":"root/loop 0",)"
                  R"("address":"10.0.0.7:4100","listener":"ws","text":"x","reason_code":0,"close_code":1001,)"
                  R"("by":"client"})");
}

CAF_TEST(bytes_that_are_no_text_become_replacement_characters) {
  CAF_CHECK_EQUAL(valid_text("a\xFFz"), "a\xEF\xBF\xBDz");
  CAF_CHECK_EQUAL(valid_text("\xC3\xA4\xC3"), "\xC3\xA4\xEF\xBF\xBD");
  CAF_CHECK_EQUAL(valid_text("\xF0\x9F\x90\x9D\x80"), "\xF0\x9F\x90\x9D\xEF\xBF\xBD");
  CAF_CHECK_EQUAL(valid_text({"a\0b", 3}), (std::string{"a\0b", 3}));
  CAF_CHECK_EQUAL(boost::json::serialize(to_json(event{.id = 1, .client = "\xFF"})),
                  "{\"id\":1,\"at\":0,\"kind\":\"client_connected\",\"client\":\"\xEF\xBF\xBD\"}");
}

CAF_TEST(an_id_cannot_end_its_string) {
  const auto text = boost::json::serialize(to_json(event{.id = 1, .client = "a\",\"x\":\"\n<script>"}));
  CAF_CHECK_EQUAL(text, R"({"id":1,"at":0,"kind":"client_connected","client":"a\",\"x\":\"\n<script>"})");
}
