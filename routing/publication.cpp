#include "routing/publication.hpp"

#include <algorithm>
#include <new>

namespace troupe {

namespace {

std::uint32_t milliseconds_of(time_point at) noexcept {
  return static_cast<std::uint32_t>(
    std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
}

}  // namespace

publication::publication(const parts& from) noexcept
  : topic_bytes_{static_cast<std::uint16_t>(from.topic.size())},
    qos_{from.qos},
    retain_{from.retain},
    followed_{from.followed},
    property_bytes_{static_cast<std::uint32_t>(from.properties.size())},
    payload_bytes_{static_cast<std::uint32_t>(from.payload.size())},
    publisher_hash_{from.publisher_hash},
    publisher_{from.publisher},
    arrived_{milliseconds_of(from.arrived)},
    expires_{from.expires} {}

publication_ptr publication::make(const parts& from) {
  auto size = sizeof(publication) + 2 + from.topic.size() + from.properties.size() + from.payload.size();
  auto* memory = ::operator new(size);
  auto* result = new (memory) publication{from};
  auto* out = static_cast<std::byte*>(memory) + sizeof(publication);
  *out++ = static_cast<std::byte>(from.topic.size() >> 8);
  *out++ = static_cast<std::byte>(from.topic.size() & 0xFF);
  out = std::ranges::copy(std::as_bytes(std::span{from.topic}), out).out;
  out = std::ranges::copy(from.properties, out).out;
  std::ranges::copy(from.payload, out);
  return publication_ptr::adopt(result);
}

std::optional<std::chrono::milliseconds> publication::age(time_point now) const noexcept {
  if (arrived_ == 0) return {};
  constexpr std::uint32_t ahead_max = 60'000;  // of the loop that asks: its turn began before the message came
  const auto passed = milliseconds_of(now) - arrived_;
  return std::chrono::milliseconds{passed > ~ahead_max ? 0 : passed};
}

void publication::destroy(const publication* object) noexcept {
  object->~publication();
  ::operator delete(const_cast<publication*>(object));
}

}  // namespace troupe
