#define CAF_SUITE control_terminal_live_view
#include "control/terminal/live_view.hpp"

#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include <caf/test/unit_test.hpp>

using namespace troupe::control;
using namespace std::chrono_literals;

namespace {

struct closing {
  void operator()(std::FILE* of) const { std::fclose(of); }
};
using file = std::unique_ptr<std::FILE, closing>;

std::string all_of(std::FILE* from) {
  std::string result(4096, '\0');
  std::rewind(from);
  result.resize(std::fread(result.data(), 1, result.size(), from));
  return result;
}

}  // namespace

CAF_TEST(a_frame_is_drawn_over_the_one_before) {
  CAF_CHECK_EQUAL(redraw("ab\nc\n", {24, 80}), "\x1b[Hab\x1b[K\r\nc\x1b[K\x1b[J");
}

CAF_TEST(a_frame_never_scrolls_the_screen) {
  CAF_CHECK_EQUAL(redraw("abcd\ne\nf\n", {2, 3}), "\x1b[Hab…\x1b[K\r\ne\x1b[K\x1b[J");
}

CAF_TEST(frames_follow_each_other_where_there_is_no_terminal) {
  const file to{std::tmpfile()};
  auto drawn = 0;
  watch([&] { return std::to_string(++drawn) + "\n"; }, {1ms, 3}, to.get());
  CAF_CHECK_EQUAL(all_of(to.get()), "1\n\n2\n\n3\n");
  CAF_CHECK(!screen_of(to.get()));
}

CAF_TEST(an_interruption_ends_it) {
  const file to{std::tmpfile()};
  watch(
    [] {
      std::raise(SIGINT);
      return std::string{"last\n"};
    },
    {1h, 0}, to.get());
  CAF_CHECK_EQUAL(all_of(to.get()), "last\n");
}
