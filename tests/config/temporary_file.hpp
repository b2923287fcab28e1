#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <unistd.h>

namespace troupe::test {

/// A directory of one test, gone with it.
class temporary_directory {
public:
  temporary_directory() {
    path_ = (std::filesystem::temp_directory_path() / "troupe-test-XXXXXX").string();
    if (!mkdtemp(path_.data())) std::abort();
  }
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  std::string file(std::string_view name) const { return path_ + "/" + std::string{name}; }

  /// Writes a file and gives back its path.
  std::string write(std::string_view name, std::string_view text) const {
    auto path = file(name);
    std::ofstream{path, std::ios::binary} << text;
    return path;
  }

private:
  std::string path_;
};

inline std::string read_whole(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// A file of the source tree, which the tests are compiled from.
inline std::string source_file(std::string_view path) {
  return (std::filesystem::path{__FILE__}.parent_path() / "../.." / path).lexically_normal().string();
}

}  // namespace troupe::test
