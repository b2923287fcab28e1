#include "persistence/group_writer.hpp"

#include <algorithm>
#include <cassert>
#include <string>

#include "persistence/layout.hpp"

namespace troupe::persistence {

namespace {

/// About 3 MiB of counts.
constexpr std::size_t counts_max = 65'536;

}  // namespace

status group_writer::add(const batch& what) {
  if (auto checked = check(what); !checked.ok()) return checked;
  ++revision_;
  std::size_t offset = 0;
  while (const auto step = what.next(offset)) write(*step);
  return {};
}

status group_writer::commit(bool sync) {
  write_counts();
  auto result = engine_.commit(sync);
  forget_counts(result.ok());
  session_changes_.clear();
  empty_ = true;
  return result;
}

/// All that can go wrong before the commit is found here, when nothing of the batch is written yet.
status group_writer::check(const batch& what) {
  std::size_t offset = 0;
  while (const auto step = what.next(offset)) {
    if (step->kind == operation_kind::erase_range && (step->table == table::queue || step->table == table::messages))
      return {outcome::failed, "no ranges are erased of " + std::string{name_of(step->table)}};
    if (step->kind == operation_kind::expect) {
      if (auto checked = check_revision(step->key, step->number); !checked.ok()) return checked;
    } else if (step->kind == operation_kind::hold || step->kind == operation_kind::release) {
      if (auto loaded = load_count(step->key); !loaded.ok()) return loaded;
      const auto id = message_of(step->key);
      if (step->kind == operation_kind::hold && !counts_.contains(id) && !puts_message(what, offset, id))
        return {outcome::failed, "there is no message " + std::to_string(id) + " that could be held"};
    }
  }
  return {};
}

status group_writer::check_revision(std::string_view client_id, std::uint64_t expected) {
  const status conflict{outcome::conflict, {}};
  for (auto each = session_changes_.rbegin(); each != session_changes_.rend(); ++each) {
    const bool concerned =
      each->is_range ? client_id >= each->first && client_id < each->last : client_id == each->first;
    if (concerned) return each->revision == expected ? status{} : conflict;
  }
  std::string raw;
  bool found = false;
  if (auto read = engine_.find(table::sessions, client_id, raw, found); !read.ok()) return read;
  const auto row = found ? split(table::sessions, raw) : stored_value{};
  return row && row->revision == expected ? status{} : conflict;
}

/// Puts the count into counts_, if there is such a message.
status group_writer::load_count(std::string_view key) {
  const auto id = message_of(key);
  if (counts_.contains(id)) return {};
  std::string raw;
  bool found = false;
  if (auto read = engine_.find(table::counts, key, raw, found); !read.ok()) return read;
  if (found && raw.size() == sizeof(std::uint32_t)) {
    counts_[id] = {read_big_endian<std::uint32_t>(raw.data()), true, false};
    return {};
  }
  if (auto read = engine_.find(table::messages, key, raw, found); !read.ok()) return read;
  if (const auto row = found ? split(table::messages, raw) : std::nullopt) counts_[id] = {row->count, false, false};
  return {};
}

bool group_writer::puts_message(const batch& what, std::size_t end, std::uint64_t id) {
  std::size_t offset = 0;
  while (offset < end)
    if (const auto step = what.next(offset); step->kind == operation_kind::put_message && message_of(step->key) == id)
      return true;
  return false;
}

void group_writer::write(const operation& what) {
  using enum operation_kind;
  switch (what.kind) {
    case put:
      assert(what.table != table::messages && what.table != table::counts);
      if (what.table == table::sessions) {
        session_changes_.push_back({what.key, {}, revision_, false});
        engine_.put(what.table, what.key, revision_head{revision_}, what.value);
      } else {
        engine_.put(what.table, what.key, {}, what.value);
      }
      break;
    case erase:
      if (what.table == table::sessions) session_changes_.push_back({what.key, {}, 0, false});
      engine_.erase(what.table, what.key);
      break;
    case erase_range:
      if (what.table == table::sessions) session_changes_.push_back({what.key, what.value, 0, true});
      engine_.erase_range(what.table, what.key, what.value);
      break;
    case put_message:
      counts_[message_of(what.key)] = {static_cast<std::uint32_t>(what.number), false, false};
      engine_.put(what.table, what.key, count_head{static_cast<std::uint32_t>(what.number)}, what.value);
      break;
    case hold:
    case release: change_count(what); break;
    case expect: return;
  }
  empty_ = false;
}

void group_writer::change_count(const operation& what) {
  const auto found = counts_.find(message_of(what.key));
  if (found == counts_.end()) {
    ++dangling_;
    return;
  }
  auto& at = found->second;
  const auto references = static_cast<std::uint32_t>(what.number);
  if (what.kind == operation_kind::hold)
    at.left += references;
  else
    at.left -= std::min(at.left, references);
  if (!at.changed) changed_.push_back(found->first);
  at.changed = true;
}

/// One row for each count, whatever the batches of this group did to it.
void group_writer::write_counts() {
  for (const auto id : changed_) {
    auto& at = counts_.at(id);
    const message_key key{id};
    if (at.left != 0) {
      engine_.put(table::counts, key, {}, count_head{at.left});
      at.has_row = true;
    } else {
      engine_.erase(table::messages, key);
      if (at.has_row) engine_.erase(table::counts, key);
    }
  }
}

/// Counts of a group that was not written are read again when they are needed.
void group_writer::forget_counts(bool committed) {
  if (!committed) counts_.clear();
  for (const auto id : changed_) {
    const auto found = counts_.find(id);
    if (found == counts_.end()) continue;
    found->second.changed = false;
    if (found->second.left == 0) counts_.erase(found);
  }
  changed_.clear();
  while (counts_.size() > counts_max) counts_.erase(counts_.begin());
}

}  // namespace troupe::persistence
