#include "bench/report/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace troupe::bench {

namespace {

constexpr double width = 560, height = 240, left = 64, right = 12, top = 28, bottom = 40;
constexpr std::array<const char*, 4> colours{"#2b6cb0", "#c05621", "#2f855a", "#6b46c1"};

std::string number(double value) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.4g", value);
  return text.data();
}

/// From values to places on the page.
struct frame {
  double x_least, x_most, y_most;
  bool logarithmic;

  double along(double x) const { return logarithmic ? std::log10(std::max(x, x_least)) : x; }
  double column(double x) const {
    const auto first = along(x_least), span = std::max(1e-9, along(x_most) - first);
    return left + (along(x) - first) / span * (width - left - right);
  }
  double row(double y) const { return height - bottom - y / y_most * (height - top - bottom); }
};

frame frame_of(const chart& of) {
  frame result{1e300, 1e-300, 1e-300, of.x_logarithmic};
  for (const auto& each : of.curves)
    for (const auto& [x, y] : each.points) {
      result.x_least = std::min(result.x_least, x);
      result.x_most = std::max(result.x_most, x);
      result.y_most = std::max(result.y_most, y);
    }
  return result;
}

/// A step of 1, 2 or 5 times a power of ten that cuts `span` into about five.
double step_of(double span) {
  const auto power = std::pow(10, std::floor(std::log10(span / 5)));
  const auto digits = span / 5 / power;
  return power * (digits < 1.5 ? 1 : digits < 3.5 ? 2 : digits < 7.5 ? 5 : 10);
}

std::vector<double> ticks(double least, double most, bool logarithmic) {
  std::vector<double> result;
  if (logarithmic) {
    for (auto power = std::ceil(std::log10(least)); power <= std::log10(most); ++power)
      result.push_back(std::pow(10, power));
    return result;
  }
  const auto step = step_of(std::max(most - least, 1e-9));
  for (auto at = std::ceil(least / step) * step; at <= most * 1.0001 && result.size() < 20; at += step)
    result.push_back(at);
  return result;
}

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
  return "<text x='" + number(x) + "' y='" + number(y) + "' text-anchor='" + anchor + "'>" + escaped(text) + "</text>";
}

std::string line(double x1, double y1, double x2, double y2) {
  return "<line x1='" + number(x1) + "' y1='" + number(y1) + "' x2='" + number(x2) + "' y2='" + number(y2) + "'/>";
}

std::string axes(const chart& of, const frame& in) {
  auto result = line(left, height - bottom, width - right, height - bottom) + line(left, top, left, height - bottom);
  for (const auto x : ticks(in.x_least, in.x_most, in.logarithmic))
    result += line(in.column(x), height - bottom, in.column(x), height - bottom + 4) +
              text_at(in.column(x), height - bottom + 16, "middle", number(x));
  for (const auto y : ticks(0, in.y_most, false))
    result += line(left - 4, in.row(y), left, in.row(y)) + text_at(left - 7, in.row(y) + 4, "end", number(y));
  return result + text_at((left + width) / 2, height - 6, "middle", of.x_name) + text_at(4, 24, "start", of.y_name);
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string result;
  for (const auto each : text) {
    if (each == '<')
      result += "&lt;";
    else if (each == '&')
      result += "&amp;";
    else if (each == '\'' || each == '"')
      result += "&quot;";
    else
      result += each;
  }
  return result;
}

std::string svg_of(const chart& of) {
  const auto in = frame_of(of);
  std::string result = "<figure><figcaption>" + escaped(of.title) + "</figcaption><svg viewBox='0 0 " + number(width) +
                       " " + number(height) + "' role='img'>" + axes(of, in);
  for (std::size_t i = 0; i < of.curves.size(); ++i) {
    const auto* colour = colours[i % colours.size()];
    std::string points;
    for (const auto& [x, y] : of.curves[i].points) points += number(in.column(x)) + "," + number(in.row(y)) + " ";
    result +=
      "<polyline fill='none' stroke-width='1.6' style='stroke:" + std::string{colour} + "' points='" + points + "'/>";
    if (of.curves.size() > 1)
      result += "<g style='fill:" + std::string{colour} + "'>" +
                text_at(width - right, top + 14 * static_cast<double>(i), "end", of.curves[i].name) + "</g>";
  }
  return result + "</svg></figure>\n";
}

}  // namespace troupe::bench
