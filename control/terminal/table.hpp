#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace troupe::control {

enum class align { left, right };

struct column {
  std::string title;
  control::align align = align::left;
};

/// Rows under titles, two spaces between the columns. Every cell is escaped: nothing in one can steer a terminal.
class table {
public:
  explicit table(std::vector<column> columns) : columns_{std::move(columns)} {}

  /// A row with as many cells as there are columns.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  /// Lines that end in \n each, without spaces at their ends. Cells are cut at `cell_columns_max`.
  std::string text(std::size_t cell_columns_max) const;

private:
  std::vector<column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Names and what they stand for, a line each.
class figures {
public:
  void add(std::string name, std::string value) { rows_.push_back({std::move(name), std::move(value)}); }
  std::string text() const;

private:
  struct row {
    std::string name, value;
  };
  std::vector<row> rows_;
};

}  // namespace troupe::control
