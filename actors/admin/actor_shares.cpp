#include "actors/admin/actor_shares.hpp"

#include "actors/admin/actor_paths.hpp"

namespace troupe::admin {

namespace {

using transport::work_mark;

constexpr std::string_view admin_path = "root/admin", auth_path = "root/auth";

double own_share(const runtime::actor_status& of, const std::vector<work_shares>& loops, double admin) {
  if (of.path == admin_path) return admin;
  const auto below = loop_of(of.path, static_cast<std::uint32_t>(loops.size()));
  const auto& loop = loops[below.value_or(0)];  // who is below no loop runs on the first one
  auto result = of.id == 0 ? 0.0 : loop.of_mark(of.id);
  if (below && is_sessions(of.path)) result += loop.sessions;
  if (below && last_part(of.path).starts_with("loop ")) result += loop.of_mark(work_mark::itself);
  return result;
}

}  // namespace

actor_shares::actor_shares(std::shared_ptr<const std::vector<work_shares>> loops, double admin,
                           const std::vector<runtime::actor_status>& all) {
  if (!loops) return;
  for (const auto& each : all) {
    if (each.path == auth_path) continue;  // detached
    const auto own = own_share(each, *loops, admin);
    for (auto path = std::string_view{each.path}; !path.empty(); path = parent_of(path))
      shares_.try_emplace(std::string{path}).first->second += own;
  }
}

std::optional<double> actor_shares::of(std::string_view path) const {
  const auto found = shares_.find(path);
  return found == shares_.end() ? std::nullopt : std::optional{found->second};
}

double share_of(const work_shares& on_its_loop, const session_place& of) noexcept {
  if (!of.seat) return 0;
  const auto* link = of.seat->link();
  const auto own = on_its_loop.of_mark(actors::mark_of(of.seat->self()));
  return link && link->mark() != work_mark::nobody ? own + on_its_loop.of_mark(link->mark()) : own;
}

}  // namespace troupe::admin
