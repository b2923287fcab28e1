#include "actors/bans/ban_desk.hpp"

#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

ban_ptr in_force(ban_ptr found) { return found && found->is_over(ban_clock()) ? nullptr : std::move(found); }

}  // namespace

void ban_desk::publish(std::shared_ptr<const ban_set> next) {
  const std::lock_guard lock{mutex_};
  any_.store(next->size() > 0, std::memory_order_release);
  set_.swap(next);
}

std::shared_ptr<const ban_set> ban_desk::set() const {
  const std::lock_guard lock{mutex_};
  return set_;
}

ban_ptr ban_desk::objection(std::string_view client_id, std::string_view user,
                            const transport::peer_address& from) const {
  if (!any()) return nullptr;
  const auto all = set();
  if (auto found = in_force(all->client(client_id))) return found;
  if (!user.empty())
    if (auto found = in_force(all->user(user))) return found;
  if (from.kind != transport::peer_address::kind::ip) return nullptr;
  return in_force(all->address(from.ip));
}

ban_ptr ban_desk::objection(const transport::peer_address& from) const {
  if (!any() || from.kind != transport::peer_address::kind::ip) return nullptr;
  return in_force(set()->address(from.ip));
}

void ban_desk::count(const standing_ban& by) const noexcept {
  refused_.fetch_add(1, std::memory_order_relaxed);
  by.refused.fetch_add(1, std::memory_order_relaxed);
}

std::int64_t ban_clock() noexcept {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace troupe::actors
