#include "config/new_password.hpp"

#include <cstdio>
#include <iterator>

#include <signal.h>
#include <termios.h>
#include <unistd.h>

namespace troupe::config {

namespace {

constexpr std::size_t password_bytes_max = 65'535;  // MQTT's Binary Data has no more

/// Takes the echo off the terminal as long as it lives. A signal that would end the process ends the reading instead,
/// so that the echo comes back.
class quiet_terminal {
public:
  quiet_terminal() {
    struct sigaction interrupt {};
    interrupt.sa_handler = [](int) {};  // and no SA_RESTART
    for (std::size_t i = 0; i < std::size(signals_); ++i) sigaction(signals_[i], &interrupt, &handlers_[i]);
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    auto quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~quiet_terminal() {
    if (changed_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    for (std::size_t i = 0; i < std::size(signals_); ++i) sigaction(signals_[i], &handlers_[i], nullptr);
  }
  quiet_terminal(const quiet_terminal&) = delete;
  quiet_terminal& operator=(const quiet_terminal&) = delete;

private:
  static constexpr int signals_[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  struct sigaction handlers_[std::size(signals_)]{};
  termios before_{};
  bool changed_ = false;
};

/// The next line of standard input, byte by byte: nothing behind it is taken. Nothing at its end and
/// after a signal.
std::optional<std::string> read_line() {
  std::string line;
  char next = 0;
  for (;;) {
    const auto got = read(STDIN_FILENO, &next, 1);
    if (got < 0 || (got == 0 && line.empty())) return std::nullopt;
    if (got <= 0 || next == '\n' || line.size() > password_bytes_max) break;
    line += next;
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::optional<std::string> ask(const char* prompt) {
  std::fputs(prompt, stderr);
  auto line = read_line();
  std::fputc('\n', stderr);
  return line;
}

}  // namespace

std::optional<std::string> read_new_password(std::string& why) {
  const bool terminal = isatty(STDIN_FILENO) == 1;
  std::optional<std::string> password, again;
  if (terminal) {
    quiet_terminal quiet;
    password = ask("Password: ");
    if (password) again = ask("Again: ");
  } else {
    password = again = read_line();
  }
  if (!password || password->empty())
    why = "no password was given";
  else if (password != again)
    why = "the two passwords differ";
  else if (password->size() > password_bytes_max)
    why = "MQTT passwords have at most 65535 bytes";
  return why.empty() ? password : std::nullopt;
}

}  // namespace troupe::config
