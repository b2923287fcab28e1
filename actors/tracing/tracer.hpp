#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actors/tracing/trace.hpp"
#include "transport/packet_tap.hpp"

namespace troupe::actors {

class session_seat;

/// Looks at the packets of one loop for the traces that run, and writes what fits into their logs. Used on that loop,
/// and only while there are traces.
class tracer final : public transport::packet_tap {
public:
  /// Null or empty: there are none.
  void use(std::shared_ptr<const trace_set> traces) noexcept;

  void opened(const transport::socket_link& link) noexcept override;
  void received(const transport::socket_link& from, std::span<const std::byte> packet) noexcept override;
  void sent(const transport::socket_link& to, const mqtt::outbox& packets) noexcept override;
  void closing(const transport::socket_link& link, transport::close_reason why,
               std::string_view text) noexcept override;
  void closed(const transport::socket_link& gone, const transport::link_events& told,
              transport::close_cause cause) noexcept override;

private:
  /// One packet; of a large PUBLISH the payload stands apart.
  struct passing {
    std::span<const std::byte> bytes;
    std::span<const std::byte> payload;
  };
  struct party;

  party party_of(const transport::socket_link& link, const transport::link_events* events) const noexcept;
  void note(party who, trace_line::direction way, const passing& packet);
  void note_link(const party& who, std::string text);
  bool wants(const trace& by, const party& who) const noexcept;
  std::string_view topic_of(const party& who, trace_line::direction way, const passing& packet);
  std::string words(const party& who, trace_line::direction way, const passing& packet);
  void write(trace& to, const party& who, trace_line::direction way, const std::string& text) const;

  std::shared_ptr<const trace_set> traces_;
  /// Client ids of links that have no session yet, for traces of clients; bounded.
  std::unordered_map<const transport::socket_link*, std::string> connecting_;
  std::vector<std::byte> whole_;    ///< scratch: a PUBLISH without its payload
  std::vector<std::byte> scratch_;  ///< of the decoder
  std::string topic_;               ///< scratch: below its mount point
};

}  // namespace troupe::actors
