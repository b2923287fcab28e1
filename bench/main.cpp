// troupe-bench: load for any MQTT broker. `troupe-bench --help` tells the rest.
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

#include "bench/load/command_line.hpp"
#include "bench/load/crew.hpp"
#include "bench/report/json.hpp"
#include "bench/report/table.hpp"

namespace {

using namespace troupe::bench;

void write(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  std::ofstream to{path};
  to << text;
  to.close();
  if (!to) throw std::runtime_error{path + " cannot be written"};
}

/// One line that is rewritten, on a terminal only.
outcome watch(const plan& what, bool quiet) {
  const auto terminal = !quiet && isatty(STDERR_FILENO) != 0;
  auto came = carry_out(what, [&](const progress& at) {
    if (terminal) std::fprintf(stderr, "\r\033[K%s", line_of(what, at).c_str());
  });
  if (terminal) std::fprintf(stderr, "\r\033[K");
  return came;
}

int run_one(const request& asked) {
  const auto came = watch(asked.plan, asked.quiet);
  write(asked.json, json_of(asked.plan, came) + "\n");
  write(asked.csv, csv_of(came));
  if (!asked.quiet) std::fputs(table_of(asked.plan, came).c_str(), stdout);
  if (!came.ok) std::fprintf(stderr, "troupe-bench: %s\n", came.trouble.c_str());
  return came.ok ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  try {
    return run_one(parse_command_line({words + 1, words + count}));
  } catch (const usage& text) {
    std::fputs(text.what(), text.code == 0 ? stdout : stderr);
    return text.code;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "troupe-bench: %s\n", error.what());
    return 1;
  }
}
