#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <prometheus/metric_family.h>

namespace troupe::admin {

/// Families as they are written: one after the other, each with its series.
class families {
public:
  using labels = std::initializer_list<std::pair<const char*, std::string>>;

  /// Begins a family; the value of a single series may come with it.
  families& counter(std::string name, std::string help) {
    return begin(std::move(name), std::move(help), prometheus::MetricType::Counter);
  }
  families& gauge(std::string name, std::string help) {
    return begin(std::move(name), std::move(help), prometheus::MetricType::Gauge);
  }
  void counter(std::string name, std::string help, double value) {
    counter(std::move(name), std::move(help)).add(value);
  }
  void gauge(std::string name, std::string help, double value) { gauge(std::move(name), std::move(help)).add(value); }
  void histogram(std::string name, std::string help, prometheus::ClientMetric::Histogram values) {
    begin(std::move(name), std::move(help), prometheus::MetricType::Histogram);
    made_.back().metric.emplace_back().histogram = std::move(values);
  }

  /// One more series of the family that was begun last.
  families& add(double value, labels with = {}) {
    auto& series = made_.back().metric.emplace_back();
    for (const auto& [name, text] : with) series.label.push_back({name, text});
    if (made_.back().type == prometheus::MetricType::Counter)
      series.counter.value = value;
    else
      series.gauge.value = value;
    return *this;
  }

  std::vector<prometheus::MetricFamily> take() { return std::move(made_); }

private:
  families& begin(std::string name, std::string help, prometheus::MetricType type) {
    auto& made = made_.emplace_back();
    made.name = std::move(name);
    made.help = std::move(help);
    made.type = type;
    return *this;
  }

  std::vector<prometheus::MetricFamily> made_;
};

}  // namespace troupe::admin
