#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transport/address.hpp"

namespace troupe::actors {

/// One line of a trace: a packet, or the beginning or end of a connection.
struct trace_line {
  enum class direction : std::uint8_t { in, out, link };  ///< from the client, to it, or neither
  std::uint64_t at_ms = 0;                                ///< since 1970
  trace_line::direction way = direction::link;
  std::string client;   ///< its id; empty: it has none yet
  std::string address;  ///< with its port
  std::string text;

  std::size_t memory() const noexcept {
    return sizeof(trace_line) + 64 + client.capacity() + address.capacity() + text.capacity();
  }
};
std::string_view to_string(trace_line::direction way) noexcept;

/// The last lines of a trace: when its bytes are used up the oldest go, and are counted. Thread-safe: loops add while
/// others read; a reader holds the lock for as long as it takes to share a page of lines.
class trace_log {
public:
  static constexpr std::size_t bytes_default = 4 * 1024 * 1024;
  static constexpr std::size_t page_lines_max = 1'000;

  explicit trace_log(std::size_t bytes_max = bytes_default) noexcept : bytes_max_{bytes_max} {}

  /// Where there is no memory the line is lost, and counted.
  void add(trace_line line) noexcept;

  struct page {
    std::vector<std::shared_ptr<const trace_line>> lines;
    std::uint64_t next = 0;  ///< the number of the first line behind these, there already or not
    bool more = false;       ///< it is there
  };
  /// Lines from a number on (they count from 0), at most `limit`: of those that are gone it goes on with the oldest.
  page from(std::uint64_t number, std::size_t limit) const;
  /// The last ones, in their order.
  std::vector<std::shared_ptr<const trace_line>> last(std::size_t count) const;

  std::uint64_t added() const;  ///< since the trace began
  std::uint64_t lost() const;   ///< of these, those that are gone
  std::size_t bytes() const;

private:
  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<const trace_line>> lines_;
  std::uint64_t first_ = 0;  ///< number of the oldest that is there
  std::size_t bytes_ = 0;
};

enum class trace_kind : std::uint8_t { client, topic, address };
std::string_view to_string(trace_kind kind) noexcept;

/// What an operator wants to see, and what was seen. All but the log is constant.
class trace {
public:
  /// Nothing where `value` is no client id, topic filter, or address ("192.0.2.7", "10.0.0.0/8", "unix").
  static std::shared_ptr<trace> make(std::uint64_t id, std::string_view kind, std::string_view value,
                                     std::size_t topic_levels_max, std::size_t bytes_max = trace_log::bytes_default);

  bool fits_client(std::string_view client_id) const noexcept {
    return kind == trace_kind::client && client_id == value;
  }
  bool fits_topic(std::string_view topic) const noexcept;
  bool fits_address(const transport::peer_address& address) const noexcept {
    return network_ && network_->contains(address);
  }

  const std::uint64_t id;
  const trace_kind kind;
  const std::string value;
  trace_log log;

private:
  trace(std::uint64_t number, trace_kind of, std::string_view text, std::size_t bytes_max)
    : id{number},
      kind{of},
      value{text},
      log{bytes_max} {}

  std::optional<transport::network> network_;
};

/// Those that run: shared by all loops, exchanged as a whole.
using trace_set = std::vector<std::shared_ptr<trace>>;

}  // namespace troupe::actors
