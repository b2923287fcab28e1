#pragma once

#include <array>
#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "persistence/engine.hpp"

namespace troupe::persistence {

/// Tables in memory, gone with the process.
class memory_engine final : public engine {
public:
  void put(table where, std::string_view key, std::string_view head, std::string_view tail) override;
  void erase(table where, std::string_view key) override;
  void erase_range(table where, std::string_view first, std::string_view last) override;
  status commit(bool sync) override;
  status sync() override { return {}; }
  status resume() override { return {}; }
  status find(table where, std::string_view key, std::string& value, bool& found) override;
  status scan(table where, std::string_view first, std::string_view last, const visitor& visit) override;
  std::uint64_t last_revision() const override { return 0; }
  void measure(stats& into) const override;

private:
  using row_map = std::map<std::string, std::string, std::less<>>;
  struct change {
    enum class kind { put, erase, erase_range } what;
    persistence::table table;
    std::string key;
    std::string value;
  };

  std::array<row_map, table_count> tables_;
  std::vector<change> group_;
  std::array<std::atomic<std::uint64_t>, table_count> sizes_{};
};

}  // namespace troupe::persistence
