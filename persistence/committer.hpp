#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "persistence/engine.hpp"
#include "persistence/group_writer.hpp"
#include "persistence/store.hpp"

namespace troupe::persistence {

/// A store on an engine: a queue and one thread, which makes a group of all that has arrived while it was busy.
class committer final : public store {
public:
  committer(std::unique_ptr<persistence::engine> on, const store_options& with);
  ~committer() override;

  void commit(batch what, caller& who, std::uint64_t ticket) override;
  void read(table where, std::string_view key, caller& who, std::uint64_t ticket) override;
  void scan(range what, caller& who, std::uint64_t ticket) override;
  persistence::stats stats() const override;

private:
  using clock = std::chrono::steady_clock;

  struct point {
    persistence::table table;
    std::string key;
  };
  struct refusal {};
  struct request {
    std::variant<batch, point, range, refusal> what;
    caller* who;
    std::uint64_t ticket;
  };

  void submit(request what);
  void run();
  bool next(std::vector<request>& into);
  clock::time_point next_errand() const;
  void run_errands();

  void serve(std::span<request> requests);
  std::size_t end_of_group(std::span<const request> requests) const;
  void serve_group(std::span<request> group);
  status writable();
  status write();
  void note(const status& written);
  void answer(const request& what, result& into);
  void answer_scan(const range& what, result& into);
  void deliver(std::span<request> group);
  void count_group(std::span<const request> group, bool written);

  const store_options options_;
  std::unique_ptr<persistence::engine> engine_;

  // Of the store's thread.
  group_writer writer_;
  std::vector<result> results_;
  std::vector<std::pair<caller*, std::vector<result>>> deliveries_;
  clock::time_point sync_due_ = clock::time_point::max();
  clock::time_point retry_due_ = clock::time_point::max();  ///< max(): there is no alarm
  status alarm_;

  mutable std::mutex mutex_;  ///< of what follows
  std::condition_variable wake_;
  std::vector<request> incoming_;
  std::size_t waiting_bytes_ = 0;  ///< with those of the group that is being written
  std::size_t waiting_ = 0;
  bool stop_ = false;
  persistence::stats stats_;

  std::thread thread_;  ///< last: it uses all of the above
};

}  // namespace troupe::persistence
