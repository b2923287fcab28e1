#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include <benchmark/benchmark.h>

#include "persistence/keys.hpp"
#include "persistence/memory_store.hpp"
#include "persistence/records.hpp"
#include "persistence/rocksdb_store.hpp"

namespace {

using namespace troupe::persistence;

/// What one QoS 1 publication of 300 bytes costs to one durable subscriber: its message and a queue entry, and their
/// end when it has acknowledged the one before.
batch publication(std::uint64_t number) {
  static const std::string payload(300, 'p');
  batch result;
  result.reserve(512);
  put_message(result, number, 1, {.topic = "site/1/device/42/temperature", .payload = payload, .qos = 1});
  queue_entry entry;
  entry.message = number;
  entry.bytes = 328;
  put(result, 1 + number % 100, number, entry);
  if (number > 100) {
    result.erase(table::queue, queue_key{1 + number % 100, number - 100});
    result.release(number - 100);
  }
  return result;
}

/// Keeps so many batches under way, as so many publishers do that wait for each PUBACK.
class publishers final : public caller {
public:
  publishers(store& to, std::size_t count) : store_{to}, free_{count} {}
  ~publishers() override {
    std::unique_lock lock{mutex_};
    wake_.wait(lock, [this] { return under_way_ == 0; });
  }

  void publish(std::uint64_t number) {
    auto what = publication(number);
    {
      std::unique_lock lock{mutex_};
      wake_.wait(lock, [this] { return free_ != 0; });
      --free_;
      ++under_way_;
    }
    store_.commit(std::move(what), *this, number);
  }

private:
  void ended(std::span<result> results) noexcept override {
    const std::lock_guard lock{mutex_};
    free_ += results.size();
    under_way_ -= results.size();
    wake_.notify_one();
  }

  store& store_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::size_t free_;
  std::size_t under_way_ = 0;
};

/// Below the working directory, as the folder for temporary files often lies in memory.
struct folder {
  folder() {
    if (!mkdtemp(path.data())) std::abort();
  }
  ~folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string path = "store-benchmark-XXXXXX";
};

void commits(benchmark::State& state, opened of) {
  if (!of.store) return state.SkipWithError(of.error.c_str());
  std::uint64_t number = 0;
  {
    publishers all{*of.store, static_cast<std::size_t>(state.range(0))};
    for (auto _ : state) all.publish(++number);
  }
  const auto stats = of.store->stats();
  state.SetItemsProcessed(state.iterations());
  state.counters["batches_per_commit"] = static_cast<double>(stats.batches) / static_cast<double>(stats.commits);
  if (stats.syncs != 0)
    state.counters["sync_us"] = static_cast<double>(stats.sync_time.count()) / 1e3 / static_cast<double>(stats.syncs);
}

void store_rocksdb(benchmark::State& state, sync_mode mode) {
  const folder at;
  commits(state, open_rocksdb_store({.path = at.path}, {.sync = mode}));
}
void store_memory(benchmark::State& state) { commits(state, open_memory_store()); }

// Wall-clock time is what counts: most of it is waiting for the disk.
BENCHMARK_CAPTURE(store_rocksdb, always, sync_mode::always)->Arg(1)->Arg(10)->Arg(100)->UseRealTime();
BENCHMARK_CAPTURE(store_rocksdb, interval, sync_mode::interval)->Arg(1)->Arg(10)->Arg(100)->UseRealTime();
BENCHMARK_CAPTURE(store_rocksdb, never, sync_mode::never)->Arg(1)->Arg(10)->Arg(100)->UseRealTime();
BENCHMARK(store_memory)->Arg(1)->Arg(10)->Arg(100)->UseRealTime();

}  // namespace
