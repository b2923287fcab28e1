#pragma once

#include <caf/test/unit_test.hpp>

/// A check inside a table: says which row it is about where it fails.
#define CHECK_FOR(row, ...)                                                                                            \
  do {                                                                                                                 \
    const bool holds_ = static_cast<bool>(__VA_ARGS__);                                                                \
    if (!holds_) CAF_MESSAGE(row << ": " #__VA_ARGS__);                                                                \
    CAF_CHECK(holds_);                                                                                                 \
  } while (false)
