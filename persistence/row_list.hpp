#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::persistence {

/// Rows in one buffer.
class row_list {
public:
  struct row {
    std::string_view key;
    std::string_view value;
    std::uint64_t revision = 0;  ///< of sessions
  };

  void add(std::string_view key, std::string_view value, std::uint64_t revision) {
    bytes_.append(key).append(value);
    rows_.push_back({revision, bytes_.size() - value.size() - key.size(), static_cast<std::uint32_t>(key.size()),
                     static_cast<std::uint32_t>(value.size())});
  }

  std::size_t size() const noexcept { return rows_.size(); }
  bool empty() const noexcept { return rows_.empty(); }
  std::size_t bytes() const noexcept { return bytes_.size(); }
  /// Precondition: there is such a row.
  row operator[](std::size_t index) const noexcept {
    const auto& at = rows_[index];
    const std::string_view all{bytes_};
    return {all.substr(at.offset, at.key_bytes), all.substr(at.offset + at.key_bytes, at.value_bytes), at.revision};
  }

private:
  struct place {
    std::uint64_t revision;
    std::size_t offset;
    std::uint32_t key_bytes;
    std::uint32_t value_bytes;
  };

  std::string bytes_;
  std::vector<place> rows_;
};

}  // namespace troupe::persistence
