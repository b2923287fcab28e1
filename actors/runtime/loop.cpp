#include "actors/runtime/loop.hpp"

#include <pthread.h>

#include <caf/all.hpp>

#include "config/log.hpp"

namespace troupe::runtime {

namespace {

/// Messages one seat handles before the next one has its turn.
constexpr std::size_t mail_per_round = 64;
/// How long sockets are served in one turn, as actors are after them.
constexpr std::chrono::microseconds io_slice{25};
constexpr std::size_t job_throughput = 64;
/// Turns of other loops that are run before one's own sockets are looked at again.
constexpr int helps_per_turn = 4;

}  // namespace

thread_local loop* loop::current_ = nullptr;

loop::loop(caf::actor_system& system, std::uint32_t index)
  : event_loop{&system},
    index_{index},
    now_{node_clock::now()},
    seats_{seat{*this}, seat{*this}, seat{*this}, seat{*this}, seat{*this}},
    thread_id_{std::this_thread::get_id()} {}

loop::~loop() { stop(); }

void loop::start() {
  thread_id_ = std::thread::id{};  // what this thread sends from now on comes from elsewhere
  thread_ = std::thread{[this] { run(); }};
}

void loop::stop() {
  stopping_ = true;
  reactor_.wake();
  if (thread_.joinable()) thread_.join();
}

std::chrono::nanoseconds loop::processor_time() const noexcept {
  timespec used{};
  const auto clock = processor_clock_.load();
  if (clock == no_clock || ::clock_gettime(clock, &used) != 0) return {};
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

void loop::run() {
  current_ = this;
  if (clockid_t clock{}; ::pthread_getcpuclockid(::pthread_self(), &clock) == 0) processor_clock_ = clock;
  auto more = false;
  while (!stopping_) {
    try {
      reactor_.wait(more ? std::chrono::nanoseconds{} : std::chrono::nanoseconds::max());
      const auto started = now_ = reactor_.woke_at();
      {
        const transport::at_work serving{mark(), transport::work_mark::itself};
        more = reactor_.serve(started + io_slice);
      }
      more |= turn();
      more = serve_others(more);
      longest_turn_ = std::max(longest_turn_.load(), node_clock::now() - started);
    } catch (const std::exception& error) {  // sockets, timers and tasks are outside of CAF's guard
      log::error("node", "loop {}: {}", index_, error.what());
      more = true;
    }
  }
  serve_others(true);
  processor_clock_ = no_clock;
  current_ = nullptr;
}

// -- other loops ----------------------------------------------------------------------------------------------------

/// A loop that runs sees to it at the end of its turn; all others at once.
void loop::ask() noexcept {
  if (!reactor_.ask()) return;
  if (current_ != nullptr)
    current_->owed_.push_back(this);
  else
    reactor_.rouse();
}

/// Does the work of those that sleep, or wakes them where there is enough to do for both. Returns whether this loop has
/// work itself.
bool loop::serve_others(bool busy) {
  for (auto helps = 0; !owed_.empty();) {
    auto& other = *owed_.back();
    owed_.pop_back();
    if (busy || helps == helps_per_turn || !other.reactor_.borrow()) {
      other.reactor_.rouse();
      continue;
    }
    ++helps;
    const auto more = help(other);
    other.reactor_.give_back();
    if (more || other.stopping_) other.reactor_.rouse();      // its turn may have taken the word of who stops it
    if (owed_.empty() && reactor_.is_woken()) busy = turn();  // what it has answered
  }
  return busy;
}

/// One turn of a loop that was borrowed. What that loop owes to others becomes ours.
bool loop::help(loop& sleeping) noexcept {
  current_ = &sleeping;
  auto more = true;
  try {
    more = sleeping.turn();
  } catch (const std::exception& error) {
    log::error("node", "loop {}: {}", sleeping.index_, error.what());
  }
  current_ = this;
  std::ranges::copy_if(sleeping.owed_, std::back_inserter(owed_), [this](auto* each) { return each != this; });
  sleeping.owed_.clear();
  return more;
}

// -- a turn ---------------------------------------------------------------------------------------------------------

bool loop::turn(std::chrono::nanoseconds slice) {
  const transport::at_work working{mark(), transport::work_mark::itself};
  const auto begun = node_clock::now();
  now_ = set_time_ == time_point{} ? begun : set_time_;
  const auto until = begun + slice;
  auto more = true;
  while (more) {
    take_foreign();
    more = dispatch_mail();
    more |= run_jobs();
    if (gather_) more |= gather_();
    if (node_clock::now() >= until) break;
  }
  if (flush_) more |= flush_();
  return more || !jobs_.empty();
}

void loop::exec_later(caf::resumable* job) {
  if (in_this_thread()) {
    jobs_.push_back(job);
    return;
  }
  {
    std::lock_guard guard{foreign_mutex_};
    foreign_jobs_.push_back(job);
  }
  ask();
}

void loop::post(role to, caf::mailbox_element_ptr mail, mail_class urgency) {
  if (in_this_thread()) {
    seat_of(to).push(std::move(mail), urgency);
    return;
  }
  {
    std::lock_guard guard{foreign_mutex_};
    foreign_mail_.push_back({to, urgency, std::move(mail)});
  }
  ask();
}

void loop::run_soon(std::function<void()> task) {
  {
    std::lock_guard guard{foreign_mutex_};
    foreign_tasks_.push_back(std::move(task));
  }
  ask();
}

void loop::take_foreign() {
  if (!reactor_.was_woken()) return;
  {
    std::lock_guard guard{foreign_mutex_};
    taken_mail_.swap(foreign_mail_);
    taken_jobs_.swap(foreign_jobs_);
    taken_tasks_.swap(foreign_tasks_);
  }
  for (auto& each : taken_mail_) seat_of(each.to).push(std::move(each.mail), each.urgency);
  jobs_.insert(jobs_.end(), taken_jobs_.begin(), taken_jobs_.end());
  taken_mail_.clear();
  taken_jobs_.clear();
  if (!taken_tasks_.empty()) run_tasks();
}

void loop::run_tasks() {
  for (auto& task : std::exchange(taken_tasks_, {})) try {
      task();
    } catch (const std::exception& error) {
      log::error("node", "loop {}: {}", index_, error.what());
    }
}

bool loop::dispatch_mail() {
  auto more = false;
  for (auto& seat : seats_) more |= seat.dispatch(mail_per_round);
  // A seat may have got mail from one that came after it.
  return more || std::ranges::any_of(seats_, [](auto& seat) { return seat.dispatch(0); });
}

bool loop::run_jobs() {
  auto count = jobs_.size();
  while (count-- > 0) {
    auto* job = jobs_.front();
    jobs_.pop_front();
    run_job(job);
  }
  return !jobs_.empty();
}

void loop::run_job(caf::resumable* job) {
  switch (job->resume(this, job_throughput)) {
    case caf::resumable::resume_later: jobs_.push_back(job); break;
    case caf::resumable::done:
    case caf::resumable::awaiting_message:
      caf::intrusive_ptr_release(job);  // enqueue() added it before exec_later()
      break;
    case caf::resumable::shutdown_execution_unit: break;
  }
}

}  // namespace troupe::runtime
