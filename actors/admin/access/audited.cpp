#include "actors/admin/access/audited.hpp"

#include <atomic>
#include <utility>

#include <fmt/format.h>

namespace troupe::admin {

namespace {

/// One call that is being served: recorded at its first outcome, or when nobody holds its reply any more.
class pending_call {
public:
  pending_call(std::shared_ptr<audit_log> log, audit_entry entry) : log_{std::move(log)}, entry_{std::move(entry)} {}
  ~pending_call() { end("no answer"); }
  pending_call(const pending_call&) = delete;
  pending_call& operator=(const pending_call&) = delete;

  void end(std::string outcome) {
    if (ended_.exchange(true)) return;
    entry_.outcome = std::move(outcome);
    log_->record(std::move(entry_));
  }

private:
  std::shared_ptr<audit_log> log_;
  audit_entry entry_;
  std::atomic<bool> ended_ = false;  // the last reply may be dropped on another thread
};

}  // namespace

std::string target_in_path(const request& asked) {
  std::string target;
  for (const auto& part : asked.captured) target += (target.empty() ? "" : " ") + part;
  if (!target.empty()) return target;
  for (const auto& [name, value] : asked.query)
    target += fmt::format("{}{}={}", target.empty() ? "" : "&", name, value);
  return target;
}

target_of target_in_body(std::string field) {
  return [field = std::move(field)](const request& asked) {
    const auto* value = asked.body.if_contains(field);
    return value && value->is_string() ? std::string{value->get_string()} : std::string{};
  };
}

std::string outcome_of(const answer& given) {
  if (given.status < 400) return "done";
  const auto* fields = given.body.if_object();
  const auto* sentence = fields ? fields->if_contains("error") : nullptr;
  if (!sentence || !sentence->is_string()) return std::to_string(given.status);
  return fmt::format("{}: {}", given.status, std::string_view{sentence->get_string()});
}

handler audited(std::shared_ptr<audit_log> log, std::string action, handler inner, target_of target) {
  return [=](const request& asked, reply done) {
    audit_entry entry;
    entry.who = asked.who.name;
    entry.address = asked.who.address;
    entry.action = action;
    entry.target = target(asked);
    const auto call = std::make_shared<pending_call>(log, std::move(entry));
    try {
      inner(asked, [call, done = std::move(done)](answer given) {
        call->end(outcome_of(given));
        done(std::move(given));
      });
    } catch (...) {
      call->end("500: it failed");
      throw;
    }
  };
}

}  // namespace troupe::admin
