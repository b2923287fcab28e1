#define CAF_SUITE persistence_committer
#include "persistence/committer.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

#include <caf/test/unit_test.hpp>

#include "persistence/memory_store.hpp"
#include "persistence/rocksdb_store.hpp"
#include "tests/config/temporary_file.hpp"
#include "tests/persistence/client.hpp"
#include "tests/persistence/faulty_file_system.hpp"
#include "tests/persistence/model.hpp"

using namespace troupe;
using namespace troupe::persistence;
using namespace std::chrono_literals;

namespace {

/// Another number tries other batches and other instants: TROUPE_TEST_SEED=<number>.
std::uint32_t seed() {
  const auto* given = std::getenv("TROUPE_TEST_SEED");
  return given ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10)) : 20'261'123u;
}

/// A store on a disk whose power is cut, opened again and again, beside the list of what was asked of it.
struct power_cuts {
  explicit power_cuts(sync_mode mode, std::uint32_t from) : generator{from} { with.sync = mode; }

  /// From one power cut to the next. False: something is wrong with what is left.
  bool round() {
    opened now = open_rocksdb_store(where, with);
    if (!now.store) return wrong("it does not open: " + now.error);
    std::string notes;
    for (const auto& each : now.notes) notes += each + "; ";
    if (notes.find("damaged") != std::string::npos) return wrong("a power cut counts as damage: " + notes);
    tests::client client{*now.store};
    if (!compare(client)) return false;
    disk->cut_power_after(1 + generator.below(300));
    bool powered = true;
    for (int bursts = 0; powered && bursts < 60; ++bursts) {
      std::vector<std::uint64_t> tickets;
      for (auto left = 1 + generator.below(10); left != 0; --left) {
        batches.push_back(generator.next(batches.size() + 1));
        tickets.push_back(client.post(batches.back()));
      }
      for (const auto each : tickets) {
        const bool answered = client.wait(each).outcome == outcome::done;
        powered = powered && answered && disk->powered();  // asked afterwards: it was on when the commit was done
        if (powered) ++done;
      }
    }
    now.store.reset();
    disk->restore([&](std::uint64_t unsynced) { return generator.below(static_cast<std::uint32_t>(unsynced) + 1); });
    return true;
  }

  bool compare(tests::client& client) {
    const auto number = client.read(table::meta, "number");
    const auto survived = number ? std::strtoull(number->c_str(), nullptr, 10) : 0;
    lost += done > survived ? done - survived : 0;
    if (survived > batches.size()) return wrong("a batch that never was");
    tests::model expected;
    batches.resize(survived);
    for (const auto& each : batches) expected.apply(each);
    done = survived;
    const auto difference = expected.difference(client);
    return difference.empty() || wrong("after batch " + std::to_string(survived) + ": " + difference);
  }

  bool wrong(std::string what) {
    reason = std::move(what);
    return false;
  }

  test::temporary_directory folder;
  std::shared_ptr<tests::faulty_file_system> disk = std::make_shared<tests::faulty_file_system>(folder.file("attic"));
  tests::faulty_environment env{disk};
  rocksdb_options where{.path = folder.file("data"), .write_buffer_bytes = 256 * 1024, .env = &env};
  store_options with;
  tests::batch_generator generator;
  std::vector<batch> batches;  ///< whose order is that of the store
  std::size_t done = 0;        ///< so many were answered
  std::uint64_t lost = 0;      ///< batches that were done and are not there
  std::string reason;
};

}  // namespace

CAF_TEST(random_batches_end_as_in_the_model) {
  const test::temporary_directory folder;
  for (const bool in_memory : {true, false}) {
    auto now = in_memory ? open_memory_store() : open_rocksdb_store({.path = folder.file("data")});
    CAF_REQUIRE(now.store);
    tests::client client{*now.store};
    tests::batch_generator generator{seed()};
    tests::model expected;
    for (std::uint64_t i = 1; i <= 600; ++i) {
      auto next = generator.next(i);
      expected.apply(next);
      client.post(std::move(next));
      if (i % 150 != 0) continue;
      CAF_MESSAGE("seed " << seed() << ", batch " << i);
      CAF_CHECK_EQUAL(expected.difference(client), "");
    }
  }
}

CAF_TEST(with_always_nothing_that_was_done_is_lost_when_the_power_is_cut) {
  power_cuts test{sync_mode::always, seed()};
  for (int i = 0; i < 25; ++i) {
    if (test.round()) continue;
    CAF_FAIL("seed " << seed() << ", round " << i << ": " << test.reason);
  }
  CAF_MESSAGE("seed " << seed());
  CAF_CHECK_EQUAL(test.lost, 0u);
  CAF_CHECK_GREATER(test.done, 500u);  // it did not only fail
}

CAF_TEST(with_never_the_same_test_finds_losses_and_still_no_half_batch) {
  power_cuts test{sync_mode::never, seed()};
  for (int i = 0; i < 12; ++i) {
    if (test.round()) continue;
    CAF_FAIL("seed " << seed() << ", round " << i << ": " << test.reason);
  }
  CAF_CHECK_GREATER(test.lost, 0u);
}
