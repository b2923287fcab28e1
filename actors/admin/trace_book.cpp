#include "actors/admin/trace_book.hpp"

#include <algorithm>

#include "actors/admin/sampler.hpp"

namespace troupe::admin {

namespace {

std::uint64_t milliseconds(std::chrono::milliseconds of) noexcept { return static_cast<std::uint64_t>(of.count()); }

}  // namespace

trace_book::trace_book(inquiries& ask) : ask_{ask} {
  for (std::uint32_t i = 0; i < ask.loops(); ++i) tracers_.push_back(std::make_unique<actors::tracer>());
}

const trace_book::entry* trace_book::start(std::shared_ptr<actors::trace> what, std::chrono::seconds for_so_long,
                                           std::string by, std::function<void()> then) {
  if (entries_.size() >= traces_max) {
    const auto oldest = std::ranges::min_element(
      entries_, {}, [](const entry& each) { return each.running ? ~std::uint64_t{0} : each.until_ms; });
    if (oldest->running) return nullptr;
    entries_.erase(oldest);
  }
  last_id_ = what->id;
  entries_.push_back(
    {std::move(what), static_cast<std::uint64_t>(sampler::now_ms()) + milliseconds(for_so_long), true, std::move(by)});
  tell_loops(std::move(then));
  return &entries_.back();
}

bool trace_book::stop(std::uint64_t id) {
  const auto at = std::ranges::find(entries_, id, [](const entry& each) { return each.what->id; });
  if (at == entries_.end()) return false;
  if (at->running) {
    at->running = false;
    at->until_ms = static_cast<std::uint64_t>(sampler::now_ms());
    tell_loops();
  } else {
    entries_.erase(at);
  }
  return true;
}

void trace_book::tick() {
  const auto now = static_cast<std::uint64_t>(sampler::now_ms());
  auto ended = false;
  for (auto& each : entries_)
    if (each.running && each.until_ms <= now) {
      each.running = false;
      ended = true;
    }
  if (ended) tell_loops();
  std::erase_if(
    entries_, [&](const entry& each) { return !each.running && each.until_ms + milliseconds(kept_after_end) <= now; });
}

const trace_book::entry* trace_book::find(std::uint64_t id) const noexcept {
  const auto at = std::ranges::find(entries_, id, [](const entry& each) { return each.what->id; });
  return at == entries_.end() ? nullptr : &*at;
}

const trace_book::entry* trace_book::of_client(std::string_view client_id) const noexcept {
  const auto at = std::ranges::find_if(entries_, [&](const entry& each) { return each.what->fits_client(client_id); });
  return at == entries_.end() ? nullptr : &*at;
}

// Loops look at nothing while no trace runs.
void trace_book::tell_loops(std::function<void()> then) {
  auto running = std::make_shared<actors::trace_set>();
  for (const auto& each : entries_)
    if (each.running) running->push_back(each.what);
  ask_.ask_all(
    [running, this](actors::station& on) {
      auto* tracer = tracers_[on.loop().index()].get();
      tracer->use(running);
      on.tap(running->empty() ? nullptr : tracer);
      return 1;
    },
    [then = std::move(then)](const auto&) { then(); });
}

}  // namespace troupe::admin
