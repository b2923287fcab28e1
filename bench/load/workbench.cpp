#include "bench/load/workbench.hpp"

#include <algorithm>
#include <bit>

#include "transport/mqtt/codec.hpp"
#include "transport/websocket/frame_encoder.hpp"

namespace troupe::bench {

namespace {

/// Neither all alike, which compresses to nothing, nor random, which does not at all.
std::vector<std::byte> filled_payload(std::size_t size) {
  std::vector<std::byte> result(size);
  std::uint32_t state = 0x2545'F491;
  for (auto& each : result) {
    state = state * 1'664'525 + 1'013'904'223;
    each = static_cast<std::byte>('a' + (state >> 24) % 16);
  }
  return result;
}

}  // namespace

workbench::workbench(const plan& from, std::uint32_t first_client, std::uint32_t clients_here, int epoll_set,
                     int patient_epoll_set)
  : what{from},
    first{first_client},
    first_subscriber{from.subscribers_before(first_client)},
    epoll{epoll_set},
    patient_epoll{patient_epoll_set},
    clients(clients_here),
    input(input_bytes),
    payload{filled_payload(from.payload_bytes)} {
  pace.rate = from.rate;
  pace.limit = from.limit;
  pace.publishers = std::max(1u, from.publishers());
  const auto subscribers = from.subscribers_before(first_client + clients_here) - first_subscriber;
  if (from.closed_circle()) ledger = bench::ledger{subscribers, from.shape.publishers};
  const auto whole_groups = first % from.shape.size() == 0 && clients_here % from.shape.size() == 0;
  end_to_end_ = from.closed_circle() && from.qos == troupe::qos::at_most_once && from.rate == 0 && whole_groups;
  random_ ^= from.run + first_client;
  if (random_ == 0) random_ = 1;
}

std::array<std::byte, 4> workbench::mask() noexcept {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 17;
  random_ ^= random_ << 5;
  return std::bit_cast<std::array<std::byte, 4>>(random_);
}

void workbench::put_frame(websocket::opcode op, std::span<const std::byte> bytes) {
  websocket::append_client_frame(output, op, bytes, mask());
}

void workbench::frame_packet() {
  put_frame(websocket::opcode::binary, packet);
  packet.clear();
}

void workbench::put(const mqtt::packet& value) {
  mqtt::encode(value, what.version, what.to.websocket ? packet : output);
  if (what.to.websocket) frame_packet();
}

void workbench::put_acknowledgement(mqtt::packet_type type, std::uint16_t packet_id) {
  mqtt::encode_acknowledgement(type, packet_id, mqtt::reason::success, what.version,
                               what.to.websocket ? packet : output);
  if (what.to.websocket) frame_packet();
}

void workbench::put_text(std::string_view bytes) {
  const auto from = std::as_bytes(std::span{bytes});
  output.insert(output.end(), from.begin(), from.end());
}

void workbench::note(std::string_view what_happened) noexcept {
  if (trouble[0] != '\0') return;
  const auto size = std::min(what_happened.size(), trouble.size() - 1);
  std::copy_n(what_happened.begin(), size, trouble.begin());
}

void workbench::credit(std::uint32_t ordinal) {
  const auto who = what.publisher(ordinal) - first;
  if (who >= clients.size()) return;
  clients[who].credit(static_cast<std::uint16_t>(what.copies()));
  if (to_pump.empty() || to_pump.back() != who) to_pump.push_back(who);
}

}  // namespace troupe::bench
