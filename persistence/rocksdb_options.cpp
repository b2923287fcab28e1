#include "persistence/rocksdb_options.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

namespace troupe::persistence {

rocksdb::DBOptions database_options(const rocksdb_options& from) {
  rocksdb::DBOptions result;
  result.env = from.env;
  result.create_if_missing = from.create_if_missing;
  result.create_missing_column_families = true;
  // A log that ends within a record is what a power cut leaves; anything else in it is found before it is opened.
  result.wal_recovery_mode = from.gaps_are_power_cuts ? rocksdb::WALRecoveryMode::kPointInTimeRecovery
                                                      : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  result.db_write_buffer_size = from.write_buffer_bytes;
  result.max_total_wal_size = 2 * from.write_buffer_bytes;
  result.allow_concurrent_memtable_write = false;  // there is one writer
  result.max_background_jobs = 2;
  result.max_open_files = 256;
  result.max_file_opening_threads = 1;
  result.avoid_unnecessary_blocking_io = true;
  result.max_bgerror_resume_count = 0;  // the committer tries to resume, at its own pace
  result.stats_dump_period_sec = 0;
  result.stats_persist_period_sec = 0;
  result.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  result.keep_log_file_num = 2;
  result.max_log_file_size = 4 * 1024 * 1024;
  result.dump_malloc_stats = false;
  return result;
}

std::vector<rocksdb::ColumnFamilyDescriptor> column_families(const rocksdb_options& from) {
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = rocksdb::NewLRUCache(from.cache_bytes, 2);
  blocks.cache_index_and_filter_blocks = true;  // else they grow with the store, outside of the cache
  blocks.cache_index_and_filter_blocks_with_high_priority = true;
  blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  blocks.format_version = 5;
  rocksdb::ColumnFamilyOptions each;
  each.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  each.write_buffer_size = from.write_buffer_bytes;
  each.arena_block_size = 64 * 1024;              // eight tables, most of them all but empty
  each.target_file_size_base = 16 * 1024 * 1024;  // a damaged file costs what was in it: not too much
  each.compression = rocksdb::kLZ4Compression;
  // A queue is read where most rows are deleted ones: files full of them are compacted soon.
  each.table_properties_collector_factories = {rocksdb::NewCompactOnDeletionCollectorFactory(4096, 2048)};
  std::vector<rocksdb::ColumnFamilyDescriptor> result;
  for (const auto name : table_names)
    result.emplace_back(name == "meta" ? rocksdb::kDefaultColumnFamilyName : std::string{name}, each);
  // A hint for each session's queue, and one for all messages: where the next row belongs is where the last one went.
  // Not for tables of which ranges are erased: RocksDB keeps one hint for a prefix's rows and its range deletions,
  // which are two lists; group_writer sees to it.
  result[index_of(table::queue)].options.memtable_insert_with_hint_prefix_extractor.reset(
    rocksdb::NewFixedPrefixTransform(8));
  result[index_of(table::messages)].options.memtable_insert_with_hint_prefix_extractor.reset(
    rocksdb::NewFixedPrefixTransform(2));
  return result;
}

}  // namespace troupe::persistence
