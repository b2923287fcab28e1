#define CAF_SUITE persistence_configured
#include "persistence/configured.hpp"

#include <filesystem>

#include <caf/test/unit_test.hpp>

#include "tests/config/temporary_file.hpp"
#include "tests/persistence/client.hpp"

using namespace troupe;
using namespace troupe::persistence;

CAF_TEST(the_store_is_where_and_as_the_options_say) {
  const test::temporary_directory folder;
  config::persistence_options options;
  options.path = folder.file("data");
  for (const auto backend : {config::store_backend::memory, config::store_backend::rocksdb})
    for (const auto mode : {sync_mode::always, sync_mode::never}) {
      options.backend = backend;
      options.sync = mode;
      const auto now = open_configured(options);
      CAF_REQUIRE_EQUAL(now.error, "");
      tests::client client{*now.store};
      const auto before = now.store->stats().syncs;
      batch row;
      row.put(table::retained, "a", "b");
      CAF_CHECK(client.commit(std::move(row)).outcome == outcome::done);
      const bool on_disk = backend == config::store_backend::rocksdb;
      CAF_CHECK_EQUAL(std::filesystem::exists(options.path + "/CURRENT"), on_disk);
      CAF_CHECK_EQUAL(now.store->stats().syncs - before, on_disk && mode == sync_mode::always ? 1u : 0u);
    }
}
