#include "actors/admin/history/event_record.hpp"

#include <cstring>

namespace troupe::admin {

namespace {

constexpr std::uint8_t kind_bits = 0x3F;
constexpr std::uint8_t has_reason_code = 0x40;
constexpr std::uint8_t has_close_code = 0x80;

}  // namespace

std::size_t write_record(const event_view& what, std::uint32_t client_hash, std::span<std::byte> to) noexcept {
  const std::array texts = {what.client, what.actor, what.address, what.listener, what.text, what.by};
  event_record header;
  header.at = what.at.count();
  header.client_hash = client_hash;
  header.close_code = what.close_code.value_or(0);
  header.reason_code = what.reason_code.value_or(0);
  header.kind_and_flags =
    static_cast<std::uint8_t>(static_cast<unsigned>(what.kind) | (what.reason_code ? has_reason_code : 0u) |
                              (what.close_code ? has_close_code : 0u));
  auto end = sizeof header;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    header.lengths[i] = static_cast<std::uint16_t>(texts[i].size());
    if (!texts[i].empty()) std::memcpy(to.data() + end, texts[i].data(), texts[i].size());
    end += texts[i].size();
  }
  std::memcpy(to.data(), &header, sizeof header);
  return end;
}

event_record read_header(const std::byte* from) noexcept {
  event_record header;
  std::memcpy(&header, from, sizeof header);
  return header;
}

void write_back(std::byte* record, std::uint32_t back) noexcept {
  std::memcpy(record + offsetof(event_record, back), &back, sizeof back);
}

event_view read_record(const std::byte* from, std::uint64_t id) noexcept {
  const auto header = read_header(from);
  event_view result;
  result.id = id;
  result.at = since_1970{header.at};
  result.kind = static_cast<event_kind>(header.kind_and_flags & kind_bits);
  if (header.kind_and_flags & has_reason_code) result.reason_code = header.reason_code;
  if (header.kind_and_flags & has_close_code) result.close_code = header.close_code;
  const auto* text = reinterpret_cast<const char*>(from + sizeof header);
  const std::array texts = {&result.client, &result.actor, &result.address, &result.listener, &result.text, &result.by};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    *texts[i] = {text, header.lengths[i]};
    text += header.lengths[i];
  }
  return result;
}

}  // namespace troupe::admin
