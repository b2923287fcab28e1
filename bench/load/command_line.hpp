#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "bench/load/plan.hpp"

namespace troupe::bench {

/// What the command line asks for.
struct request {
  bench::plan plan;
  std::string json, csv, html;      ///< files to write; empty: none
  bool quiet = false;               ///< neither progress nor table
  std::string scenario;             ///< file of stages; empty: the plan is all there is
  double scale = 1;                 ///< of connections and rates of a scenario
  std::vector<std::string> others;  ///< of a scenario: options that replace those of its stages
};

/// Where nothing is to be run: `text` is for the user, help (code 0) or what is wrong with the words.
struct usage : std::runtime_error {
  usage(const std::string& text, int exit_code) : std::runtime_error{text}, code{exit_code} {}
  int code;
};

/// `words` without the program's name. Throws usage. The plan's endpoint is resolved.
request parse_command_line(std::vector<std::string> words);

/// "1/100", "0.01", "5%". Throws usage.
double parse_scale(const std::string& text);

}  // namespace troupe::bench
