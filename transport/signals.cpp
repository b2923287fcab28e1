#include "transport/signals.hpp"

#include <cerrno>
#include <csignal>
#include <system_error>

#include <sys/signalfd.h>
#include <unistd.h>

namespace troupe::transport {

signals::signals(std::initializer_list<int> numbers) {
  sigset_t set;
  sigemptyset(&set);
  for (const auto number : numbers) sigaddset(&set, number);
  if (const auto error = pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0)
    throw std::system_error{error, std::system_category(), "pthread_sigmask"};
  fd_ = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (fd_ < 0) throw std::system_error{errno, std::system_category(), "signalfd"};
}

signals::~signals() {
  stop();
  ::close(fd_);
}

void signals::watch(reactor& on, std::function<void(int)> then) {
  watch_.emplace(on, fd_, [this, then = std::move(then)] {
    signalfd_siginfo what{};
    if (::read(fd_, &what, sizeof what) == sizeof what) then(static_cast<int>(what.ssi_signo));
  });
}

}  // namespace troupe::transport
