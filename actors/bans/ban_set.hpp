#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "actors/bans/ban.hpp"
#include "transport/address.hpp"

namespace troupe::actors {

/// All bans at one time. Looking up costs one step for each byte of an id or name, or one for each length of network
/// that is banned, however many bans there are. What snapshot() gives is never changed, and shares all but a few
/// hundred entries with the one after it.
class ban_set {
public:
  ban_set() = default;
  ban_set(ban_set&&) = default;
  ban_set& operator=(ban_set&&) = default;

  /// In place of the one with the same key.
  void put(const ban_key& key, ban_ptr what);
  void remove(const ban_key& key);
  /// What it holds now, for any thread.
  std::shared_ptr<const ban_set> snapshot();

  /// Whatever bans it, or null. Bans that are over count until they are taken out.
  ban_ptr client(std::string_view id) const { return find(tables_[0], tables_[1], id); }
  ban_ptr user(std::string_view name) const { return find(tables_[2], tables_[3], name); }
  ban_ptr address(const transport::ip_address& of) const;
  /// The ban with exactly this key.
  ban_ptr at(const ban_key& key) const;

  std::size_t size() const noexcept { return size_; }
  /// False: address() would find nothing, whatever it is asked.
  bool any_address() const noexcept { return tables_[4] && !tables_[4]->lengths.empty(); }

private:
  struct hashed_text {
    std::string_view text;
    std::uint64_t hash;
  };
  struct hash_of {
    using is_transparent = void;
    std::size_t operator()(const std::string& text) const noexcept;
    std::size_t operator()(const hashed_text& text) const noexcept { return text.hash; }
  };
  struct same_text {
    using is_transparent = void;
    bool operator()(const std::string& a, const std::string& b) const noexcept { return a == b; }
    bool operator()(const hashed_text& a, const std::string& b) const noexcept { return a.text == b; }
    bool operator()(const std::string& a, const hashed_text& b) const noexcept { return a == b.text; }
  };
  struct bucket {
    std::unordered_map<std::string, ban_ptr, hash_of, same_text> entries;
    std::uint64_t made_in = 0;  ///< what was made since the last snapshot is nobody else's, and changed in place
  };
  struct table {
    std::array<std::shared_ptr<bucket>, 256> buckets;
    std::map<std::uint16_t, std::uint32_t> lengths;  ///< of its prefixes: how many have it
    std::uint64_t made_in = 0;
  };
  using table_ptr = std::shared_ptr<table>;

  ban_set(const ban_set&) = default;

  static std::uint64_t hash(std::string_view text) noexcept;
  static std::size_t table_of(const ban_key& key) noexcept;
  static ban_ptr look(const table& in, const hashed_text& text);
  static ban_ptr find(const table_ptr& exact, const table_ptr& prefixes, std::string_view text);
  void change(const ban_key& key, ban_ptr to);
  template <class T>
  T& own(std::shared_ptr<T>& shared) const;

  std::array<table_ptr, 5> tables_;  ///< ids, prefixes of ids, names, prefixes of names, networks; null: empty
  std::size_t size_ = 0;
  std::uint64_t snapshots_ = 0;
};

}  // namespace troupe::actors
