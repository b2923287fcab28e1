// troupe-bench: load for any MQTT broker. `troupe-bench --help` tells the rest.
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <unistd.h>

#include "bench/inproc/command.hpp"
#include "bench/load/command_line.hpp"
#include "bench/load/crew.hpp"
#include "bench/load/scenario.hpp"
#include "bench/report/figures.hpp"
#include "bench/report/html.hpp"
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

std::string number(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
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
  write(asked.html, html_of("troupe-bench " + std::string{name_of(asked.plan.what)}, {{"", asked.plan, came}}));
  if (!asked.quiet) std::fputs(table_of(asked.plan, came).c_str(), stdout);
  if (!came.ok) std::fprintf(stderr, "troupe-bench: %s\n", came.trouble.c_str());
  return came.ok ? 0 : 1;
}

/// The published figures of a stage beside those just measured.
void print_published(const stage& of, const plan& what, const outcome& came) {
  if (of.published.empty()) return;
  std::printf("  %-30s %18s %12s\n", "figure", "published", "measured");
  for (const auto& [name, least, most] : of.published) {
    const auto measured = figure_of(name, what, came);
    auto text = number(least);
    if (most != least) text += " - " + number(most);
    std::printf("  %-30s %18s %12s\n", name.c_str(), text.c_str(), measured ? number(*measured).c_str() : "-");
  }
}

std::string published_json(const stage& of) {
  std::string result = "{";
  for (const auto& [name, least, most] : of.published)
    result += (result.size() > 1 ? "," : "") + json_text(name) + ":[" + number(least) + "," + number(most) + "]";
  return result + "}";
}

/// A broker has a moment to see the connections of one stage end before the next begins.
constexpr std::chrono::seconds between_stages{2};

int run_stages(const request& asked) {
  const auto all = read_scenario(asked.scenario, asked.scale);
  if (!asked.quiet) std::printf("%s (%s), scale %g\n", all.name.c_str(), all.source.c_str(), asked.scale);
  std::string stages;
  std::vector<reported> reports;
  auto code = 0;
  for (const auto& each : all.stages) {
    if (!stages.empty()) std::this_thread::sleep_for(between_stages);
    auto words = each.words;
    words.insert(words.end(), asked.others.begin(), asked.others.end());
    const auto one = parse_command_line(words);
    if (!asked.quiet) std::printf("\n%s: %u connections\n", each.name.c_str(), one.plan.clients());
    std::fflush(stdout);
    const auto came = watch(one.plan, asked.quiet);
    if (!asked.quiet) {
      std::fputs(table_of(one.plan, came).c_str(), stdout);
      print_published(each, one.plan, came);
    }
    stages += (stages.empty() ? "" : ",\n") + std::string{"{\"name\":"} + json_text(each.name) +
              ",\"published\":" + published_json(each) + ",\"result\":" + json_of(one.plan, came) + "}";
    if (!came.ok) code = 1;
    if (!asked.html.empty()) reports.push_back({each.name, one.plan, came});
  }
  write(asked.json, "{\"scenario\":" + json_text(all.name) + ",\"source\":" + json_text(all.source) +
                      ",\"scale\":" + std::to_string(asked.scale) + ",\"stages\":[\n" + stages + "]}\n");
  if (!asked.html.empty()) write(asked.html, html_of(all.name, reports));
  return code;
}

}  // namespace

int main(int count, char** words) {
  if (count > 1 && std::string_view{words[1]} == "inproc") return inproc::run_command(count - 1, words + 1);
  try {
    const auto asked = parse_command_line({words + 1, words + count});
    return asked.scenario.empty() ? run_one(asked) : run_stages(asked);
  } catch (const usage& text) {
    std::fputs(text.what(), text.code == 0 ? stdout : stderr);
    return text.code;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "troupe-bench: %s\n", error.what());
    return 1;
  }
}
