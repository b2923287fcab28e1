// Frames and compressed messages of a hostile client: the decoder, however its input is cut, and the inflater behind
// it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "transport/websocket/deflate.hpp"
#include "transport/websocket/frame_decoder.hpp"

using namespace troupe;
using namespace troupe::websocket;

namespace {

constexpr std::uint32_t bytes_max = 20'000;

/// The first byte of an input chooses the rules and how the rest is cut.
struct setup {
  frame_rules rules;
  bool takeover;
  std::size_t piece;
};

setup choose(std::uint8_t byte) {
  frame_rules rules{.frame_bytes_max = bytes_max, .message_bytes_max = 2 * bytes_max};
  rules.accept_text = (byte & 1) != 0;
  rules.compression = (byte & 2) != 0;
  rules.message_events = rules.compression || (byte & 4) != 0;
  rules.masked = (byte & 8) == 0;
  return {rules, (byte & 16) != 0, std::size_t{1} + (byte >> 5) * 9u};
}

/// What a link does with a decoder's output, and a record of it that can be compared.
struct reader {
  explicit reader(const setup& with) : rules(with.rules), deflate({15, 15, with.takeover, with.takeover}, options) {}

  void read(std::vector<std::byte> piece) {
    received_bytes from{piece};
    for (;;) {
      auto event = decoder.next(from, rules);
      data(from.take());
      if (event.kind == frame_event::kind::none) break;
      handle(event);
    }
    if (from.left() != 0) std::abort();
  }

  void handle(const frame_event& event) {
    if (event.payload.size() > 125) std::abort();
    events += '0' + static_cast<char>(event.kind);
    events.append(reinterpret_cast<const char*>(event.payload.data()), event.payload.size());
    events += std::to_string(static_cast<int>(event.code));
    if (event.kind == frame_event::kind::message_begin) compressed = event.compressed;
    if (event.kind == frame_event::kind::message_end) {
      if (compressed) inflate({}, true);
      compressed = false;
    }
  }

  void data(std::span<const std::byte> part) {
    if (part.empty()) return;
    if (compressed) return inflate(part, false);
    plain.insert(plain.end(), part.begin(), part.end());
  }

  void inflate(std::span<const std::byte> part, bool last) {
    using outcome = permessage_deflate::outcome;
    if (broken) return;
    deflate.put(part, last);
    if (deflate.held_bytes() > rules.message_bytes_max + 4) std::abort();
    auto result = outcome::more;
    while (result == outcome::more) {
      result = deflate.inflate(bytes_max, engines, chunk);
      if (chunk.size() > permessage_deflate::chunk_bytes_max) std::abort();
      broken = result == outcome::malformed || result == outcome::too_large;
      if (!broken) message_bytes += chunk.size();
      if (message_bytes > bytes_max) std::abort();
    }
    if (broken) events += '!' + std::to_string(static_cast<int>(result));
    if (result == outcome::complete) message_bytes = 0;
  }

  frame_rules rules;
  config::deflate_options options;
  deflate_engines engines;
  permessage_deflate deflate;
  frame_decoder decoder;
  std::string events;
  std::vector<std::byte> plain, chunk;
  std::size_t message_bytes = 0;
  bool compressed = false, broken = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  auto with = choose(bytes[0]);
  auto begin = reinterpret_cast<const std::byte*>(bytes) + 1, end = begin + size - 1;
  reader whole{with}, pieces{with};
  whole.read({begin, end});
  for (auto at = begin; at != end;) {
    auto stop = at + std::min<std::ptrdiff_t>(end - at, static_cast<std::ptrdiff_t>(with.piece));
    pieces.read({at, stop});
    at = stop;
  }
  // A text that is no UTF-8 and a message that inflates badly are noticed sooner or later, depending on the cuts.
  auto early = whole.broken || pieces.broken || whole.events.ends_with("1007");
  if (!early && (whole.events != pieces.events || whole.plain != pieces.plain)) std::abort();
  if (whole.decoder.finished() != pieces.decoder.finished()) std::abort();
  return 0;
}
