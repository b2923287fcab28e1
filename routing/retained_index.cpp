#include "routing/retained_index.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "routing/topic.hpp"

namespace troupe {
namespace {

/// What an entry takes beside its publication: a node of the set and the allocator's header.
constexpr std::uint64_t entry_bytes = 64;

std::uint64_t bytes_of(const publication& what) noexcept { return what.memory() + entry_bytes; }

bool can_expire(const publication& what) noexcept { return what.expires() != time_point::max(); }

/// Where two texts differ for the first time, or the size of the shorter one. Names of neighbours begin alike: eight
/// bytes at a time.
std::size_t first_difference(std::string_view a, std::string_view b) noexcept {
  auto size = std::min(a.size(), b.size());
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8)
    if (std::memcmp(a.data() + at, b.data() + at, 8) != 0) break;
  while (at < size && a[at] == b[at]) ++at;
  return at;
}

/// Order of a character: '/' comes first. No topic has a U+0000.
unsigned rank(char c) noexcept { return c == '/' ? 0u : static_cast<unsigned char>(c); }

/// The least text that comes after a topic and everything below it.
std::string after_subtree(std::string_view topic) { return std::string{topic} + '\x01'; }

/// How a topic stands to a filter.
struct standing {
  enum { match, before, past } is;
  std::string seek;  ///< when before: no topic less than this one matches
};

/// Compares a topic with a filter level by level.
class comparer {
public:
  comparer(std::string_view filter, std::string_view topic) noexcept
    : filter_{filter},
      topic_{topic},
      wanted_{filter},
      names_{topic} {}

  standing run() {
    // Every topic that begins with '$' is less than "%" [MQTT-4.7.2-1].
    if (topic_.starts_with('$') && (filter_.starts_with('+') || filter_.starts_with('#'))) return before("%");
    while (!wanted_.done()) {
      auto level = wanted_.next();
      if (level == "#") return {standing::match, {}};
      if (names_.done()) return before(joined(topic_, "/", level == "+" ? "" : level));
      auto above = topic_.substr(0, topic_.size() - names_.rest().size());
      auto name = names_.next();
      if (level == "+")
        varied_ = topic_.substr(0, above.size() + name.size());
      else if (name != level)
        return name < level ? before(joined(above, level, "")) : skip();
    }
    return names_.done() ? standing{standing::match, {}} : skip();
  }

private:
  static standing before(std::string seek) { return {standing::before, std::move(seek)}; }
  static std::string joined(std::string_view a, std::string_view b, std::string_view c) {
    return std::string{a}.append(b).append(c);
  }
  /// All that the filter matches with the same levels up to the last `+` is behind us: on to the next name for that
  /// `+`.
  standing skip() const { return varied_.data() ? before(after_subtree(varied_)) : standing{standing::past, {}}; }

  std::string_view filter_;
  std::string_view topic_;
  level_reader wanted_;
  level_reader names_;
  std::string_view varied_;  ///< the topic up to the last level that a `+` stood for; no data: there was none
};

}  // namespace

bool retained_budget::take(std::int64_t messages, std::int64_t bytes) noexcept {
  auto m = static_cast<std::uint64_t>(messages);
  auto b = static_cast<std::uint64_t>(bytes);
  auto messages_now = messages_.fetch_add(m, std::memory_order_relaxed) + m;
  auto bytes_now = bytes_.fetch_add(b, std::memory_order_relaxed) + b;
  if ((messages <= 0 || messages_now <= messages_max_) && (bytes <= 0 || bytes_now <= bytes_max_)) return true;
  give_back(m, b);
  return false;
}

void retained_budget::give_back(std::uint64_t messages, std::uint64_t bytes) noexcept {
  messages_.fetch_sub(messages, std::memory_order_relaxed);
  bytes_.fetch_sub(bytes, std::memory_order_relaxed);
}

bool retained_index::by_topic::less(std::string_view a, std::string_view b) noexcept {
  auto at = first_difference(a, b);
  if (at == a.size() || at == b.size()) return a.size() < b.size();
  return rank(a[at]) < rank(b[at]);
}

retained_index::retained_index(std::shared_ptr<retained_budget> budget) noexcept
  : budget_{std::move(budget)},
    swept_{entries_.end()} {}

retained_index::~retained_index() { budget_->give_back(entries_.size(), bytes_); }

retained_index::outcome retained_index::store(publication_ptr what, time_point now) {
  auto found = entries_.find(what->topic());
  if (what->payload().empty()) {  // [MQTT-3.3.1-6], and not kept itself [MQTT-3.3.1-7]
    if (found == entries_.end()) return outcome::nothing;
    erase(found);
    return outcome::removed;
  }
  return found == entries_.end() ? add(std::move(what), now) : replace(*found, std::move(what), now);
}

retained_index::outcome retained_index::add(publication_ptr what, time_point now) {
  auto bytes = bytes_of(*what);
  if (!budget_->take(1, static_cast<std::int64_t>(bytes))) return outcome::full;
  try {
    entries_.insert({what, stored_ + 1, now});
  } catch (...) {
    budget_->give_back(1, bytes);
    throw;
  }
  ++stored_;
  bytes_ += bytes;
  if (can_expire(*what)) ++expiring_;
  return outcome::stored;
}

retained_index::outcome retained_index::replace(const entry& old, publication_ptr what, time_point now) noexcept {
  auto more = static_cast<std::int64_t>(what->memory()) - static_cast<std::int64_t>(old.what->memory());
  if (!budget_->take(0, more)) return outcome::full;
  bytes_ += static_cast<std::uint64_t>(more);
  expiring_ += can_expire(*what);
  expiring_ -= can_expire(*old.what);
  old.what = std::move(what);  // the same topic name, so the order stays
  old.number = ++stored_;
  old.since = now;
  return outcome::replaced;
}

void retained_index::erase(entries::iterator at) noexcept {
  auto bytes = bytes_of(*at->what);
  budget_->give_back(1, bytes);
  bytes_ -= bytes;
  expiring_ -= can_expire(*at->what);
  if (swept_ == at) ++swept_;
  entries_.erase(at);
}

publication_ptr retained_index::find(std::string_view topic, time_point now) const { return look_up(topic, now).what; }

retained_index::kept retained_index::look_up(std::string_view topic, time_point now) const {
  auto found = entries_.find(topic);
  return found != entries_.end() && found->what->expires() > now ? kept{found->what, found->since} : kept{};
}

retained_index::cursor retained_index::open() const noexcept {
  cursor result;
  result.newest_ = stored_;
  return result;
}

bool retained_index::visit(std::string_view filter, cursor& at, std::size_t count_max, time_point now,
                           const std::function<void(const publication_ptr&)>& f) const {
  auto next = entries_.lower_bound(std::string_view{at.from_});
  for (; next != entries_.end() && count_max != 0; --count_max) {
    auto seen = comparer{filter, next->what->topic()}.run();
    if (seen.is == standing::past) return true;
    if (seen.is == standing::match && next->number <= at.newest_ && next->what->expires() > now) f(next->what);
    ++next;
    // Often the neighbour is the one sought, which spares the search.
    if (seen.is == standing::before && next != entries_.end() && by_topic::less(next->what->topic(), seen.seek))
      next = entries_.lower_bound(std::string_view{seen.seek});
  }
  if (next == entries_.end()) return true;
  at.from_ = next->what->topic();
  return false;
}

std::optional<retained_index::place> retained_index::browse(const place& from, std::size_t count_max, time_point now,
                                                            const std::function<bool(const kept&)>& f) const {
  const std::string_view topic = from.topic;
  auto next = from.behind ? entries_.upper_bound(topic) : entries_.lower_bound(topic);
  for (; next != entries_.end() && count_max != 0; ++next, --count_max)
    if (next->what->expires() > now && !f({next->what, next->since})) return {};
  if (next == entries_.end()) return {};
  return place{std::string{next->what->topic()}, false};
}

std::size_t retained_index::sweep(std::size_t count_max, time_point now) noexcept {
  std::size_t removed = 0;
  if (expiring_ == 0) return removed;
  for (auto left = std::min(count_max, entries_.size()); left != 0; --left) {
    if (swept_ == entries_.end()) swept_ = entries_.begin();
    if (swept_->what->expires() > now) {
      ++swept_;
      continue;
    }
    erase(swept_);
    ++removed;
  }
  return removed;
}

}  // namespace troupe
