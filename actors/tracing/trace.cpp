#include "actors/tracing/trace.hpp"

#include <algorithm>
#include <exception>

#include "routing/topic.hpp"

namespace troupe::actors {

std::string_view to_string(trace_line::direction way) noexcept {
  switch (way) {
    case trace_line::direction::in: return "in";
    case trace_line::direction::out: return "out";
    case trace_line::direction::link: return "link";
  }
  return "link";
}

std::string_view to_string(trace_kind kind) noexcept {
  switch (kind) {
    case trace_kind::client: return "client";
    case trace_kind::topic: return "topic";
    case trace_kind::address: return "address";
  }
  return "client";
}

// -- lines ----------------------------------------------------------------------------------------------------------

void trace_log::add(trace_line line) noexcept {
  std::deque<std::shared_ptr<const trace_line>> gone;  // ends without the lock
  const auto size = line.memory();
  try {
    auto added = std::make_shared<const trace_line>(std::move(line));
    std::lock_guard guard{mutex_};
    lines_.push_back(std::move(added));
    bytes_ += size;
    while (bytes_ > bytes_max_ && lines_.size() > 1) {
      bytes_ -= lines_.front()->memory();
      gone.push_back(std::move(lines_.front()));
      lines_.pop_front();
      ++first_;
    }
  } catch (const std::exception&) {
    std::lock_guard guard{mutex_};
    if (lines_.empty()) ++first_;  // else whoever reads on sees no gap: memory has given out
  }
}

trace_log::page trace_log::from(std::uint64_t number, std::size_t limit) const {
  std::lock_guard guard{mutex_};
  const auto begin = std::clamp(number, first_, first_ + lines_.size());
  const auto count = std::min<std::uint64_t>(std::min(limit, page_lines_max), first_ + lines_.size() - begin);
  const auto at = lines_.begin() + static_cast<std::ptrdiff_t>(begin - first_);
  page result;
  result.lines.assign(at, at + static_cast<std::ptrdiff_t>(count));
  result.next = begin + count;
  result.more = result.next < first_ + lines_.size();
  return result;
}

std::vector<std::shared_ptr<const trace_line>> trace_log::last(std::size_t count) const {
  std::lock_guard guard{mutex_};
  return {lines_.end() - static_cast<std::ptrdiff_t>(std::min(count, lines_.size())), lines_.end()};
}

std::uint64_t trace_log::added() const {
  std::lock_guard guard{mutex_};
  return first_ + lines_.size();
}

std::uint64_t trace_log::lost() const {
  std::lock_guard guard{mutex_};
  return first_;
}

std::size_t trace_log::bytes() const {
  std::lock_guard guard{mutex_};
  return bytes_;
}

// -- what fits ------------------------------------------------------------------------------------------------------

std::shared_ptr<trace> trace::make(std::uint64_t id, std::string_view kind, std::string_view value,
                                   std::size_t topic_levels_max, std::size_t bytes_max) {
  constexpr std::size_t client_id_bytes_max = 65'535;
  const auto made = [&](trace_kind as) { return std::shared_ptr<trace>{new trace{id, as, value, bytes_max}}; };
  if (kind == "client") return value.empty() || value.size() > client_id_bytes_max ? nullptr : made(trace_kind::client);
  if (kind == "topic") {
    const auto wrong = split_share(value) || check_topic_filter(value, topic_levels_max) != topic_error::none;
    return wrong ? nullptr : made(trace_kind::topic);
  }
  if (kind != "address") return nullptr;
  const auto network = transport::network::parse(value);
  if (!network) return nullptr;
  auto result = made(trace_kind::address);
  result->network_ = network;
  return result;
}

bool trace::fits_topic(std::string_view topic) const noexcept {
  return kind == trace_kind::topic && matches(value, topic);
}

}  // namespace troupe::actors
