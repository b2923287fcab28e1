#include "persistence/memory_engine.hpp"

namespace troupe::persistence {

void memory_engine::put(table where, std::string_view key, std::string_view head, std::string_view tail) {
  std::string value;
  value.reserve(head.size() + tail.size());
  value.append(head).append(tail);
  group_.push_back({change::kind::put, where, std::string{key}, std::move(value)});
}

void memory_engine::erase(table where, std::string_view key) {
  group_.push_back({change::kind::erase, where, std::string{key}, {}});
}

void memory_engine::erase_range(table where, std::string_view first, std::string_view last) {
  group_.push_back({change::kind::erase_range, where, std::string{first}, std::string{last}});
}

status memory_engine::commit(bool) {
  for (auto& each : group_) {
    auto& at = tables_[index_of(each.table)];
    switch (each.what) {
      case change::kind::put: at.insert_or_assign(std::move(each.key), std::move(each.value)); break;
      case change::kind::erase: at.erase(each.key); break;
      case change::kind::erase_range:
        if (each.key < each.value) at.erase(at.lower_bound(each.key), at.lower_bound(each.value));
        break;
    }
  }
  group_.clear();
  for (std::size_t i = 0; i < table_count; ++i) sizes_[i].store(tables_[i].size(), std::memory_order_relaxed);
  return {};
}

status memory_engine::find(table where, std::string_view key, std::string& value, bool& found) {
  const auto& rows = tables_[index_of(where)];
  const auto at = rows.find(key);
  found = at != rows.end();
  if (found) value = at->second;
  return {};
}

status memory_engine::scan(table where, std::string_view first, std::string_view last, const visitor& visit) {
  const auto& rows = tables_[index_of(where)];
  for (auto at = rows.lower_bound(first); at != rows.end() && (last.empty() || at->first < last); ++at)
    if (!visit(at->first, at->second)) break;
  return {};
}

void memory_engine::measure(stats& into) const {
  for (std::size_t i = 0; i < table_count; ++i) into.rows[i] = sizes_[i].load(std::memory_order_relaxed);
}

}  // namespace troupe::persistence
