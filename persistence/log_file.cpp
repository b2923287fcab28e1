#include "persistence/log_file.hpp"

#include <cstdint>
#include <optional>

#include "persistence/crc32c.hpp"

namespace troupe::persistence {

namespace {

// RocksDB's format: blocks of 32 KiB with fragments in them, each behind a header of a masked CRC-32C (4 bytes), a
// length (2) and a type (1), little-endian. A fragment does not cross a block; less than a header's room is left empty.
// https://github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format
constexpr std::size_t block_bytes = 32 * 1024;
constexpr std::size_t header_bytes = 7;

enum class fragment_type : std::uint8_t { none = 0, full = 1, first = 2, middle = 3, last = 4 };

struct fragment {
  fragment_type type;
  std::string_view data;
};

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return value;
}

constexpr std::uint32_t masked(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

class reader {
public:
  reader(std::string_view content, const std::function<void(std::string_view)>& visit)
    : content_{content},
      visit_{visit} {}

  log_findings read() {
    while (at_ < content_.size()) step();
    if (pending_ && found_.torn == 0) found_.torn = content_.size() - pending_begin_;
    return std::move(found_);
  }

private:
  std::size_t left_in_block() const { return block_bytes - at_ % block_bytes; }

  void step() {
    if (left_in_block() < header_bytes) {
      at_ += left_in_block();
    } else if (only_zeros()) {
      at_ += std::min(left_in_block(), content_.size() - at_);  // reserved and never written
    } else if (const auto here = fragment_at(at_)) {
      take(*here);
      at_ += header_bytes + here->data.size();
    } else if (cut_off()) {
      found_.torn = content_.size() - (pending_ ? pending_begin_ : at_);
      at_ = content_.size();
    } else {
      skip_damage();
    }
  }

  bool only_zeros() const {
    return content_.substr(at_, left_in_block()).find_first_not_of('\0') == std::string_view::npos;
  }

  /// A whole fragment whose checksum is right.
  std::optional<fragment> fragment_at(std::size_t at) const {
    if (at + header_bytes > content_.size()) return {};
    const auto length = length_at(at);
    if (length > block_bytes - at % block_bytes - header_bytes || at + header_bytes + length > content_.size())
      return {};
    const auto type = static_cast<std::uint8_t>(content_[at + 6]);
    if (type < 1 || type > 4) return {};
    if (masked(crc32c(content_.substr(at + 6, 1 + length))) != little_endian(content_.substr(at, 4))) return {};
    return fragment{static_cast<fragment_type>(type), content_.substr(at + header_bytes, length)};
  }

  std::size_t length_at(std::size_t at) const { return little_endian(content_.substr(at + 4, 2)); }

  /// Whether what is here would be longer than the file is, while it fits into its block.
  bool cut_off() const {
    if (at_ + header_bytes > content_.size()) return true;
    const auto end = at_ + header_bytes + length_at(at_);
    return end > content_.size() && header_bytes + length_at(at_) <= left_in_block();
  }

  void take(const fragment& here) {
    using enum fragment_type;
    if (here.type == full || here.type == first) drop_pending();
    if (here.type == full) return report(here.data);
    if (here.type == first) {
      pending_begin_ = at_;
      pending_ = here.data;
    } else if (!pending_) {
      damaged(at_, header_bytes + here.data.size());  // its beginning is lost
    } else {
      *pending_ += here.data;
      if (here.type == last) {
        report(*pending_);
        pending_.reset();
      }
    }
  }

  void report(std::string_view record) {
    ++found_.records;
    visit_(record);
  }

  /// If the length is to be believed, the next fragment is right behind; else it is looked for in the next block.
  void skip_damage() {
    drop_pending();
    const auto behind = at_ + header_bytes + length_at(at_);
    const auto block_end = std::min(at_ + left_in_block(), content_.size());
    const bool believed = behind < block_end && fragment_at(behind).has_value();
    const auto next = believed ? behind : block_end;
    damaged(at_, next - at_);
    at_ = next;
  }

  void drop_pending() {
    if (pending_) damaged(pending_begin_, at_ - pending_begin_);
    pending_.reset();
  }

  void damaged(std::size_t offset, std::size_t bytes) { found_.damaged.push_back({offset, bytes}); }

  std::string_view content_;
  const std::function<void(std::string_view)>& visit_;
  std::size_t at_ = 0;
  std::optional<std::string> pending_;  ///< the fragments of a record so far; the first may be empty
  std::size_t pending_begin_ = 0;
  log_findings found_;
};

}  // namespace

log_findings read_log(std::string_view content, const std::function<void(std::string_view record)>& visit) {
  return reader{content, visit}.read();
}

}  // namespace troupe::persistence
