#include "control/terminal/live_view.hpp"

#include <algorithm>
#include <csignal>

#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "control/client/failure.hpp"
#include "control/terminal/columns.hpp"

namespace troupe::control {

namespace {

constexpr std::string_view clear = "\x1b[2J", home = "\x1b[H", clear_line = "\x1b[K", clear_below = "\x1b[J";
constexpr std::string_view hide_cursor = "\x1b[?25l";
constexpr const char* show_cursor = "\x1b[?25h\r\n";

volatile std::sig_atomic_t interrupted = 0;

/// While it lives, the two signals set `interrupted`; the second one of a kind ends the program, for a call in progress
/// does not see the flag.
class interruptions {
public:
  interruptions() {
    struct sigaction act {};
    act.sa_handler = [](int) { interrupted = 1; };
    act.sa_flags = static_cast<int>(SA_RESETHAND);
    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, &before_[0]);
    sigaction(SIGTERM, &act, &before_[1]);
  }
  ~interruptions() {
    sigaction(SIGINT, &before_[0], nullptr);
    sigaction(SIGTERM, &before_[1], nullptr);
  }
  interruptions(const interruptions&) = delete;
  interruptions& operator=(const interruptions&) = delete;

private:
  struct sigaction before_[2]{};
};

/// Slices, so that a signal that came just before one is seen at its end.
void wait(std::chrono::milliseconds how_long) {
  using clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds slice{100};
  const auto end = clock::now() + how_long;
  while (interrupted == 0) {
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(end - clock::now());
    if (left.count() <= 0) return;
    const timespec next{0, std::min<long>(static_cast<long>(left.count()), slice.count() * 1'000'000)};
    nanosleep(&next, nullptr);
  }
}

void write(std::string_view text, std::FILE* to) {
  if (std::fwrite(text.data(), 1, text.size(), to) != text.size() || std::fflush(to) != 0)
    throw failure{"the output cannot be written"};
}

}  // namespace

std::optional<screen> screen_of(std::FILE* of) {
  winsize size{};
  if (isatty(fileno(of)) == 0) return {};
  if (ioctl(fileno(of), TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return screen{24, 80};
  return screen{size.ws_row, size.ws_col};
}

std::string redraw(std::string_view frame, const screen& on) {
  std::string result{home};
  for (std::size_t row = 0; row < on.rows && !frame.empty(); ++row) {
    const auto end = frame.find('\n');
    if (row != 0) result += "\r\n";
    result += cut(frame.substr(0, end), on.columns);
    result += clear_line;
    frame = end == std::string_view::npos ? std::string_view{} : frame.substr(end + 1);
  }
  return result += clear_below;
}

void watch(const std::function<std::string()>& frame, const watching& how, std::FILE* to) {
  const interruptions until;
  const bool terminal = !how.appends && screen_of(to).has_value();
  struct cursor {
    std::FILE* of;
    ~cursor() {
      if (of) std::fputs(show_cursor, of);
    }
  } const restored{terminal ? to : nullptr};
  if (terminal) write(std::string{hide_cursor} + std::string{clear}, to);
  for (std::uint64_t drawn = 1; interrupted == 0; ++drawn) {
    const auto text = frame();
    if (const auto size = screen_of(to); size && terminal)
      write(redraw(text, *size), to);
    else
      write((drawn == 1 || how.appends ? "" : "\n") + text, to);
    if (drawn == how.frames_max) return;
    wait(how.interval);
  }
}

}  // namespace troupe::control
