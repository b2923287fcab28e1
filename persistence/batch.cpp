#include "persistence/batch.hpp"

#include <cstring>

#include "persistence/keys.hpp"

namespace troupe::persistence {

namespace {

/// What stands before the key and the value of an operation. It never leaves the process.
struct header {
  std::uint64_t number;
  std::uint32_t key_bytes;
  std::uint32_t value_bytes;
  operation_kind kind;
  persistence::table table;
};

/// memcpy() that may be given nothing.
void copy(std::span<char> to, std::string_view from) {
  if (!from.empty()) std::memcpy(to.data(), from.data(), from.size());
}

}  // namespace

void batch::put(table where, std::string_view key, std::string_view value) {
  const auto place = put(where, key, value.size());
  copy(place, value);
}

std::span<char> batch::put(table where, std::string_view key, std::size_t value_bytes) {
  adds_ = true;
  return add(operation_kind::put, where, key, value_bytes);
}

void batch::erase(table where, std::string_view key) { add(operation_kind::erase, where, key, 0); }

void batch::erase_range(table where, std::string_view first, std::string_view last) {
  const auto place = add(operation_kind::erase_range, where, first, last.size());
  copy(place, last);
}

void batch::put_message(std::uint64_t id, std::uint32_t references, std::string_view body) {
  const auto place = put_message(id, references, body.size());
  copy(place, body);
}

std::span<char> batch::put_message(std::uint64_t id, std::uint32_t references, std::size_t body_bytes) {
  adds_ = true;
  return add(operation_kind::put_message, table::messages, message_key{id}, body_bytes, references);
}

void batch::hold(std::uint64_t id, std::uint32_t references) {
  adds_ = true;
  add(operation_kind::hold, table::messages, message_key{id}, 0, references);
}

void batch::append(const batch& more) {
  buffer_ += more.buffer_;
  adds_ |= more.adds_;
  conditional_ |= more.conditional_;
}

void batch::release(std::uint64_t id, std::uint32_t references) {
  add(operation_kind::release, table::messages, message_key{id}, 0, references);
}

void batch::expect(std::string_view client_id, std::uint64_t revision) {
  conditional_ = true;
  add(operation_kind::expect, table::sessions, client_id, 0, revision);
}

void batch::clear() noexcept {
  buffer_.clear();
  adds_ = conditional_ = false;
}

std::optional<operation> batch::next(std::size_t& offset) const noexcept {
  if (offset == buffer_.size()) return {};
  header head;
  std::memcpy(&head, buffer_.data() + offset, sizeof head);
  const std::string_view rest{buffer_.data() + offset + sizeof head, std::size_t{head.key_bytes} + head.value_bytes};
  offset += sizeof head + rest.size();
  return operation{head.kind, head.table, rest.substr(0, head.key_bytes), rest.substr(head.key_bytes), head.number};
}

std::span<char> batch::add(operation_kind kind, table where, std::string_view key, std::size_t value_bytes,
                           std::uint64_t number) {
  header head{};
  head.number = number;
  head.key_bytes = static_cast<std::uint32_t>(key.size());
  head.value_bytes = static_cast<std::uint32_t>(value_bytes);
  head.kind = kind;
  head.table = where;
  const auto begin = buffer_.size();
  buffer_.resize(begin + sizeof head + key.size() + value_bytes);
  std::memcpy(buffer_.data() + begin, &head, sizeof head);
  copy({buffer_.data() + begin + sizeof head, key.size()}, key);
  return {buffer_.data() + begin + sizeof head + key.size(), value_bytes};
}

}  // namespace troupe::persistence
