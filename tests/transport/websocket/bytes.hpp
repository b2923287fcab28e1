#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Short ways to write bytes in tests.
namespace troupe::test {

using byte_vector = std::vector<std::byte>;

inline byte_vector bytes(std::string_view text) {
  auto from = std::as_bytes(std::span{text});
  return {from.begin(), from.end()};
}

inline std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// "81 85 37" to three bytes; blanks do not matter.
inline byte_vector hex(std::string_view digits) {
  byte_vector result;
  std::string pair;
  for (char c : digits) {
    if (c != ' ') pair += c;
    if (pair.size() < 2) continue;
    result.push_back(static_cast<std::byte>(std::stoi(pair, nullptr, 16)));
    pair.clear();
  }
  return result;
}

inline byte_vector random_bytes(std::size_t size, std::mt19937& random) {
  byte_vector result(size);
  for (auto& one : result) one = static_cast<std::byte>(random());
  return result;
}

/// Words from a small vocabulary: compresses about as well as telemetry does.
inline byte_vector words(std::size_t size, std::mt19937& random) {
  static constexpr std::string_view vocabulary[] = {"temperature", "humidity", "{\"value\":", "21.5", "},",
                                                    "room/",       "7"};
  std::string result;
  while (result.size() < size) result += vocabulary[random() % std::size(vocabulary)];
  result.resize(size);
  return bytes(result);
}

/// Ends of consecutive pieces of `size` bytes.
inline std::vector<std::size_t> random_cuts(std::size_t size, std::size_t piece_max, std::mt19937& random) {
  std::vector<std::size_t> cuts;
  for (std::size_t at = 0; at < size;) cuts.push_back(at = std::min(size, at + 1 + random() % piece_max));
  return cuts;
}

}  // namespace troupe::test
