#include "transport/websocket/deflate.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <new>
#include <utility>

#include <zlib.h>

namespace troupe::websocket {

namespace {

// ---- negotiation (RFC 7692, 7.1) ----

constexpr int zlib_window_bits_min = 9;  ///< zlib cannot compress with a window of 2^8

std::string_view trimmed(std::string_view text) {
  auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Cuts off what stands before `separator`, which is ignored inside quotes.
std::string_view next_part(std::string_view& text, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (quoted || text[end] != separator); ++end) {
    if (text[end] == '"') quoted = !quoted;
    if (text[end] == '\\' && quoted && end + 1 < text.size()) ++end;
  }
  auto part = trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

bool same_name(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// 8..15 in decimal without leading zeros, quoted or not.
std::optional<int> parse_bits(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  int bits = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), bits);
  if (value.empty() || value.front() == '0' || error != std::errc{} || end != value.data() + value.size()) return {};
  return bits >= 8 && bits <= 15 ? std::optional{bits} : std::nullopt;
}

/// One offer's parameters.
struct offer {
  bool server_forgets = false;
  bool client_forgets = false;
  std::optional<int> server_bits;
  std::optional<int> client_bits;  ///< 15 when offered without a value
};

bool set_once(bool& flag, bool has_value) {
  if (flag || has_value) return false;
  return flag = true;
}

bool set_once(std::optional<int>& bits, std::optional<int> value) {
  if (bits || !value) return false;
  bits = value;
  return true;
}

/// False: a parameter that is unknown, doubled or has a wrong value; such an offer must be declined.
bool read_parameter(std::string_view parameter, offer& to) {
  auto equals = parameter.find('=');
  auto has_value = equals != std::string_view::npos;
  auto name = trimmed(parameter.substr(0, equals));
  auto value = has_value ? trimmed(parameter.substr(equals + 1)) : std::string_view{};
  if (same_name(name, "server_no_context_takeover")) return set_once(to.server_forgets, has_value);
  if (same_name(name, "client_no_context_takeover")) return set_once(to.client_forgets, has_value);
  if (same_name(name, "server_max_window_bits")) return set_once(to.server_bits, parse_bits(value));
  if (same_name(name, "client_max_window_bits"))
    return set_once(to.client_bits, has_value ? parse_bits(value) : std::optional{15});
  return false;
}

std::optional<offer> read_offer(std::string_view text) {
  if (!same_name(next_part(text, ';'), "permessage-deflate")) return std::nullopt;
  offer result;
  while (!text.empty())
    if (!read_parameter(next_part(text, ';'), result)) return std::nullopt;
  return result;
}

deflate_agreement agree(const offer& asked, const config::deflate_options& options) {
  deflate_agreement result;
  auto ours = options.window_bits;
  result.server_window_bits = static_cast<std::uint8_t>(std::min(ours, asked.server_bits.value_or(15)));
  result.client_window_bits = static_cast<std::uint8_t>(asked.client_bits ? std::min(ours, *asked.client_bits) : 15);
  result.server_takeover = options.context_takeover && !asked.server_forgets;
  // A client that cannot limit its window would cost this node 2^15 bytes between messages: it may not keep it.
  result.client_takeover = options.context_takeover && !asked.client_forgets && result.client_window_bits <= ours;
  return result;
}

std::string extension_text(const offer& asked, const deflate_agreement& agreed) {
  std::string text = "permessage-deflate";
  if (!agreed.server_takeover) text += "; server_no_context_takeover";
  if (!agreed.client_takeover) text += "; client_no_context_takeover";
  if (asked.server_bits) text += "; server_max_window_bits=" + std::to_string(agreed.server_window_bits);
  // Only a client that named the parameter may be told it (7.1.2.2).
  if (asked.client_bits) text += "; client_max_window_bits=" + std::to_string(agreed.client_window_bits);
  return text;
}

// ---- zlib ----

constexpr std::array<std::byte, 4> tail{std::byte{0}, std::byte{0}, std::byte{0xFF}, std::byte{0xFF}};

// zlib's interface is not const-correct; it only reads from next_in.
Bytef* input(std::span<const std::byte> bytes) {
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}
Bytef* output(std::byte* at) { return reinterpret_cast<Bytef*>(at); }

void check_memory(int result) {
  if (result != Z_OK) throw std::bad_alloc{};
}

}  // namespace

std::optional<deflate_answer> negotiate_deflate(std::string_view offers, const config::deflate_options& options) {
  if (!options.enabled) return std::nullopt;
  while (!offers.empty()) {
    auto asked = read_offer(next_part(offers, ','));
    if (!asked || (asked->server_bits && *asked->server_bits < zlib_window_bits_min)) continue;
    auto agreed = agree(*asked, options);
    return deflate_answer{agreed, extension_text(*asked, agreed)};
  }
  return std::nullopt;
}

// ---- inflater ----

struct inflater::stream : z_stream {
  explicit stream(int window_bits) : z_stream{} { check_memory(inflateInit2(this, -window_bits)); }
  ~stream() { inflateEnd(this); }
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
};

// Inflating with a larger window than was agreed on is harmless, and 2^8 is below zlib's least for compressing.
inflater::inflater(int window_bits) : stream_(std::make_unique<stream>(std::max(window_bits, zlib_window_bits_min))) {}
inflater::~inflater() = default;
inflater::inflater(inflater&&) noexcept = default;
inflater& inflater::operator=(inflater&&) noexcept = default;

void inflater::reset() noexcept { inflateReset(stream_.get()); }

inflater::step inflater::run(std::span<const std::byte> from, std::span<std::byte> to) noexcept {
  assert(!to.empty());
  auto& z = *stream_;
  z.next_in = input(from);
  z.avail_in = static_cast<uInt>(from.size());
  z.next_out = output(to.data());
  z.avail_out = static_cast<uInt>(to.size());
  auto result = Z_OK;
  do {
    result = ::inflate(&z, Z_SYNC_FLUSH);
    // A block may say that it is the last (RFC 7692, 7.2.3.4): the message goes on behind it, with the same window.
    if (result == Z_STREAM_END) inflateResetKeep(&z);
  } while (result == Z_STREAM_END && z.avail_in > 0 && z.avail_out > 0);
  auto good = result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
  auto now = !good ? status::malformed : z.avail_out == 0 ? status::output_full : status::input_used;
  return {now, from.size() - z.avail_in, to.size() - z.avail_out};
}

bool inflater::between_blocks() const noexcept {
  constexpr int block_ended = 128, unused_bits = 63;
  return (stream_->data_type & block_ended) != 0 && (stream_->data_type & unused_bits) == 0;
}

// ---- deflater ----

struct deflater::stream : z_stream {
  stream(int window_bits, int memory_level, int level) : z_stream{} {
    check_memory(deflateInit2(this, level, Z_DEFLATED, -window_bits, memory_level, Z_DEFAULT_STRATEGY));
  }
  ~stream() { deflateEnd(this); }
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
};

deflater::deflater(int window_bits, int memory_level, int level)
  : stream_(std::make_unique<stream>(std::clamp(window_bits, zlib_window_bits_min, 15), memory_level, level)) {}
deflater::~deflater() = default;
deflater::deflater(deflater&&) noexcept = default;
deflater& deflater::operator=(deflater&&) noexcept = default;

void deflater::reset() noexcept { deflateReset(stream_.get()); }

void deflater::message(std::span<const std::span<const std::byte>> parts, std::vector<std::byte>& out) {
  auto begin = out.size();
  for (auto part : parts)
    if (!part.empty()) run(part, Z_NO_FLUSH, out);
  run({}, Z_SYNC_FLUSH, out);
  // Nothing to flush: an empty message (7.2.3.6).
  if (out.size() == begin) return out.push_back(std::byte{0});
  assert(out.size() - begin > tail.size() && std::equal(tail.begin(), tail.end(), out.end() - tail.size()));
  out.resize(out.size() - tail.size());
}

void deflater::run(std::span<const std::byte> part, int flush, std::vector<std::byte>& out) {
  auto& z = *stream_;
  z.next_in = input(part);
  z.avail_in = static_cast<uInt>(part.size());
  auto at = out.size();
  do {
    out.resize(at + 64 + part.size() / 2);  // enough at once for what compresses to half
    z.next_out = output(out.data() + at);
    z.avail_out = static_cast<uInt>(out.size() - at);
    ::deflate(&z, flush);
    at = out.size() - z.avail_out;
  } while (z.avail_out == 0);
  out.resize(at);
}

// ---- engines of a loop ----

std::unique_ptr<inflater> deflate_engines::lend_inflater() {
  if (!inflater_) return std::make_unique<inflater>(15);
  inflater_->reset();
  return std::move(inflater_);
}

deflater& deflate_engines::fresh_deflater(int window_bits, const config::deflate_options& options) {
  for (auto& one : deflaters_) {
    if (one.window_bits != window_bits || one.memory_level != options.memory_level || one.level != options.level)
      continue;
    one.engine.reset();
    return one.engine;
  }
  deflaters_.push_back(
    {window_bits, options.memory_level, options.level, deflater{window_bits, options.memory_level, options.level}});
  return deflaters_.back().engine;
}

// ---- one link ----

permessage_deflate::permessage_deflate(const deflate_agreement& agreed, const config::deflate_options& options)
  : options_(&options),
    agreed_(agreed) {}

void permessage_deflate::put(std::span<const std::byte> part, bool last) {
  assert(!unfinished_);
  compressed_.insert(compressed_.end(), part.begin(), part.end());
  if (last) compressed_.insert(compressed_.end(), tail.begin(), tail.end());
  ended_ = last;
  // A shared engine serves other links before the rest of the message comes.
  unfinished_ = last || agreed_.client_takeover;
}

permessage_deflate::outcome permessage_deflate::inflate(std::size_t message_bytes_max, deflate_engines& shared,
                                                        std::vector<std::byte>& chunk) {
  chunk.clear();
  if (!unfinished_) return outcome::used_up;
  if (!inflater_)
    inflater_ =
      agreed_.client_takeover ? std::make_unique<inflater>(agreed_.client_window_bits) : shared.lend_inflater();
  // One byte of room past the limit shows a message that exceeds it; no more than that is ever inflated.
  chunk.resize(std::min(chunk_bytes_max, message_bytes_max - inflated_bytes_ + 1));
  const auto step = inflater_->run(std::span{compressed_}.subspan(consumed_), chunk);
  inflated_bytes_ += step.produced;
  consumed_ += step.consumed;
  if (step.status == inflater::status::malformed) return outcome::malformed;
  if (inflated_bytes_ > message_bytes_max) return outcome::too_large;
  chunk.resize(step.produced);
  // A full chunk may well be all there is: zlib asked once more would forget that it stands between blocks.
  const bool has_output = step.status == inflater::status::output_full && !inflater_->between_blocks();
  if (has_output || held_bytes() > 0) return outcome::more;
  compressed_ = {};
  consumed_ = 0;
  unfinished_ = false;
  return ended_ ? message_end(shared) : outcome::used_up;
}

permessage_deflate::outcome permessage_deflate::message_end(deflate_engines& shared) noexcept {
  const bool whole = inflater_->between_blocks();
  inflated_bytes_ = 0;
  ended_ = false;
  if (!agreed_.client_takeover) shared.take_back(std::move(inflater_));
  return whole ? outcome::complete : outcome::malformed;
}

void permessage_deflate::deflate(std::span<const std::span<const std::byte>> parts, deflate_engines& shared,
                                 std::vector<std::byte>& out) {
  if (!agreed_.server_takeover) return shared.fresh_deflater(agreed_.server_window_bits, *options_).message(parts, out);
  if (!own_deflater_)
    own_deflater_ = std::make_unique<deflater>(agreed_.server_window_bits, options_->memory_level, options_->level);
  own_deflater_->message(parts, out);
}

}  // namespace troupe::websocket
