#include "actors/durability/node_store.hpp"

#include <future>
#include <stdexcept>

#include "config/log.hpp"
#include "persistence/configured.hpp"
#include "persistence/records.hpp"

namespace troupe::actors {

namespace {

/// What one run of a node may give away: 2^46 last for two years at a million a second, and a store for 260,000 starts.
constexpr std::uint64_t sessions_per_run = std::uint64_t{1} << 40;
constexpr std::uint64_t messages_per_run = std::uint64_t{1} << 46;

/// Waits for the answer to one request: before the loops run, nobody else waits.
class waiting_caller final : public persistence::caller {
public:
  void ended(std::span<persistence::result> results) noexcept override {
    for (auto& each : results) answer_.set_value(std::move(each));
  }
  persistence::result answer() {
    auto result = answer_.get_future().get();
    if (result.outcome != persistence::outcome::done)
      throw std::runtime_error{"the store cannot be used: " + result.text};
    return result;
  }

private:
  std::promise<persistence::result> answer_;
};

persistence::numbers_record read_numbers(persistence::store& from) {
  waiting_caller who;
  from.read(persistence::table::meta, persistence::numbers_key, who, 0);
  const auto answer = who.answer();
  if (answer.rows.empty()) return {};
  if (auto found = persistence::decode_numbers(answer.rows[0].value)) return *found;
  throw std::runtime_error{"the store cannot be used: its row of numbers is no such row"};
}

void write_numbers(persistence::store& to, const persistence::numbers_record& what) {
  persistence::batch row;
  put(row, what);
  waiting_caller who;
  to.commit(std::move(row), who, 0);
  who.answer();
}

}  // namespace

node_store::node_store(std::unique_ptr<persistence::store> on) : store_{std::move(on)} {
  auto numbers = read_numbers(*store_);
  next_session_ = first_session_ = numbers.next_session;
  next_message_ = first_message_ = numbers.next_message;
  numbers.next_session += sessions_per_run;
  numbers.next_message += messages_per_run;
  write_numbers(*store_, numbers);
}

void node_store::note(const persistence::result& commit) {
  using persistence::outcome;
  if (commit.outcome == outcome::conflict || commit.outcome == outcome::overloaded) return;
  const auto fails = commit.outcome != outcome::done;
  if (full_.exchange(fails) == fails) return;
  if (fails)
    log::error("store", "nothing can be made durable: {}; what would have to be is refused (0x97)",
               commit.text.empty() ? "the disk is full" : commit.text);
  else
    log::info("store", "the store takes writes again");
}

std::unique_ptr<persistence::store> open_store(const config::persistence_options& from) {
  auto opened = persistence::open_configured(from);
  for (const auto& each : opened.notes) log::warning("store", "{}", each);
  if (!opened.store) throw std::runtime_error{opened.error};
  return std::move(opened.store);
}

}  // namespace troupe::actors
