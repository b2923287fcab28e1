#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "transport/mqtt/packets.hpp"
#include "transport/mqtt/properties.hpp"

/// Packets are described once, by functions over a sink, and run twice: through a counter for their size, then through
/// a writer into memory of just that size.
namespace troupe::mqtt {

/// Largest Remaining Length (MQTT 5, 2.1.4).
inline constexpr std::size_t remaining_length_max = 268'435'455;

inline bytes_view as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

/// Bytes of a Variable Byte Integer, as few as possible [MQTT-1.5.5-1].
constexpr std::size_t variable_size(std::size_t value) noexcept {
  return value < 128 ? 1u : value < 16'384 ? 2u : value < 2'097'152 ? 3u : 4u;
}

/// What counter and writer share: MQTT's data types (MQTT 5, 1.5) and properties, made of bytes.
template <class Derived>
class sink {
public:
  void two(std::uint32_t value) noexcept {
    self().byte(value >> 8);
    self().byte(value);
  }
  void four(std::uint32_t value) noexcept {
    two(value >> 16);
    two(value);
  }
  void variable(std::size_t value) noexcept {
    for (; value >= 128; value >>= 7) self().byte(static_cast<std::uint32_t>(value | 0x80));
    self().byte(static_cast<std::uint32_t>(value));
  }
  void binary(bytes_view bytes) noexcept {
    two(static_cast<std::uint32_t>(bytes.size()));
    self().raw(bytes);
  }
  void text(std::string_view characters) noexcept { binary(as_bytes(characters)); }

  void byte(property id, std::uint32_t value) noexcept {
    identifier(id);
    self().byte(value);
  }
  void two(property id, std::uint32_t value) noexcept {
    identifier(id);
    two(value);
  }
  void four(property id, std::uint32_t value) noexcept {
    identifier(id);
    four(value);
  }
  void variable(property id, std::uint32_t value) noexcept {
    identifier(id);
    variable(value);
  }
  void binary(property id, bytes_view value) noexcept {
    identifier(id);
    binary(value);
  }
  void text(property id, std::string_view value) noexcept {
    identifier(id);
    text(value);
  }

private:
  void identifier(property id) noexcept { self().byte(static_cast<std::uint32_t>(id)); }
  Derived& self() noexcept { return static_cast<Derived&>(*this); }
};

class counter final : public sink<counter> {
public:
  using sink::byte;
  void byte(std::uint32_t) noexcept { ++size_; }
  void raw(bytes_view bytes) noexcept { size_ += bytes.size(); }
  std::size_t size() const noexcept { return size_; }

private:
  std::size_t size_ = 0;
};

/// Precondition: the memory is large enough.
class writer final : public sink<writer> {
public:
  using sink::byte;
  explicit writer(std::byte* to) noexcept : at_{to} {}
  /// Appends room for `size` bytes to `out`; to be filled before `out` changes again.
  writer(std::vector<std::byte>& out, std::size_t size) {
    const auto offset = out.size();
    out.resize(offset + size);
    at_ = out.data() + offset;
  }

  void byte(std::uint32_t value) noexcept { *at_++ = static_cast<std::byte>(value); }
  void raw(bytes_view bytes) noexcept {
    if (!bytes.empty()) std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }

private:
  std::byte* at_;
};

/// Writes Property Length and the properties that `each(sink)` describes. Without any, a length of zero [MQTT-2.2.2-1].
template <class Sink, class Describe>
void write_properties(Sink& to, const Describe& each) noexcept {
  counter length;
  each(length);
  to.variable(length.size());
  each(to);
}

}  // namespace troupe::mqtt
