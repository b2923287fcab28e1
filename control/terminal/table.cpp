#include "control/terminal/table.hpp"

#include <algorithm>
#include <cassert>

#include "control/terminal/columns.hpp"
#include "control/terminal/escape.hpp"

namespace troupe::control {

namespace {

/// Before every row but the first cell of it.
constexpr std::size_t gap = 2;

void append_line(std::string& to, const std::vector<std::string>& cells, const std::vector<column>& columns,
                 const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != 0) line.append(gap, ' ');
    const std::string padding(widths[i] - columns_of(cells[i]), ' ');
    line += columns[i].align == align::right ? padding + cells[i] : cells[i] + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  to += line + '\n';
}

}  // namespace

void table::add(std::vector<std::string> cells) {
  assert(cells.size() == columns_.size());
  for (auto& each : cells) each = escaped(each);
  rows_.push_back(std::move(cells));
}

std::string table::text(std::size_t cell_columns_max) const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (const auto& each : columns_) {
    titles.push_back(each.title);
    widths.push_back(columns_of(each.title));
  }
  auto rows = rows_;
  for (auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = cut(row[i], cell_columns_max);
      widths[i] = std::max(widths[i], columns_of(row[i]));
    }
  std::string result;
  append_line(result, titles, columns_, widths);
  for (const auto& row : rows) append_line(result, row, columns_, widths);
  return result;
}

std::string figures::text() const {
  std::size_t width = 0;
  for (const auto& each : rows_) width = std::max(width, columns_of(escaped(each.name)));
  std::string result;
  for (const auto& each : rows_) {
    const auto name = escaped(each.name);
    result += name + std::string(width - columns_of(name) + gap, ' ') + escaped(each.value) + '\n';
  }
  return result;
}

}  // namespace troupe::control
