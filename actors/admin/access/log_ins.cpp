#include "actors/admin/access/log_ins.hpp"

#include <algorithm>

#include "actors/admin/access/secrets.hpp"

namespace troupe::admin {

std::optional<log_ins::begun> log_ins::begin(std::string_view user) {
  auto cookie = new_secret(around_), csrf = new_secret(around_);
  if (!cookie || !csrf) return std::nullopt;
  make_room();
  const auto now = around_.steady();
  sessions_.insert_or_assign(key_of(*cookie), session{std::string{user}, *csrf, now, now});
  return begun{*std::move(cookie), *std::move(csrf)};
}

std::string log_ins::key_of(std::string_view cookie) { return digest(cookie); }

const log_ins::session* log_ins::find(std::string_view key) {
  const auto at = sessions_.find(std::string{key});
  if (at == sessions_.end()) return nullptr;
  if (!over(at->second)) return &at->second;
  sessions_.erase(at);
  return nullptr;
}

const log_ins::session* log_ins::seen(std::string_view key) {
  if (!find(key)) return nullptr;
  auto& found = sessions_.at(std::string{key});
  found.last_seen = around_.steady();
  return &found;
}

void log_ins::end(std::string_view key) { sessions_.erase(std::string{key}); }

void log_ins::end_all_of(std::string_view user) {
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.user == user; });
}

bool log_ins::over(const session& which) const {
  const auto now = around_.steady();
  return now - which.last_seen >= idle_max || now - which.began >= lifetime_max;
}

void log_ins::make_room() {
  if (sessions_.size() < sessions_max) return;
  std::erase_if(sessions_, [&](const auto& entry) { return over(entry.second); });
  if (sessions_.size() < sessions_max) return;
  sessions_.erase(std::min_element(sessions_.begin(), sessions_.end(), [](const auto& a, const auto& b) {
    return a.second.last_seen < b.second.last_seen;
  }));
}

}  // namespace troupe::admin
