#include "actors/bans/ban_set.hpp"

#include <utility>

namespace troupe::actors {

namespace {

// FNV-1a: the hash of a text goes on from that of what it begins with. Keys come from operators, not from clients.
constexpr std::uint64_t hash_begin = 0xCBF29CE484222325, hash_prime = 0x100000001B3;
constexpr std::uint16_t mapped_bits = 96;

constexpr std::uint64_t one_more(std::uint64_t hash, char byte) noexcept {
  return (hash ^ static_cast<unsigned char>(byte)) * hash_prime;
}

// Not its lowest bits: those choose inside of the bucket.
constexpr std::size_t bucket_of(std::uint64_t hash) noexcept { return (hash >> 40) & 0xFF; }

}  // namespace

std::uint64_t ban_set::hash(std::string_view text) noexcept {
  auto result = hash_begin;
  for (const auto byte : text) result = one_more(result, byte);
  return result;
}

std::size_t ban_set::hash_of::operator()(const std::string& text) const noexcept { return hash(text); }

std::size_t ban_set::table_of(const ban_key& key) noexcept {
  if (key.kind == ban_kind::address) return 4;
  return (key.kind == ban_kind::client ? 0U : 2U) + (key.prefix ? 1U : 0U);
}

ban_ptr ban_set::look(const table& in, const hashed_text& text) {
  const auto& among = in.buckets[bucket_of(text.hash)];
  if (!among) return nullptr;
  const auto found = among->entries.find(text);
  return found == among->entries.end() ? nullptr : found->second;
}

ban_ptr ban_set::find(const table_ptr& exact, const table_ptr& prefixes, std::string_view text) {
  if (exact)
    if (auto found = look(*exact, {text, hash(text)})) return found;
  if (!prefixes) return nullptr;
  auto so_far = hash_begin;
  std::size_t length = 0;
  for (const auto& [wanted, count] : prefixes->lengths) {
    if (wanted > text.size()) break;
    for (; length < wanted; ++length) so_far = one_more(so_far, text[length]);
    if (auto found = look(*prefixes, {text.substr(0, wanted), so_far})) return found;
  }
  return nullptr;
}

ban_ptr ban_set::address(const transport::ip_address& of) const {
  if (!tables_[4]) return nullptr;
  std::string bytes(of.bytes.begin(), of.bytes.end());
  bytes += '\0';
  // The smallest network first: bits are cleared from the end on. An IPv4 address is in no IPv6 network.
  const auto& lengths = tables_[4]->lengths;
  for (auto at = lengths.rbegin(); at != lengths.rend(); ++at) {
    const auto bits = at->first;
    if (of.is_v4() && bits <= mapped_bits) break;
    for (std::size_t i = bits / 8; i < of.bytes.size(); ++i)
      bytes[i] =
        static_cast<char>(static_cast<unsigned char>(bytes[i]) & (i == bits / 8 ? (0xFF00U >> bits % 8) & 0xFFU : 0U));
    bytes.back() = static_cast<char>(bits);
    if (auto found = look(*tables_[4], {bytes, hash(bytes)})) return found;
  }
  return nullptr;
}

ban_ptr ban_set::at(const ban_key& key) const {
  const auto& in = tables_[table_of(key)];
  return in ? look(*in, {key.text, hash(key.text)}) : nullptr;
}

template <class T>
T& ban_set::own(std::shared_ptr<T>& shared) const {
  if (shared && shared->made_in == snapshots_) return *shared;
  shared = shared ? std::make_shared<T>(*shared) : std::make_shared<T>();
  shared->made_in = snapshots_;
  return *shared;
}

void ban_set::change(const ban_key& key, ban_ptr to) {
  auto& in = own(tables_[table_of(key)]);
  auto& entries = own(in.buckets[bucket_of(hash(key.text))]).entries;
  const auto before = entries.size();
  if (to)
    entries.insert_or_assign(key.text, std::move(to));
  else
    entries.erase(key.text);
  const auto added = entries.size() > before, removed = entries.size() < before;
  if (key.prefix && added) ++in.lengths[key.length];
  if (key.prefix && removed && --in.lengths[key.length] == 0) in.lengths.erase(key.length);
  size_ = size_ + (added ? 1 : 0) - (removed ? 1 : 0);
}

void ban_set::put(const ban_key& key, ban_ptr what) { change(key, std::move(what)); }
void ban_set::remove(const ban_key& key) { change(key, nullptr); }

std::shared_ptr<const ban_set> ban_set::snapshot() {
  std::shared_ptr<const ban_set> result{new ban_set{*this}};
  ++snapshots_;
  return result;
}

}  // namespace troupe::actors
