#include "control/commands/commands.hpp"
#include "control/terminal/table.hpp"
#include "control/terminal/units.hpp"

namespace troupe::control {

std::string metrics_view::frame(const api& node, const presentation& how) {
  const auto came = node.read({"metrics"});
  if (how.json) return json_text(came);
  const auto now = clock::now();
  const std::chrono::duration<double> since = now - at_;
  std::vector<column> columns{{"NAME"}, {"VALUE", align::right}};
  if (!before_.empty()) columns.push_back({"PER SECOND", align::right});
  const auto cells = columns.size();
  table result{std::move(columns)};
  for (const auto& [key, value] : came.object()) {
    const std::string name{key};
    const auto is = number_of(came.object(), name);
    std::vector<std::string> row{name, name.ends_with("memory_bytes") ? bytes_of(came.object(), name)
                                                                      : text_of(came.object(), name)};
    if (cells > 2) row.push_back(before_.contains(name) ? rate_text((is - before_.at(name)) / since.count()) : "-");
    result.add(std::move(row));
  }
  before_.clear();
  for (const auto& [key, value] : came.object()) before_[std::string{key}] = number_of(came.object(), key);
  at_ = now;
  return result.text(how.cell_columns_max);
}

}  // namespace troupe::control
