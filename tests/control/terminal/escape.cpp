#define CAF_SUITE control_terminal_escape
#include "control/terminal/escape.hpp"

#include <caf/test/unit_test.hpp>

using troupe::control::escaped;
using troupe::control::escaped_json;

CAF_TEST(control_characters_of_a_client_never_reach_the_terminal) {
  CAF_CHECK_EQUAL(escaped("plain/Ä/漢"), "plain/Ä/漢");
  CAF_CHECK_EQUAL(escaped("\x1b[2J"), "\\u001b[2J");
  CAF_CHECK_EQUAL(escaped("a\nb\r\t"), "a\\nb\\r\\t");
  CAF_CHECK_EQUAL(escaped(std::string{"\0\x7f", 2}), "\\u0000\\u007f");
  CAF_CHECK_EQUAL(escaped("\xc2\x9b"
                          "31m"),
                  "\\u009b31m");
  CAF_CHECK_EQUAL(escaped("\xff\xc2"), "\\xff\\xc2");
}

CAF_TEST(nor_do_characters_that_turn_the_direction_of_writing) {
  CAF_CHECK_EQUAL(escaped("\xe2\x80\xae"
                          "evil"),
                  "\\u202eevil");
  CAF_CHECK_EQUAL(escaped("\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c\xe2\x80\xa8"), "\\u2066\\u200f\\u061c\\u2028");
  CAF_CHECK_EQUAL(escaped("\xe2\x80\xa6"), "\xe2\x80\xa6");  // an ellipsis is beside them
}

CAF_TEST(json_keeps_its_meaning) {
  CAF_CHECK_EQUAL(escaped_json(R"({"a": "b\u001b\\"})"), R"({"a": "b\u001b\\"})");
  CAF_CHECK_EQUAL(escaped_json("{\"a\": \"\xc2\x9b\x7f\"}\n"), "{\"a\": \"\\u009b\\u007f\"}\n");
  CAF_CHECK_EQUAL(escaped_json("\x1b[2J"), "\\u001b[2J");
}
