#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/options.hpp"

namespace troupe::websocket {

/// What both ends of a connection agreed on (RFC 7692).
struct deflate_agreement {
  std::uint8_t server_window_bits = 15;  ///< of our compressor
  std::uint8_t client_window_bits = 15;  ///< of the client's compressor
  bool server_takeover = false;          ///< our compressor keeps its window between messages
  bool client_takeover = false;          ///< the client's does

  friend bool operator==(const deflate_agreement&, const deflate_agreement&) = default;
};

struct deflate_answer {
  deflate_agreement agreed;
  std::string extension;  ///< value of Sec-WebSocket-Extensions in the response
};

/// Takes the first permessage-deflate offer that can be met. `offers` is the value of the client's
/// Sec-WebSocket-Extensions (several fields joined by commas). Empty: no compression.
std::optional<deflate_answer> negotiate_deflate(std::string_view offers, const config::deflate_options& options);

/// Raw inflate, one message after the other. Its memory is bounded by its window.
class inflater {
public:
  enum class status : std::uint8_t { input_used, output_full, malformed };
  struct step {
    inflater::status status;
    std::size_t consumed;
    std::size_t produced;
  };

  explicit inflater(int window_bits);
  ~inflater();
  inflater(inflater&&) noexcept;
  inflater& operator=(inflater&&) noexcept;

  /// Inflates as much of `from` as fits `to`; call again with what is left of both. Precondition: `to` is not empty.
  step run(std::span<const std::byte> from, std::span<std::byte> to) noexcept;
  /// Whether the input so far ended with a whole block on a byte boundary, as every message does.
  bool between_blocks() const noexcept;
  /// Forgets the window; keeps the memory.
  void reset() noexcept;

private:
  struct stream;
  std::unique_ptr<stream> stream_;
};

/// Raw deflate, one message after the other.
class deflater {
public:
  deflater(int window_bits, int memory_level, int level);
  ~deflater();
  deflater(deflater&&) noexcept;
  deflater& operator=(deflater&&) noexcept;

  /// Appends what `parts` compress to, as one message (RFC 7692, 7.2.1).
  void message(std::span<const std::span<const std::byte>> parts, std::vector<std::byte>& out);
  void reset() noexcept;

private:
  struct stream;
  void run(std::span<const std::byte> part, int flush, std::vector<std::byte>& out);
  std::unique_ptr<stream> stream_;
};

/// The compressors that all links of one loop without context takeover use in turn; built at first use.
class deflate_engines {
public:
  /// An inflater for one message; it holds nothing of an earlier one.
  std::unique_ptr<inflater> lend_inflater();
  /// Keeps it for the next message; one is enough.
  void take_back(std::unique_ptr<inflater> lent) noexcept { inflater_ = std::move(lent); }
  /// Forgetful too.
  deflater& fresh_deflater(int window_bits, const config::deflate_options& options);

private:
  struct entry {
    int window_bits, memory_level, level;
    deflater engine;
  };
  std::unique_ptr<inflater> inflater_;
  std::vector<entry> deflaters_;
};

/// One link's permessage-deflate: without context takeover it keeps no memory but an incomplete message.
class permessage_deflate {
public:
  enum class outcome : std::uint8_t {
    more,       ///< the message goes on: call again
    used_up,    ///< the message goes on with the next put()
    complete,   ///< the message ends here
    malformed,  ///< close with close_code::invalid_payload
    too_large,  ///< close with close_code::too_large
  };
  /// Largest result of one inflate(), in bytes: neither a large message nor a bomb holds up whoever is next.
  static constexpr std::size_t chunk_bytes_max = 8 * 1024;

  /// `options` must outlive the object.
  permessage_deflate(const deflate_agreement& agreed, const config::deflate_options& options);

  /// Takes the next part of a compressed message, `last` with its end (which may be empty). Precondition: inflate() has
  /// answered `used_up` or `complete` to the part before. frame_rules::message_bytes_max bounds what is kept.
  void put(std::span<const std::byte> part, bool last);
  /// Replaces `chunk` by what comes next out of the message. Never gives more than message_bytes_max bytes of one
  /// message. Without takeover a message is inflated when all of it is there, with a lent engine. After `malformed` and
  /// `too_large` the link must be closed.
  outcome inflate(std::size_t message_bytes_max, deflate_engines& shared, std::vector<std::byte>& chunk);
  /// Whether inflate() is to be called before the next put().
  bool unfinished() const noexcept { return unfinished_; }

  /// Whether a message of so many bytes is worth it (deflate_options::threshold_bytes).
  bool worthwhile(std::size_t message_bytes) const noexcept { return message_bytes >= options_->threshold_bytes; }
  /// Appends one message, compressed: to be framed with RSV1 set. All of it is written before the call returns.
  void deflate(std::span<const std::span<const std::byte>> parts, deflate_engines& shared, std::vector<std::byte>& out);

  /// Compressed bytes held.
  std::size_t held_bytes() const noexcept { return compressed_.size() - consumed_; }

private:
  outcome message_end(deflate_engines& shared) noexcept;

  const config::deflate_options* options_;
  deflate_agreement agreed_;
  bool ended_ = false;  ///< the last part of the current message is there
  bool unfinished_ = false;
  std::size_t inflated_bytes_ = 0;          ///< of the current message
  std::vector<std::byte> compressed_;       ///< of the current message
  std::size_t consumed_ = 0;                ///< of compressed_
  std::unique_ptr<inflater> inflater_;      ///< with takeover our own, without it lent for one message
  std::unique_ptr<deflater> own_deflater_;  ///< with takeover
};

}  // namespace troupe::websocket
