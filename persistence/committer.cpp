#include "persistence/committer.hpp"

#include <algorithm>
#include <iterator>

#include "persistence/layout.hpp"

namespace troupe::persistence {

namespace {

/// Between two attempts at least: an alarm does not keep a processor busy.
constexpr std::chrono::milliseconds pause_least{1};

}  // namespace

committer::committer(std::unique_ptr<persistence::engine> on, const store_options& with)
  : options_{with},
    engine_{std::move(on)},
    writer_{*engine_},
    thread_{[this] { run(); }} {}

committer::~committer() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void committer::commit(batch what, caller& who, std::uint64_t ticket) {
  {
    const std::lock_guard lock{mutex_};
    if (waiting_bytes_ + what.bytes() > options_.waiting_bytes_max && !what.only_frees()) {
      ++stats_.refused;
      what = {};  // its memory goes now
      incoming_.push_back({refusal{}, &who, ticket});
    } else {
      waiting_bytes_ += what.bytes();
      incoming_.push_back({std::move(what), &who, ticket});
    }
    ++waiting_;
  }
  wake_.notify_one();
}

void committer::read(table where, std::string_view key, caller& who, std::uint64_t ticket) {
  submit({point{where, std::string{key}}, &who, ticket});
}

void committer::scan(range what, caller& who, std::uint64_t ticket) { submit({std::move(what), &who, ticket}); }

persistence::stats committer::stats() const {
  persistence::stats result;
  {
    const std::lock_guard lock{mutex_};
    result = stats_;
    result.waiting = waiting_;
    result.waiting_bytes = waiting_bytes_;
  }
  engine_->measure(result);
  return result;
}

void committer::submit(request what) {
  {
    const std::lock_guard lock{mutex_};
    incoming_.push_back(std::move(what));
    ++waiting_;
  }
  wake_.notify_one();
}

// --- the store's thread
// -----------------------------------------------------------------------------------------------

void committer::run() {
  std::vector<request> work;
  while (next(work)) {
    run_errands();
    serve(work);
    work.clear();
  }
  engine_->sync();  // whatever persistence.sync says, a stop in good order loses nothing
}

/// Waits for requests or for the next errand. False: all is done and the store closes.
bool committer::next(std::vector<request>& into) {
  std::unique_lock lock{mutex_};
  const auto ready = [this] { return stop_ || !incoming_.empty(); };
  if (const auto until = next_errand(); until == clock::time_point::max())
    wake_.wait(lock, ready);
  else
    wake_.wait_until(lock, until, ready);
  std::swap(into, incoming_);
  return !into.empty() || !stop_;
}

committer::clock::time_point committer::next_errand() const { return std::min(sync_due_, retry_due_); }

void committer::run_errands() {
  const auto now = clock::now();
  if (now >= sync_due_) {
    sync_due_ = clock::time_point::max();
    if (retry_due_ == clock::time_point::max()) note(engine_->sync());
  }
  if (now >= retry_due_) note(engine_->resume());
}

void committer::serve(std::span<request> requests) {
  while (!requests.empty()) {
    const auto end = end_of_group(requests);
    serve_group(requests.first(end));
    requests = requests.subspan(end);
  }
}

std::size_t committer::end_of_group(std::span<const request> requests) const {
  std::size_t bytes = 0, end = 0;
  for (; end < requests.size(); ++end) {
    const auto* what = std::get_if<batch>(&requests[end].what);
    if (!what) continue;
    bytes += what->bytes();
    if (bytes > options_.commit_bytes_max && bytes != what->bytes()) break;
  }
  return end;
}

void committer::serve_group(std::span<request> group) {
  results_.resize(group.size());
  const auto blocked = writable();
  for (std::size_t i = 0; i < group.size(); ++i) {
    results_[i].ticket = group[i].ticket;
    const auto* what = std::get_if<batch>(&group[i].what);
    if (!what) continue;
    auto joined = blocked.ok() ? writer_.add(*what) : blocked;
    results_[i].outcome = joined.outcome;
    results_[i].revision = joined.ok() ? writer_.revision() : 0;
    results_[i].text = std::move(joined.text);
  }
  bool written = blocked.ok();
  if (!writer_.empty()) {
    const auto result = write();
    written = result.ok();
    for (std::size_t i = 0; i < group.size() && !written; ++i)
      if (std::holds_alternative<batch>(group[i].what) && results_[i].outcome == outcome::done) {
        results_[i].outcome = result.outcome;
        results_[i].text = result.text;
      }
  }
  for (std::size_t i = 0; i < group.size(); ++i) answer(group[i], results_[i]);
  count_group(group, written);
  deliver(group);
  results_.clear();
}

/// While the alarm is on, batches are not even tried until it is time to.
status committer::writable() {
  if (retry_due_ == clock::time_point::max()) return {};
  if (clock::now() >= retry_due_) note(engine_->resume());
  return alarm_;
}

status committer::write() {
  const auto result = writer_.commit(options_.sync == sync_mode::always);
  note(result);
  if (result.ok() && options_.sync == sync_mode::interval && sync_due_ == clock::time_point::max())
    sync_due_ = clock::now() + std::max(options_.sync_interval, pause_least);
  return result;
}

/// The alarm follows what became of the last attempt to write.
void committer::note(const status& written) {
  alarm_ = written;
  retry_due_ = written.ok() ? clock::time_point::max() : clock::now() + std::max(options_.retry_interval, pause_least);
  const std::lock_guard lock{mutex_};
  stats_.alarm = !written.ok();
  stats_.alarm_text = written.text;
}

void committer::answer(const request& what, result& into) {
  if (std::holds_alternative<refusal>(what.what)) {
    into.outcome = outcome::overloaded;
  } else if (const auto* at = std::get_if<point>(&what.what)) {
    std::string raw;
    bool found = false;
    auto read = engine_->find(at->table, at->key, raw, found);
    into.outcome = read.outcome;
    into.text = std::move(read.text);
    if (!found) return;
    if (const auto row = split(at->table, raw)) into.rows.add(at->key, row->value, row->revision);
  } else if (const auto* stretch = std::get_if<range>(&what.what)) {
    answer_scan(*stretch, into);
  }
}

void committer::answer_scan(const range& what, result& into) {
  auto read = engine_->scan(what.table, what.first, what.last, [&](std::string_view key, std::string_view raw) {
    if (!into.rows.empty() && (into.rows.size() >= what.rows_max || into.rows.bytes() >= what.bytes_max)) {
      into.more = true;
      return false;
    }
    if (const auto row = split(what.table, raw)) into.rows.add(key, row->value, row->revision);
    return true;
  });
  into.outcome = read.outcome;
  into.text = std::move(read.text);
}

void committer::count_group(std::span<const request> group, bool written) {
  std::uint64_t batches = 0, bytes = 0, all_bytes = 0, conflicts = 0;
  for (std::size_t i = 0; i < group.size(); ++i) {
    const auto* what = std::get_if<batch>(&group[i].what);
    if (!what) continue;
    all_bytes += what->bytes();
    if (results_[i].outcome == outcome::conflict) ++conflicts;
    if (results_[i].outcome != outcome::done) continue;
    ++batches;
    bytes += what->bytes();
  }
  const std::lock_guard lock{mutex_};
  waiting_ -= group.size();
  waiting_bytes_ -= all_bytes;
  stats_.conflicts += conflicts;
  stats_.dangling = writer_.dangling();
  if (!written) ++stats_.failures;
  if (batches == 0) return;
  ++stats_.commits;
  stats_.batches += batches;
  stats_.bytes += bytes;
}

/// Few callers have requests in one group, so they are looked for one by one.
void committer::deliver(std::span<request> group) {
  for (std::size_t i = 0; i < group.size(); ++i) {
    auto at = std::find_if(deliveries_.begin(), deliveries_.end(),
                           [&](const auto& each) { return each.first == group[i].who; });
    if (at == deliveries_.end()) at = deliveries_.insert(at, {group[i].who, {}});
    at->second.push_back(std::move(results_[i]));
  }
  for (auto& [who, results] : deliveries_) {
    if (results.empty()) continue;
    who->ended(results);
    results.clear();
  }
  if (deliveries_.size() > 256) deliveries_.clear();  // callers come and go: their addresses are not kept for ever
}

}  // namespace troupe::persistence
