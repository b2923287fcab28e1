#define CAF_SUITE control_terminal_table
#include "control/terminal/table.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::control;

CAF_TEST(columns_are_as_wide_as_their_widest_cell) {
  table of{{{"NAME"}, {"COUNT", align::right}, {"WHY"}}};
  of.add({"a", "1", "x"});
  of.add({"längster", "100000", ""});
  CAF_CHECK_EQUAL(of.text(100), "NAME       COUNT  WHY\n"
                                "a              1  x\n"
                                "längster  100000\n");
}

CAF_TEST(a_table_without_rows_has_its_titles) {
  const table of{{{"NAME"}, {"COUNT", align::right}}};
  CAF_CHECK(of.empty());
  CAF_CHECK_EQUAL(of.text(100), "NAME  COUNT\n");
}

CAF_TEST(long_cells_are_cut) {
  table of{{{"ID"}, {"N"}}};
  of.add({"0123456789", "1"});
  CAF_CHECK_EQUAL(of.text(5), "ID     N\n"
                              "0123…  1\n");
}

CAF_TEST(a_cell_cannot_begin_a_row_of_its_own) {
  table of{{{"ID"}}};
  of.add({"a\nroot\x1b[2J"});
  CAF_CHECK_EQUAL(of.text(100), "ID\n"
                                "a\\nroot\\u001b[2J\n");
  figures lines;
  lines.add("a", "b\nc");
  CAF_CHECK_EQUAL(lines.text(), "a  b\\nc\n");
}

CAF_TEST(figures_stand_below_each_other) {
  figures of;
  of.add("node", "n@h");
  of.add("version", "1");
  CAF_CHECK_EQUAL(of.text(), "node     n@h\n"
                             "version  1\n");
}
