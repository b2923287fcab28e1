#define CAF_SUITE actors_durability_power_cut
#include <memory>

#include "persistence/rocksdb_engine.hpp"
#include "tests/actors/durability/life.hpp"
#include "tests/config/temporary_file.hpp"
#include "tests/persistence/faulty_file_system.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;

namespace {

/// A disk with a database, of which the power can be cut.
class disk {
public:
  explicit disk(bool sync) { where_.gaps_are_power_cuts = !sync; }

  std::unique_ptr<persistence::engine> open() {
    auto found = persistence::rocksdb_engine::open(where_);
    if (!found.engine) throw std::runtime_error{found.error};
    return std::move(found.engine);
  }
  void cut() { files_->cut_power_after(0); }
  /// Precondition: it is not open.
  void restore() { files_->restore(); }

private:
  temporary_directory folder_;
  std::shared_ptr<tests::faulty_file_system> files_ =
    std::make_shared<tests::faulty_file_system>(folder_.file("attic"));
  tests::faulty_environment env_{files_};
  persistence::rocksdb_options where_{.path = folder_.file("data"), .env = &env_};
};

/// One life on a disk whose power is cut whenever the node crashes.
std::vector<std::string> live_on_a_disk(caf::actor_system& system, std::uint32_t seed, bool sync) {
  disk on{sync};
  life one{system, seed, {.node_crashes = 10, .clean_starts = 0}};
  one.sync = sync;
  one.broker().use(on.open());
  one.next_engine = [&] {
    on.cut();
    one.broker().use(nullptr);  // what it writes as it closes is lost, too
    on.restore();
    return on.open();
  };
  one.begin();
  for (auto left = 0; left < 800; ++left) one.step();
  if (one.violations().empty()) one.settle();
  return one.violations();
}

}  // namespace

CAF_TEST(nothing_acknowledged_is_lost_with_the_power_when_every_commit_is_synced) {
  testing_config config;
  caf::actor_system system{config};
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    const auto violations = live_on_a_disk(system, seed, true);
    for (const auto& each : violations) CAF_ERROR(each);
    if (!violations.empty()) CAF_FAIL("with seed " << seed);
  }
}

CAF_TEST(without_syncs_something_acknowledged_is_lost_with_the_power) {
  testing_config config;
  caf::actor_system system{config};
  auto broken = 0;
  for (std::uint32_t seed = 1; seed <= 6; ++seed) broken += !live_on_a_disk(system, seed, false).empty();
  CAF_CHECK_GREATER(broken, 0);
}
