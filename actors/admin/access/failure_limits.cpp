#include "actors/admin/access/failure_limits.hpp"

#include <algorithm>
#include <tuple>

#include <boost/asio/ip/address.hpp>

#include "actors/admin/access/account_book.hpp"

namespace troupe::admin {

namespace {

/// What an address is counted under.
std::string network_of(std::string_view text) {
  boost::system::error_code failed;
  const auto address = boost::asio::ip::make_address(std::string{text}, failed);
  if (failed) return std::string{text};
  if (address.is_v4()) return address.to_string();
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_string();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return boost::asio::ip::address_v6{bytes}.to_string();
}

/// No user has a longer name; what does not exist needs no entries of its own.
std::string_view clipped(std::string_view user) { return user.substr(0, name_characters_max * 4); }

}  // namespace

failure_table::clock::duration failure_table::delay(std::string_view key, clock::time_point now) const {
  const auto at = entries_.find(key);
  return at == entries_.end() ? clock::duration{} : std::max(clock::duration{}, at->second.blocked_until - now);
}

void failure_table::failed(std::string_view key, clock::time_point now) {
  auto at = entries_.find(key);
  if (at != entries_.end() && now - at->second.last >= forgotten_after) at->second = {};
  if (at == entries_.end()) {
    make_room(now);
    at = entries_.emplace(key, entry{}).first;
  }
  auto& counted = at->second;
  ++counted.failures;
  counted.last = now;
  if (counted.failures < free_failures) return;
  const auto doublings = std::min(counted.failures - free_failures, 16U);
  counted.blocked_until = now + std::min(delay_min * (1 << doublings), delay_max);
}

void failure_table::take_back(std::string_view key, clock::time_point now) {
  const auto at = entries_.find(key);
  if (at == entries_.end()) return;
  at->second.blocked_until = now;
  if (--at->second.failures == 0) entries_.erase(at);
}

void failure_table::forget(std::string_view key) {
  if (const auto at = entries_.find(key); at != entries_.end()) entries_.erase(at);
}

void failure_table::make_room(clock::time_point now) {
  if (entries_.size() < entries_max) return;
  std::erase_if(entries_, [&](const auto& each) { return now - each.second.last >= forgotten_after; });
  if (entries_.size() < entries_max) return;
  // Not simply the oldest: whoever guesses one user's password would invent names until that user's failures are gone.
  entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.second.failures, a.second.last) < std::tie(b.second.failures, b.second.last);
  }));
}

std::optional<std::chrono::seconds> failure_limits::attempt(std::string_view address, std::string_view user) {
  const auto now = around_.steady();
  const auto network = network_of(address);
  const auto wait = std::max(addresses_.delay(network, now), users_.delay(clipped(user), now));
  if (wait > wait.zero()) return std::chrono::ceil<std::chrono::seconds>(wait);
  addresses_.failed(network, now);
  users_.failed(clipped(user), now);
  return std::nullopt;
}

void failure_limits::succeeded(std::string_view address, std::string_view user) {
  // The address keeps its other failures: they may be guesses at other users.
  addresses_.take_back(network_of(address), around_.steady());
  users_.forget(clipped(user));
}

}  // namespace troupe::admin
