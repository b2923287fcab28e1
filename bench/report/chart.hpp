#pragma once

#include <string>
#include <utility>
#include <vector>

namespace troupe::bench {

/// One line of a chart: points from left to right.
struct curve {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

/// A line chart with axes from zero, as inline SVG.
struct chart {
  std::string title, x_name, y_name;
  bool x_logarithmic = false;
  std::vector<curve> curves;
};

std::string svg_of(const chart& of);
/// Text as it may stand in HTML.
std::string escaped(const std::string& text);

}  // namespace troupe::bench
