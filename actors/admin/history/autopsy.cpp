#include "actors/admin/history/autopsy.hpp"

#include <algorithm>

#include "actors/admin/history/findings.hpp"
#include "actors/admin/history/reason_words.hpp"

namespace troupe::admin {

namespace {

constexpr std::uint8_t session_taken_over = 0x8E;
constexpr std::uint8_t administrative_action = 0x98;

using enum event_kind;

/// Whether `gone` only says once more what `cause` has said: that the connection closed which was taken over or kicked.
bool is_echo(const event& gone, const event& cause) noexcept {
  if (gone.kind != client_disconnected || gone.by == by_client || gone.by == by_network) return false;
  if (cause.kind == client_taken_over) return !gone.reason_code || gone.reason_code == session_taken_over;
  if (cause.kind == client_kicked) return !gone.reason_code || gone.reason_code == administrative_action;
  return false;
}

/// The events that say something of their own, the oldest first.
std::vector<const event*> chain_of(std::span<const event> newest_first) {
  std::vector<const event*> result;
  for (std::size_t i = newest_first.size(); i-- > 0;) {
    const auto& each = newest_first[i];
    const auto after_cause = i + 1 < newest_first.size() && is_echo(each, newest_first[i + 1]);
    const auto before_cause = i > 0 && is_echo(each, newest_first[i - 1]);
    if (!after_cause && !before_cause && each.kind != alarm_on && each.kind != alarm_off) result.push_back(&each);
  }
  return result;
}

bool ends_connection(const event& what) noexcept {
  return what.kind == client_disconnected || what.kind == client_taken_over || what.kind == client_kicked;
}

/// Reads the chain, and writes a sentence about each event.
class examination {
public:
  explicit examination(const case_file& of) : of_{of}, chain_{chain_of(of.events)} {}

  std::vector<std::string> sentences() {
    for (std::size_t i = 0; i < chain_.size(); i += alike(i)) tell(i);
    const auto more = said_.size() > autopsy_sentences_max - 1 ? said_.size() - (autopsy_sentences_max - 1) : 0;
    said_.erase(said_.begin(), said_.begin() + static_cast<std::ptrdiff_t>(more));
    said_.insert(said_.begin(), summary());
    return std::move(said_);
  }

private:
  /// How many refusals from this one on are of the same kind: they share a sentence.
  std::size_t alike(std::size_t first) const noexcept {
    const auto& what = *chain_[first];
    auto end = first + 1;
    while (what.kind == client_refused && end < chain_.size() && chain_[end]->kind == client_refused &&
           chain_[end]->reason_code == what.reason_code && chain_[end]->text == what.text)
      ++end;
    return end - first;
  }

  void tell(std::size_t index) {
    const auto& what = *chain_[index];
    const auto next = std::find_if(chain_.begin() + static_cast<std::ptrdiff_t>(index) + 1, chain_.end(),
                                   [](const event* each) { return each->kind == client_connected; });
    before_.successor = next == chain_.end() ? nullptr : *next;
    const auto found = find_out(what, before_);
    auto sentence = "At " + of_.clock(what.at) + " " + found.what + ".";
    if (!found.more.empty()) sentence += " " + found.more;
    if (const auto more = alike(index) - 1; more > 0)
      sentence += " So it went " + std::to_string(more) + (more == 1 ? " more time" : " more times") +
                  ", the last one at " + of_.clock(chain_[index + more]->at) + ".";
    said_.push_back(std::move(sentence));
    remember(what, found, alike(index));
  }

  void remember(const event& what, const finding& found, std::size_t times) {
    if (what.kind == client_connected) {
      before_.connection = &what;
      refusals_ = 0;
      session_end_ = nullptr;
    } else if (ends_connection(what)) {
      before_.end = &what;
      how_it_ended_ = found.what;
    } else if (what.kind == client_refused) {
      refusals_ += times;
      last_refusal_ = &what;
      how_refused_ = found.what;
    } else if (what.kind == session_ended) {
      session_end_ = &what;
      how_session_ended_ = found.what;
    }
  }

  std::string summary() const {
    if (chain_.empty())
      return of_.connected ? "It is connected; what happened before is not known any more."
                           : "Nothing is known of it: it has not tried to connect since the node started, or that is "
                             "so long ago that it is not known any more.";
    return of_.connected ? summary_of_connected() : summary_of_gone();
  }

  std::string summary_of_connected() const {
    if (!before_.connection || (before_.end && before_.end->id > before_.connection->id))
      return "It is connected; when it came is not known.";
    auto result = "It is connected since " + of_.clock.with_zone(before_.connection->at);
    if (!before_.connection->address.empty()) result += ", from " + before_.connection->address;
    result += ".";
    if (before_.end)
      result += " The connection before that one ended at " + of_.clock(before_.end->at) + ": " + how_it_ended_ + ".";
    return result;
  }

  std::string summary_of_gone() const {
    std::string result;
    if (before_.end)
      result = "It is gone since " + of_.clock.with_zone(before_.end->at) + ": " + how_it_ended_ + ".";
    else if (session_end_)
      result = "It is gone: at " + of_.clock.with_zone(session_end_->at) + " " + how_session_ended_ + ".";
    else if (refusals_ == 0)
      result = "It is gone, and nothing tells why: the node was stopped or crashed, or it is not known any more.";
    if (refusals_ > 0) result += refused_since(result.empty());
    if (before_.end && session_end_ && session_end_->id > before_.end->id)
      result += " Its session ended at " + of_.clock(session_end_->at) + ".";
    return result;
  }

  std::string refused_since(bool never_connected) const {
    const auto when = never_connected ? of_.clock.with_zone(last_refusal_->at) : of_.clock(last_refusal_->at);
    if (never_connected) return "It could not connect: at " + when + " " + how_refused_ + ".";
    return " It could not connect again: at " + when + " " + how_refused_ + ".";
  }

  const case_file& of_;
  std::vector<const event*> chain_;
  std::vector<std::string> said_;
  circumstances before_;
  std::string how_it_ended_, how_refused_, how_session_ended_;
  const event* session_end_ = nullptr;
  const event* last_refusal_ = nullptr;
  std::size_t refusals_ = 0;
};

}  // namespace

std::vector<std::string> autopsy(const case_file& of) { return examination{of}.sentences(); }

}  // namespace troupe::admin
