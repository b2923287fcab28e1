#include "actors/runtime/loop.hpp"

#include <system_error>

#include <boost/asio/post.hpp>
#include <caf/all.hpp>
#include <sys/eventfd.h>

#include "config/log.hpp"

namespace troupe::runtime {

namespace {

/// Messages one seat handles before the next one has its turn.
constexpr std::size_t mail_per_round = 64;
/// How long sockets, and then actors, are served in one turn when there is no end to their work: what one client asks
/// for must not hold up what was written for another.
constexpr std::chrono::microseconds io_slice{25};
constexpr std::chrono::microseconds actors_slice{50};
constexpr std::size_t job_throughput = 64;

int new_eventfd() {
  auto result = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (result < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
  return result;
}

}  // namespace

loop::loop(caf::actor_system& system, std::uint32_t index)
  : event_loop{&system},
    index_{index},
    work_{io_.get_executor()},
    now_{node_clock::now()},
    seats_{seat{*this}, seat{*this}, seat{*this}, seat{*this}},
    thread_id_{std::this_thread::get_id()},
    wake_up_{io_, new_eventfd()} {
  await_wake();
}

loop::~loop() { stop(); }

void loop::start() {
  thread_ = std::thread{[this] { run(); }};
}

void loop::stop() {
  stopping_ = true;
  boost::asio::post(io_, [] {});
  if (thread_.joinable()) thread_.join();
}

void loop::run() {
  thread_id_ = std::this_thread::get_id();
  auto more = false;
  while (!stopping_) {
    try {
      if (!more) io_.run_one();
      auto started = node_clock::now();
      now_ = started;
      more = serve_io(started + io_slice);
      more |= turn();
      longest_turn_ = std::max(longest_turn_.load(), node_clock::now() - started);
    } catch (const std::exception& error) {  // handlers of Asio are outside of CAF's guard
      log::error("node", "loop {}: {}", index_, error.what());
    }
  }
}

bool loop::serve_io(time_point until) {
  while (io_.poll_one() != 0)
    if (node_clock::now() >= until) return true;
  return false;
}

bool loop::turn() {
  now_ = node_clock::now();
  const auto until = now_ + actors_slice;
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
  wake();
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
  wake();
}

void loop::run_soon(std::function<void()> task) { boost::asio::post(io_, std::move(task)); }

// One wake-up serves everything that arrives until the loop has looked. Not by boost::asio::post: that allocates, and
// makes its system call under the mutex which the woken thread wants first of all.
void loop::wake() noexcept {
  if (!wake_pending_.exchange(true)) eventfd_write(wake_up_.native_handle(), 1);
}

void loop::await_wake() {
  wake_up_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](boost::system::error_code error) {
    if (error) return;
    eventfd_t count = 0;
    eventfd_read(wake_up_.native_handle(), &count);
    await_wake();
  });
}

void loop::take_foreign() {
  if (!wake_pending_.load()) return;
  wake_pending_ = false;
  {
    std::lock_guard guard{foreign_mutex_};
    taken_mail_.swap(foreign_mail_);
    taken_jobs_.swap(foreign_jobs_);
  }
  for (auto& each : taken_mail_) seat_of(each.to).push(std::move(each.mail), each.urgency);
  jobs_.insert(jobs_.end(), taken_jobs_.begin(), taken_jobs_.end());
  taken_mail_.clear();
  taken_jobs_.clear();
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
