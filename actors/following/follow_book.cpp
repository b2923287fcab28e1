#include "actors/following/follow_book.hpp"

#include <algorithm>
#include <exception>

namespace troupe::actors {

namespace {

using outcome = enum session::followed_step::outcome;

fate fate_of(outcome what) noexcept {
  switch (what) {
    case outcome::sent: return fate::sent;
    case outcome::in_flight: return fate::in_flight;
    case outcome::queued: return fate::queued;
    case outcome::received: return fate::received;
    case outcome::acknowledged: return fate::acknowledged;
    case outcome::refused: return fate::refused;
    case outcome::dropped: return fate::dropped;
  }
  return fate::dropped;
}

/// Whether more is to be expected soon.
bool is_open(fate what) noexcept { return what == fate::storing || what == fate::in_flight || what == fate::received; }

}  // namespace

std::string_view to_string(fate what) noexcept {
  switch (what) {
    case fate::storing: return "storing";
    case fate::stored: return "stored";
    case fate::queued: return "queued";
    case fate::in_flight: return "in_flight";
    case fate::received: return "received";
    case fate::sent: return "sent";
    case fate::acknowledged: return "acknowledged";
    case fate::refused: return "refused";
    case fate::dropped: return "dropped";
    case fate::missed: return "missed";
    case fate::count_of_fates: break;
  }
  return "unknown";
}

std::uint64_t follow_book::begin(publication_ptr what, time_point now, bool until_matched,
                                 std::function<void()> settled) {
  auto added = std::make_unique<following>();
  added->what = std::move(what);
  added->since = now;
  added->until_matched = until_matched;
  added->settled = std::move(settled);
  std::lock_guard guard{mutex_};
  if (followings_.size() >= follows_max) return 0;
  added->number = ++last_number_;
  followings_.push_back(std::move(added));
  return last_number_;
}

follow_report follow_book::end(std::uint64_t number) {
  std::lock_guard guard{mutex_};
  const auto at = std::ranges::find(followings_, number, [](const auto& each) { return each->number; });
  if (at == followings_.end()) return {};
  auto result = std::move((*at)->report);
  followings_.erase(at);
  return result;
}

follow_book::following* follow_book::find(const publication* what) noexcept {
  const auto at = std::ranges::find(followings_, what, [](const auto& each) { return each->what.get(); });
  return at == followings_.end() ? nullptr : at->get();
}

std::uint64_t follow_book::age_of(const following& of) noexcept {
  using std::chrono::microseconds;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<microseconds>(node_clock::now() - of.since).count());
}

// Memory may give out while something is told: that costs the line.
void follow_book::step(const publication& what, std::string_view name, std::string_view actor,
                       std::string_view text) noexcept try {
  std::lock_guard guard{mutex_};
  auto* of = find(&what);
  if (!of || of->report.way.size() >= steps_max) return;
  of->report.way.push_back({age_of(*of), std::string{name}, std::string{actor}, std::string{text}});
} catch (const std::exception&) {
}

void follow_book::matched(const publication& what, std::uint64_t receivers) noexcept {
  std::lock_guard guard{mutex_};
  auto* of = find(&what);
  if (!of) return;
  of->report.matched = true;
  of->report.receivers += receivers;
  settle_if_done(*of);
}

void follow_book::told(std::string_view client, const session::followed_step& news) noexcept try {
  std::lock_guard guard{mutex_};
  if (news.body) {
    if (auto* of = find(news.body.get()); of && !tell_later(*of, client, news) && news.first)
      add(*of, client, fate_of(news.outcome), news.packet_id, news.text);
    return;
  }
  for (auto& each : followings_)
    if (tell_later(*each, client, news)) return;
} catch (const std::exception&) {
}

void follow_book::told(const publication& what, std::string_view client, fate news, std::string_view text) noexcept
  try {
  std::lock_guard guard{mutex_};
  auto* of = find(&what);
  if (!of) return;
  auto* known = target_of(*of, client, [](const auto& each) { return each.fate == fate::storing; });
  if (known && news != fate::storing)
    change(*of, *known, news, 0, text);
  else
    add(*of, client, news, 0, text);
} catch (const std::exception&) {
}

template <class Fits>
follow_report::target* follow_book::target_of(following& of, std::string_view client, Fits fits) {
  const auto [begin, end] = of.listed.equal_range(client);
  for (auto at = begin; at != end; ++at)
    if (fits(of.report.targets[at->second])) return &of.report.targets[at->second];
  return nullptr;
}

/// News of a delivery that is known already. False: it is not, or not listed.
bool follow_book::tell_later(following& of, std::string_view client, const session::followed_step& news) {
  auto* known = target_of(of, client, [&](const auto& each) {
    if (news.first) return each.fate == fate::storing;
    const auto waits = each.fate == fate::queued || each.fate == fate::stored;
    const auto same_id = news.packet_id != 0 && each.packet_id == news.packet_id && is_open(each.fate);
    return same_id || (news.body && waits);
  });
  if (known) change(of, *known, fate_of(news.outcome), news.packet_id, news.text);
  return known != nullptr;
}

void follow_book::add(following& of, std::string_view client, fate news, std::uint16_t packet_id,
                      std::string_view text) {
  ++of.first_news;
  ++of.report.fates[static_cast<std::size_t>(news)];
  auto& targets = of.report.targets;
  if (targets.size() < targets_max) {
    targets.push_back({std::string{client}, news, age_of(of), packet_id, std::string{text}});
    of.listed.emplace(targets.back().client, targets.size() - 1);
    if (is_open(news)) ++of.open;
  }
  settle_if_done(of);
}

void follow_book::change(following& of, follow_report::target& which, fate news, std::uint16_t packet_id,
                         std::string_view text) {
  --of.report.fates[static_cast<std::size_t>(which.fate)];
  ++of.report.fates[static_cast<std::size_t>(news)];
  if (is_open(which.fate)) --of.open;
  if (is_open(news)) ++of.open;
  which.fate = news;
  which.at_us = age_of(of);
  if (packet_id != 0) which.packet_id = packet_id;
  which.text = text;
  settle_if_done(of);
}

void follow_book::settle_if_done(following& of) {
  if (!of.report.matched) return;
  if (!of.until_matched && (of.first_news < of.report.receivers || of.open != 0)) return;
  of.report.settled = true;
  if (const auto settled = std::exchange(of.settled, nullptr)) settled();
}

}  // namespace troupe::actors
