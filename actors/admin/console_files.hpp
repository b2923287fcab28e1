#pragma once

#include <span>
#include <utility>

#include "actors/admin/http/assets.hpp"

namespace troupe::admin {

/// The files of console/dist, by path; made by cmake/embed_console.py.
std::span<const std::pair<std::string_view, asset>> embedded_console();

/// The console as it was built into the program.
class console_files final : public assets {
public:
  const asset* find(std::string_view path) const override {
    for (const auto& [name, file] : embedded_console())
      if (name == path) return &file;
    return nullptr;
  }
};

}  // namespace troupe::admin
