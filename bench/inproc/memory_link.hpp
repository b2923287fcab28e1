#pragma once

#include "transport/link.hpp"

namespace troupe::bench::inproc {

class crowd;

/// A link without a socket, and what its client remembers, in 40 bytes. Nothing is kept in it: bytes to the client join
/// those of all clients of its crowd, which reads them at the end of the turn.
class memory_link final : public transport::link {
public:
  enum class state : std::uint8_t { idle, connecting, subscribing, ready, gone };

  explicit memory_link(inproc::crowd& of) noexcept : crowd_{&of} {}

  // The node's end
  void handler(transport::link_events& to) noexcept override { handler_ = &to; }
  void send(mqtt::outbox& from) override;
  std::size_t outbox_bytes() const noexcept override { return 0; }
  bool congested() const noexcept override { return false; }
  void pause() noexcept override { paused_ = true; }
  void resume() override;
  bool paused() const noexcept override { return paused_; }
  void close(transport::close_reason why, std::string_view text) override;
  const transport::listener& listener() const noexcept override;
  std::string peer() const override { return "memory"; }
  bool peer_is_local() const noexcept override { return true; }
  std::string certificate_common_name() const override { return {}; }
  std::uint64_t bytes_received() const noexcept override { return 0; }
  std::uint64_t bytes_sent() const noexcept override { return 0; }

  transport::link_events& handler() const noexcept { return *handler_; }

  // The client's end
  std::uint32_t published = 0;
  std::uint32_t received = 0;  ///< number of the newest publication from its publisher
  memory_link::state state = state::idle;
  bool waits = false;  ///< a packet of it waits for resume()

private:
  bool paused_ = false;
  transport::link_events* handler_ = nullptr;
  inproc::crowd* crowd_;
};

static_assert(sizeof(memory_link) <= 40, "what the bench costs for each session");

}  // namespace troupe::bench::inproc
