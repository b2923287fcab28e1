#include "bench/inproc/command.hpp"

#include <exception>
#include <fstream>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "bench/inproc/inproc.hpp"

namespace troupe::bench::inproc {

int run_command(int argc, char** argv) {
  CLI::App app{"Sessions by the million in one process, on links in memory", "troupe-bench inproc"};
  options what;
  std::int64_t duration = what.duration.count(), warm_up = 0, tick = what.tick.count();
  std::string json;
  app.add_option("--sessions", what.sessions, "sessions, each subscribed to a topic of its own")->capture_default_str();
  app.add_option("--rate", what.rate, "QoS 1 messages a second, one to one")->capture_default_str();
  app.add_option("--duration", duration, "seconds measured")->capture_default_str();
  app.add_option("--warm-up", warm_up, "seconds before that; 0: until every session has published once");
  app.add_option("--payload", what.payload_bytes, "bytes of a message")->capture_default_str();
  app.add_option("--loops", what.loops, "event loops; 0: one per core")->capture_default_str();
  app.add_option("--tick", tick, "microseconds between two looks at what is due")->capture_default_str();
  app.add_option("--json", json, "file for the figures");
  CLI11_PARSE(app, argc, argv);
  what.duration = std::chrono::seconds{duration};
  what.warm_up = std::chrono::seconds{warm_up};
  what.tick = std::chrono::microseconds{tick};
  try {
    auto result = run(what, [](std::string_view line) { std::cerr << line << std::endl; });
    print_table(result, std::cout);
    if (!json.empty()) {
      std::ofstream file{json};
      print_json(result, file);
      if (!file.flush()) throw std::runtime_error{"cannot write " + json};
    }
    return result.clean() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "troupe-bench: " << error.what() << std::endl;
    return 2;
  }
}

}  // namespace troupe::bench::inproc
