#define CAF_SUITE control_terminal_columns
#include "control/terminal/columns.hpp"

#include <caf/test/unit_test.hpp>

using troupe::control::columns_of;
using troupe::control::cut;

CAF_TEST(columns_are_not_bytes) {
  CAF_CHECK_EQUAL(columns_of(""), 0u);
  CAF_CHECK_EQUAL(columns_of("abc"), 3u);
  CAF_CHECK_EQUAL(columns_of("Ä"), 1u);
  CAF_CHECK_EQUAL(columns_of("漢字"), 4u);
  CAF_CHECK_EQUAL(columns_of("😀"), 2u);
  CAF_CHECK_EQUAL(columns_of("a\u0301"), 1u);
}

CAF_TEST(what_is_too_long_ends_in_an_ellipsis) {
  CAF_CHECK_EQUAL(cut("abc", 3), "abc");
  CAF_CHECK_EQUAL(cut("abcd", 3), "ab…");
  CAF_CHECK_EQUAL(cut("漢字漢", 4), "漢…");
  CAF_CHECK_EQUAL(cut("abc", 1), "…");
  CAF_CHECK_EQUAL(cut("abc", 0), "");
}

CAF_TEST(the_end_of_broken_text_is_not_read_over) {
  CAF_CHECK_EQUAL(columns_of("\xe2\x80"), 2u);
  CAF_CHECK_EQUAL(columns_of("\xf0"), 1u);
}
