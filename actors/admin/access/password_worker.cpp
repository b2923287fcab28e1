#include "actors/admin/access/password_worker.hpp"

#include "actors/admin/background_thread.hpp"

namespace troupe::admin {

password_worker::password_worker(boost::asio::io_context& answers) : answers_{answers}, thread_{[this] { run(); }} {}

password_worker::~password_worker() {
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

bool password_worker::full() const {
  const std::lock_guard lock{mutex_};
  return waiting_.size() >= waiting_max;
}

bool password_worker::push(std::function<void()> job) {
  {
    const std::lock_guard lock{mutex_};
    if (waiting_.size() >= waiting_max) return false;
    waiting_.push_back(std::move(job));
  }
  changed_.notify_one();
  return true;
}

void password_worker::run() {
  come_behind_loops();
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (ending_) return;
      job = std::move(waiting_.front());
      waiting_.pop_front();
    }
    job();
  }
}

}  // namespace troupe::admin
