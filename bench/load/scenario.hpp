#pragma once

#include <string>
#include <vector>

namespace troupe::bench {

/// One run of a scenario, as the words of a command line.
struct stage {
  std::string name;
  std::vector<std::string> words;
  /// What others have published for this stage: name of a figure (see figure_of) and value, or a range of values.
  struct published_figure {
    std::string name;
    double least = 0, most = 0;
  };
  std::vector<published_figure> published;
};

struct scenario {
  std::string name;
  std::string source;  ///< where it comes from
  std::vector<stage> stages;
};

/// Reads a file of stages (bench/scenarios/). `scale` multiplies the options that the file names in `scaled`, by
/// default count, rate and connrate. Throws std::runtime_error that names the file and what is wrong with it.
scenario read_scenario(const std::string& path, double scale);

}  // namespace troupe::bench
