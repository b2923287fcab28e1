#pragma once

#include <string_view>

namespace troupe {

/// Version of this program, the same as the project's in CMakeLists.txt (a test compares them).
inline constexpr std::string_view version_text = "0.1.0";

}  // namespace troupe
