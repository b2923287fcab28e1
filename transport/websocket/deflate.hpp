#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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
  /// Forgetful: holds nothing of an earlier message.
  inflater& fresh_inflater();
  deflater& fresh_deflater(int window_bits, const config::deflate_options& options);

private:
  struct entry {
    int window_bits, memory_level, level;
    deflater engine;
  };
  std::optional<inflater> inflater_;
  std::vector<entry> deflaters_;
};

/// One link's permessage-deflate: without context takeover it keeps no memory but an incomplete message.
class permessage_deflate {
public:
  enum class outcome : std::uint8_t {
    ok,
    malformed,  ///< close with close_code::invalid_payload
    too_large,  ///< close with close_code::too_large
  };

  /// `options` must outlive the object.
  permessage_deflate(const deflate_agreement& agreed, const config::deflate_options& options);

  /// Takes the next part of a compressed message, `last` with its end (which may be empty), and appends what it
  /// inflates to. Never appends more than message_bytes_max bytes for one message, nor allocates more than was inflated
  /// by more than a constant factor. Without takeover everything comes with the last part: the engine is shared. After
  /// anything but ok the link must be closed.
  outcome inflate(std::span<const std::byte> part, bool last, std::size_t message_bytes_max, deflate_engines& shared,
                  std::vector<std::byte>& out);

  /// Whether a message of so many bytes is worth it (deflate_options::threshold_bytes).
  bool worthwhile(std::size_t message_bytes) const noexcept { return message_bytes >= options_->threshold_bytes; }
  /// Appends one message, compressed: to be framed with RSV1 set. All of it is written before the call returns.
  void deflate(std::span<const std::span<const std::byte>> parts, deflate_engines& shared, std::vector<std::byte>& out);

  /// Bytes of an incomplete message.
  std::size_t pending_bytes() const noexcept { return pending_.size(); }

private:
  outcome run(inflater& engine, std::span<const std::byte> from, std::size_t message_bytes_max,
              std::vector<std::byte>& out);
  outcome run_message(inflater& engine, std::span<const std::byte> part, bool last, std::size_t message_bytes_max,
                      std::vector<std::byte>& out);

  const config::deflate_options* options_;
  deflate_agreement agreed_;
  std::size_t inflated_bytes_ = 0;          ///< of the current message
  std::vector<std::byte> pending_;          ///< of the current message, compressed; without takeover
  std::unique_ptr<inflater> own_inflater_;  ///< with takeover
  std::unique_ptr<deflater> own_deflater_;  ///< with takeover
};

}  // namespace troupe::websocket
