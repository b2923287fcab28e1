#pragma once

#include <cstdio>
#include <iostream>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "tests/config/temporary_file.hpp"

namespace troupe::test {

/// Sends one of the process's standard streams to a file while it lives.
class captured {
public:
  explicit captured(int stream) : stream_{stream} {
    flush();
    before_ = dup(stream);
    const int file = open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(file, stream);
    close(file);
  }
  ~captured() {
    flush();
    dup2(before_, stream_);
    close(before_);
  }
  captured(const captured&) = delete;
  captured& operator=(const captured&) = delete;

  std::string text() const {
    flush();
    return read_whole(path_);
  }

private:
  static void flush() {
    std::cout.flush();
    std::cerr.flush();
    std::fflush(nullptr);
  }

  temporary_directory directory_;
  std::string path_ = directory_.file("captured");
  int stream_, before_ = -1;
};

}  // namespace troupe::test
