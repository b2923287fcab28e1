#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::control {

struct screen {
  std::size_t rows = 0, columns = 0;
};

/// The size of the terminal behind `of`; nothing when there is none.
std::optional<screen> screen_of(std::FILE* of);

/// What draws `frame` over the one before it: each line cut at the screen's width, and no more lines than it has.
std::string redraw(std::string_view frame, const screen& on);

struct watching {
  std::chrono::milliseconds interval{1000};
  std::uint64_t frames_max = 0;  ///< 0: until it is interrupted
  bool appends = false;          ///< a frame is what is new, and goes on below the one before it
};

/// Writes a frame at each interval, in place on a terminal, one after the other elsewhere, until SIGINT, SIGTERM or the
/// last one.
void watch(const std::function<std::string()>& frame, const watching& how, std::FILE* to);

}  // namespace troupe::control
