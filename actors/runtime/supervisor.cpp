#include "actors/runtime/supervisor.hpp"

#include <caf/all.hpp>

#include "config/log.hpp"

namespace troupe::runtime {

namespace {

bool is_failure(const caf::error& reason) {
  return reason && reason != caf::exit_reason::normal && reason != caf::exit_reason::user_shutdown;
}

}  // namespace

caf::behavior supervisor(supervisor_actor* self, supervisor_spec spec, actor_tree* tree) {
  self->set_down_handler([=](caf::down_msg& down) { self->state.child_down(down); });
  self->set_exit_handler([=](caf::exit_msg& exit) { self->state.shut_down(std::move(exit.reason)); });
  self->state.begin(std::move(spec), tree);
  // A supervisor lives by its down and exit handlers alone; CAF ends an actor without a behaviour.
  return {[](caf::unit_t) {}};
}

void supervisor_state::begin(supervisor_spec spec, actor_tree* tree) {
  spec_ = std::move(spec);
  tree_ = tree;
  intensity_ = restart_intensity{spec_.restarts_max, spec_.window};
  for (auto& each : spec_.children) children_.push_back({each, nullptr});
  start_missing();
}

void supervisor_state::start(child& which) {
  which.handle = which.spec.start();
  self_->monitor(which.handle);
  tree_->started(path_of(which), which.handle, self_->loop().now());
}

void supervisor_state::start_missing() {
  for (auto& each : children_)
    if (!each.handle && !each.retired) start(each);
}

bool supervisor_state::group_is_ending() const { return std::ranges::any_of(children_, &child::ending); }

void supervisor_state::child_down(const caf::down_msg& down) {
  auto gone = std::ranges::find_if(children_, [&](const child& c) { return c.handle && c.handle == down.source; });
  if (gone == children_.end()) return;
  gone->handle = nullptr;
  if (ending_) {
    tree_->stopped(path_of(*gone), self_->loop().now());
    end_last_running();
  } else if (gone->ending) {
    gone->ending = false;
    gone->retired = gone->spec.restart == restart::temporary;
    if (!group_is_ending()) start_missing();
  } else {
    child_failed(static_cast<std::size_t>(gone - children_.begin()), down.reason);
  }
}

void supervisor_state::child_failed(std::size_t index, const caf::error& reason) {
  auto& failed = children_[index];
  auto again =
    failed.spec.restart == restart::permanent || (failed.spec.restart == restart::transient && is_failure(reason));
  if (!again) {
    failed.retired = true;
    tree_->stopped(path_of(failed), self_->loop().now());
    return;
  }
  const auto wished = is_restart_wish(reason);
  if (wished)
    log::info("supervisor", "{} is {}", path_of(failed), describe(reason));
  else
    log::error("supervisor", "{} ended: {}; it is restarted", path_of(failed), describe(reason));
  tree_->failed(path_of(failed), describe(reason), self_->loop().now());
  if (!wished && intensity_.exceeded_by_one_more(self_->loop().now()))
    give_up(reason);
  else
    end_group_of(index);
}

void supervisor_state::end_group_of(std::size_t index) {
  auto first = spec_.strategy == strategy::one_for_one    ? children_.size()
               : spec_.strategy == strategy::rest_for_one ? index + 1
                                                          : 0;
  for (auto i = children_.size(); i-- > first;) {
    if (!children_[i].handle || children_[i].ending) continue;
    children_[i].ending = true;
    self_->send_exit(children_[i].handle, caf::exit_reason::user_shutdown);
  }
  if (!group_is_ending()) start_missing();
}

void supervisor_state::give_up(const caf::error& reason) {
  log::error("supervisor", "{} gives up: more than {} restarts within {} ms; the last cause was: {}", spec_.path,
             spec_.restarts_max, spec_.window.count(), describe(reason));
  shut_down(caf::make_error(caf::sec::runtime_error, spec_.path + " gave up restarting its children"));
}

void supervisor_state::shut_down(caf::error reason) {
  if (ending_) return;
  ending_ = true;
  exit_reason_ = std::move(reason);
  end_last_running();
}

// Children end one after the other, the last started first.
void supervisor_state::end_last_running() {
  for (auto i = children_.size(); i-- > 0;) {
    if (!children_[i].handle) continue;
    self_->send_exit(children_[i].handle, caf::exit_reason::user_shutdown);
    return;
  }
  self_->quit(exit_reason_);
}

}  // namespace troupe::runtime
