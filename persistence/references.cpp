#include "persistence/references.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "persistence/layout.hpp"
#include "persistence/records.hpp"

namespace troupe::persistence {

namespace {

constexpr std::size_t sentences_max = 20;
constexpr std::size_t changes_max = 10'000;  ///< in one commit

class reviewer {
public:
  reviewer(engine& of, references_mode mode, references_report& into) : engine_{of}, mode_{mode}, report_{into} {}

  status run() {
    using step = status (reviewer::*)();
    for (const step each :
         {&reviewer::sessions, &reviewer::subscriptions, &reviewer::inbound, &reviewer::queue, &reviewer::messages,
          &reviewer::counts, &reviewer::entries_without_message, &reviewer::numbers, &reviewer::retained})
      if (auto done = (this->*each)(); !done.ok()) return done;
    if (report_.problems > sentences_max)
      report_.sentences.push_back("and " + std::to_string(report_.problems - sentences_max) + " more like these");
    return mode_ == references_mode::mend && changes_ != 0 ? engine_.commit(true) : status{};
  }

private:
  struct held {
    std::uint32_t entries = 0;
    bool stored = false;
  };

  void problem(std::string sentence) {
    ++report_.problems;
    if (report_.problems <= sentences_max) report_.sentences.push_back(std::move(sentence));
  }
  bool mending() const { return mode_ == references_mode::mend; }

  void erase(table where, std::string_view key) {
    if (!mending()) return;
    engine_.erase(where, key);
    ++changes_;
  }
  void put(table where, std::string_view key, std::string_view value) {
    if (!mending()) return;
    engine_.put(where, key, {}, value);
    ++changes_;
  }

  /// Visits a table; what is mended is committed between rows now and then (a scan sees what was there when it began).
  template <class Visit>
  status each_row(table where, Visit visit) {
    status failed;
    auto done = engine_.scan(where, {}, {}, [&](std::string_view key, std::string_view value) {
      visit(key, value);
      return true;
    });
    if (done.ok() && changes_ > changes_max) {
      changes_ = 0;
      done = engine_.commit(false);
    }
    return done;
  }

  status sessions() {
    return each_row(table::sessions, [&](std::string_view key, std::string_view raw) {
      const auto row = split(table::sessions, raw);
      const auto session = row ? decode_session(row->value) : std::nullopt;
      if (session && session->number != 0 && sessions_.insert(session->number).second) {
        last_session_ = std::max(last_session_, session->number);
        return;
      }
      problem("the session of client " + std::string{key} + " cannot be read, or has another one's number");
      erase(table::sessions, key);
    });
  }

  /// A row of a session that does not exist.
  bool belongs_to_nobody(table where, std::string_view key) {
    last_session_ = std::max(last_session_, session_of(key));
    if (sessions_.contains(session_of(key))) return false;
    problem("a row of " + std::string{name_of(where)} + " belongs to session " + std::to_string(session_of(key)) +
            ", which does not exist");
    erase(where, key);
    return true;
  }

  status subscriptions() {
    return each_row(table::subscriptions, [&](std::string_view key, std::string_view value) {
      if (belongs_to_nobody(table::subscriptions, key) || decode_subscription(key, value)) return;
      problem("a subscription of session " + std::to_string(session_of(key)) + " cannot be read");
      erase(table::subscriptions, key);
    });
  }

  status inbound() {
    return each_row(table::inbound,
                    [&](std::string_view key, std::string_view) { belongs_to_nobody(table::inbound, key); });
  }

  status queue() {
    return each_row(table::queue, [&](std::string_view key, std::string_view value) {
      if (belongs_to_nobody(table::queue, key)) return;
      last_message_ = std::max(last_message_, sequence_of(key));
      if (const auto entry = decode_queue_entry(value)) {
        last_message_ = std::max(last_message_, entry->message);
        const auto waits = entry->state != entry_state::received;
        if (waits && !entry->body) ++held_[entry->message].entries;
        return;
      }
      problem("entry " + std::to_string(sequence_of(key)) + " in the queue of session " +
              std::to_string(session_of(key)) + " cannot be read");
      erase(table::queue, key);
    });
  }

  status messages() {
    return each_row(table::messages, [&](std::string_view key, std::string_view raw) {
      const auto id = message_of(key);
      last_message_ = std::max(last_message_, id);
      const auto row = split(table::messages, raw);
      const auto found = held_.find(id);
      const auto name = "message " + std::to_string(id);
      if (!row || !decode_message(row->value))
        problem(name + " cannot be read");
      else if (found == held_.end())
        problem(name + " is in no queue");
      else
        return check_count(key, found->second, row->count);
      erase(table::messages, key);
    });
  }

  void check_count(std::string_view key, held& of, std::uint32_t count) {
    of.stored = true;
    std::string raw;
    bool found = false;
    if (engine_.find(table::counts, key, raw, found).ok() && found && raw.size() == sizeof count)
      count = read_big_endian<std::uint32_t>(raw.data());
    if (count == of.entries) return;
    problem("message " + std::to_string(message_of(key)) + " counts " + std::to_string(count) + " queue entries, and " +
            std::to_string(of.entries) + " hold it");
    put(table::counts, key, count_head{of.entries});
  }

  status counts() {
    return each_row(table::counts, [&](std::string_view key, std::string_view) {
      const auto found = held_.find(message_of(key));
      if (found != held_.end() && found->second.stored) return;
      problem("there is a count of message " + std::to_string(message_of(key)) + ", which does not exist");
      erase(table::counts, key);
    });
  }

  status entries_without_message() {
    const bool all = std::all_of(held_.begin(), held_.end(), [](const auto& each) { return each.second.stored; });
    if (all) return {};
    return each_row(table::queue, [&](std::string_view key, std::string_view value) {
      const auto entry = decode_queue_entry(value);
      const auto holds = entry && entry->state != entry_state::received && !entry->body;
      const auto found = holds ? held_.find(entry->message) : held_.end();
      if (found == held_.end() || found->second.stored) return;
      problem("entry " + std::to_string(sequence_of(key)) + " in the queue of session " +
              std::to_string(session_of(key)) + " has no message");
      erase(table::queue, key);
    });
  }

  status numbers() {
    std::string raw;
    bool found = false;
    if (auto read = engine_.find(table::meta, numbers_key, raw, found); !read.ok()) return read;
    if (!found && last_session_ == 0 && last_message_ == 0) return {};
    auto numbers = found ? decode_numbers(raw) : std::nullopt;
    if (numbers && numbers->next_session > last_session_ && numbers->next_message > last_message_) return {};
    problem("numbers that are in use count as free");
    if (!numbers) numbers.emplace();
    numbers->next_session = std::max(numbers->next_session, last_session_ + 1);
    numbers->next_message = std::max(numbers->next_message, last_message_ + 1);
    put(table::meta, numbers_key, encode(*numbers));
    return {};
  }

  status retained() {
    return each_row(table::retained, [&](std::string_view key, std::string_view value) {
      if (decode_retained(value)) return;
      problem("the retained message of " + std::string{key} + " cannot be read");
      erase(table::retained, key);
    });
  }

  engine& engine_;
  const references_mode mode_;
  references_report& report_;
  std::unordered_set<std::uint64_t> sessions_;
  std::unordered_map<std::uint64_t, held> held_;
  std::uint64_t last_session_ = 0;
  std::uint64_t last_message_ = 0;
  std::size_t changes_ = 0;
};

}  // namespace

status review_references(engine& of, references_mode mode, references_report& into) {
  return reviewer{of, mode, into}.run();
}

}  // namespace troupe::persistence
