#include "actors/durability/session_commits.hpp"

#include "actors/session/session_table.hpp"

namespace troupe::actors {

bool session_commits::apply(session::record& to, session::effects& fx) noexcept {
  const auto before = open_.what.bytes();
  journal_.of(to.durable);
  session::apply(to, fx, &journal_);
  return open_.what.bytes() != before;
}

void session_commits::wait(session_ref who, std::uint64_t until) {
  auto& with = until == open_.number ? open_ : submitted_;
  if (with.waiting.empty() || with.waiting.back() != who) with.waiting.push_back(who);
}

void session_commits::after(std::function<void()> then) {
  if (!open_.what.empty())
    open_.after.push_back(std::move(then));
  else if (under_way_)
    submitted_.after.push_back(std::move(then));
  else
    then();
}

bool session_commits::flush() {
  if (under_way_ || open_.what.empty()) return false;
  std::swap(submitted_, open_);
  open_.number = submitted_.number + 1;
  submit();
  return true;
}

// A copy: it may have to be written once more.
void session_commits::submit() {
  under_way_ = true;
  failed_ = false;
  auto copy = submitted_.what;
  desk_.commit(std::move(copy), [this](persistence::result& result) { answered(result); });
}

void session_commits::retry() {
  if (failed_) return submit();
  if (store_.full() && !under_way_)  // nothing of this loop would tell that there is room again
    desk_.commit({}, [this](persistence::result& result) { store_.note(result); });
}

void session_commits::close() {
  if (!open_.what.empty()) desk_.commit(std::exchange(open_.what, {}), [](persistence::result&) {});
}

void session_commits::answered(persistence::result& result) {
  store_.note(result);
  failed_ = result.outcome != persistence::outcome::done;
  if (failed_) return;
  under_way_ = false;
  committed_ = submitted_.number;
  submitted_.what.clear();
  // What is done now may tell more, and has it committed: the lists are the next batch's then.
  const auto waiting = std::exchange(submitted_.waiting, {});
  const auto then = std::exchange(submitted_.after, {});
  flush();
  for (const auto who : waiting)
    if (auto* seat = sessions_.find(who)) seat->committed();
  for (const auto& each : then) each();
}

}  // namespace troupe::actors
