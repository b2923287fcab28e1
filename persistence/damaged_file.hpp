#pragma once

#include <string>

namespace troupe::persistence {

/// What is wrong with a file.
struct damaged_file {
  std::string name;
  std::string sentence;  ///< for the log: the file, what is wrong with it, what it costs
};

}  // namespace troupe::persistence
