#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::persistence {

/// Numbers in keys are big-endian, so that the order of the bytes is that of the numbers.
template <class Number>
constexpr void write_big_endian(char* to, Number value) noexcept {
  for (std::size_t i = 0; i < sizeof(Number); ++i) to[i] = static_cast<char>(value >> (8 * (sizeof(Number) - 1 - i)));
}

/// Precondition: there are that many bytes.
template <class Number>
constexpr Number read_big_endian(const char* from) noexcept {
  Number value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    value = static_cast<Number>(static_cast<std::uint64_t>(value) << 8 | static_cast<unsigned char>(from[i]));
  return value;
}

/// A key of one or two numbers, without an allocation.
template <class... Numbers>
class number_key {
public:
  constexpr explicit number_key(Numbers... numbers) noexcept {
    auto* to = bytes_.data();
    ((write_big_endian(to, numbers), to += sizeof numbers), ...);
  }
  constexpr operator std::string_view() const noexcept { return {bytes_.data(), bytes_.size()}; }
  std::string str() const { return std::string{std::string_view{*this}}; }

private:
  std::array<char, (sizeof(Numbers) + ...)> bytes_{};
};

/// Table messages.
using message_key = number_key<std::uint64_t>;
/// Table queue: session number, sequence.
using queue_key = number_key<std::uint64_t, std::uint64_t>;
/// Table inbound: session number, packet id.
using inbound_key = number_key<std::uint64_t, std::uint16_t>;
/// What the keys of one session begin with in subscriptions, queue and inbound. The rows of session n are those from
/// session_key{n} on and before session_key{n + 1}.
using session_key = number_key<std::uint64_t>;

/// Table subscriptions: session number, filter.
inline std::string subscription_key(std::uint64_t session, std::string_view filter) {
  return session_key{session}.str().append(filter);
}

/// The session that a row of subscriptions, queue or inbound belongs to; 0 for what is no such key.
inline std::uint64_t session_of(std::string_view key) noexcept {
  return key.size() < sizeof(std::uint64_t) ? 0 : read_big_endian<std::uint64_t>(key.data());
}
/// The sequence in a key of queue; 0 for what is no such key.
inline std::uint64_t sequence_of(std::string_view key) noexcept {
  return key.size() != 16 ? 0 : read_big_endian<std::uint64_t>(key.data() + 8);
}
/// The packet id in a key of inbound; 0 for what is no such key.
inline std::uint16_t packet_id_of(std::string_view key) noexcept {
  return key.size() != 10 ? std::uint16_t{0} : read_big_endian<std::uint16_t>(key.data() + 8);
}
inline std::string_view filter_of(std::string_view key) noexcept {
  return key.size() < sizeof(std::uint64_t) ? std::string_view{} : key.substr(sizeof(std::uint64_t));
}
/// The message id in a key of messages; 0 for what is no such key.
inline std::uint64_t message_of(std::string_view key) noexcept {
  return key.size() != 8 ? 0 : read_big_endian<std::uint64_t>(key.data());
}

/// The first key behind all keys that begin with `prefix`; empty (the end of the table) when there is none.
inline std::string behind(std::string_view prefix) {
  std::string key{prefix};
  while (!key.empty() && key.back() == '\xff') key.pop_back();
  if (!key.empty()) ++key.back();
  return key;
}

}  // namespace troupe::persistence
