#include "config/log.hpp"

#include <chrono>
#include <cstdio>
#include <exception>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <spdlog/details/file_helper.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include "config/log_escape.hpp"
#include "config/log_limiter.hpp"

namespace troupe::log {

namespace {

/// `%*` of a pattern: the message, escaped.
class escaped_message : public spdlog::custom_flag_formatter {
public:
  explicit escaped_message(config::log_format format) : format_{format} {}

  void format(const spdlog::details::log_msg& line, const std::tm&, spdlog::memory_buf_t& to) override {
    const auto text = escape({line.payload.data(), line.payload.size()}, format_);
    to.append(text.data(), text.data() + text.size());
  }

  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<escaped_message>(format_); }

private:
  config::log_format format_;
};

std::unique_ptr<spdlog::formatter> formatter_for(config::log_format format) {
  const char* pattern = format == config::log_format::json
                          ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","component":"%n","message":"%*"})"
                          : "%Y-%m-%dT%H:%M:%S.%eZ %l %n: %*";
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc, "\n");
  formatter->add_flag<escaped_message>('*', format);
  formatter->set_pattern(pattern);
  return formatter;
}

using file = std::unique_ptr<spdlog::details::file_helper>;

/// Where all lines end, one at a time.
class destination : public spdlog::sinks::base_sink<std::mutex> {
public:
  destination() : base_sink{formatter_for(config::log_format::text)} {}

  /// No file: standard error.
  void write_to(file next) {
    std::lock_guard guard{mutex_};
    file_ = std::move(next);
  }

private:
  void sink_it_(const spdlog::details::log_msg& line) override {
    spdlog::memory_buf_t text;
    formatter_->format(line, text);
    if (file_) {
      file_->write(text);
      file_->flush();  // a log that misses the lines before a crash misses the point
    } else {
      std::fwrite(text.data(), 1, text.size(), stderr);
    }
  }

  void flush_() override {}

  file file_;
};

spdlog::level::level_enum spdlog_level(level at) {
  switch (at) {
    case level::trace: return spdlog::level::trace;
    case level::debug: return spdlog::level::debug;
    case level::info: return spdlog::level::info;
    case level::warning: return spdlog::level::warn;
    case level::error: return spdlog::level::err;
    case level::off: break;
  }
  return spdlog::level::off;
}

struct one_component {
  std::unique_ptr<spdlog::logger> logger;
  limiter peer_events;
};

class backend {
public:
  /// Never destroyed: other statics may log while they are.
  static backend& instance() {
    static auto& only = *new backend;
    return only;
  }

  std::optional<std::string> start(const config::log_options& options) {
    file next;
    if (auto failed = open(options.file, next)) return failed;
    {
      std::lock_guard guard{path_mutex_};
      path_ = options.file;
    }
    destination_->write_to(std::move(next));
    destination_->set_formatter(formatter_for(options.format));
    return {};
  }

  std::optional<std::string> reopen() {
    std::lock_guard guard{path_mutex_};
    if (path_.empty()) return {};
    file next;
    if (auto failed = open(path_, next)) return failed;
    destination_->write_to(std::move(next));
    return {};
  }

  one_component& of(component which) { return components_[which.index()]; }
  std::array<one_component, component_names.size()>& all() { return components_; }

  std::atomic<std::uint32_t> peer_events_rate_max{config::log_options{}.peer_events_rate_max};

private:
  backend() {
    for (std::size_t i = 0; i < components_.size(); ++i) {
      components_[i].logger = std::make_unique<spdlog::logger>(std::string{component_names[i]}, destination_);
      components_[i].logger->set_level(spdlog::level::trace);  // `thresholds` decides
    }
  }

  static std::optional<std::string> open(const std::string& path, file& into) try {
    if (path.empty()) return {};
    into = std::make_unique<spdlog::details::file_helper>();
    into->open(path);
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }

  std::shared_ptr<destination> destination_ = std::make_shared<destination>();
  std::array<one_component, component_names.size()> components_;
  std::mutex path_mutex_;
  std::string path_;
};

void write_sum(one_component& from, std::uint64_t lines) {
  from.logger->log(spdlog_level(from.peer_events.level()), fmt::format("... and {} more", lines));
}

}  // namespace

std::optional<std::string> start(const config::log_options& options) {
  levels(options);
  return backend::instance().start(options);
}

void levels(const config::log_options& options) {
  for (std::size_t i = 0; i < component_names.size(); ++i) {
    const auto own = options.components.find(std::string{component_names[i]});
    detail::thresholds[i].value = own == options.components.end() ? options.level : own->second;
  }
  backend::instance().peer_events_rate_max = options.peer_events_rate_max;
}

std::optional<std::string> reopen() { return backend::instance().reopen(); }

void sum_up(bool at_end) {
  const auto now = at_end ? limiter::time_point::max() : limiter::time_point::clock::now();
  for (auto& one : backend::instance().all())
    if (const auto lines = one.peer_events.left_over(now); lines > 0) write_sum(one, lines);
}

peer_event_count peer_events(component from) noexcept {
  const auto count = backend::instance().of(from).peer_events.count();
  return {count.admitted, count.suppressed};
}

bool detail::admit(component from, level at) {
  auto& one = backend::instance().of(from);
  const auto rate_max = backend::instance().peer_events_rate_max.load(std::memory_order_relaxed);
  const auto verdict = one.peer_events.ask(limiter::time_point::clock::now(), rate_max, at);
  if (verdict.summed_up > 0) write_sum(one, verdict.summed_up);
  return verdict.admitted;
}

void detail::write(component from, level at, fmt::string_view text, fmt::format_args arguments) noexcept try {
  fmt::memory_buffer message;
  fmt::vformat_to(std::back_inserter(message), text, arguments);
  backend::instance().of(from).logger->log(spdlog_level(at), spdlog::string_view_t{message.data(), message.size()});
} catch (...) {
  std::fputs("troupe: a log line was lost\n", stderr);
}

}  // namespace troupe::log
