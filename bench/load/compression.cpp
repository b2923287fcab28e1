#include "bench/load/compression.hpp"

#include <array>

namespace troupe::bench {

namespace {

/// What browsers take, and the fastest level: the load is to cost less than what it loads.
config::deflate_options fast_options() {
  config::deflate_options result;
  result.enabled = true;
  result.window_bits = 15;
  result.memory_level = 8;
  result.level = 1;
  return result;
}

}  // namespace

compression::compression() : options_{fast_options()}, messages_{{}, options_} {}

bool compression::inflate(std::span<const std::byte> message, std::vector<std::byte>& to) {
  using outcome = websocket::permessage_deflate::outcome;
  messages_.put(message, true);
  for (;;) {
    const auto came = messages_.inflate(message_bytes_max, engines_, chunk_);
    if (came != outcome::more && came != outcome::complete) {
      messages_ = websocket::permessage_deflate{{}, options_};
      return false;
    }
    to.insert(to.end(), chunk_.begin(), chunk_.end());
    if (came == outcome::complete) return true;
  }
}

void compression::deflate(std::span<const std::byte> message, std::vector<std::byte>& to) {
  messages_.deflate(std::array{message}, engines_, to);
}

}  // namespace troupe::bench
