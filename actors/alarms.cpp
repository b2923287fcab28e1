#include "actors/alarms.hpp"

#include <algorithm>
#include <chrono>

namespace troupe::actors {

namespace {

admin::since_1970 now() {
  return std::chrono::floor<admin::since_1970>(std::chrono::system_clock::now().time_since_epoch());
}

}  // namespace

void alarms::found(std::string_view name, bool is_on, std::string_view text) {
  const std::lock_guard lock{mutex_};
  const auto known = std::ranges::find(on_, name, &alarm::name);
  if (is_on == (known != on_.end())) return;
  const auto at = now();
  if (is_on)
    on_.push_back({std::string{name}, std::string{text}, at});
  else
    on_.erase(known);
  tell(is_on ? admin::event_kind::alarm_on : admin::event_kind::alarm_off, name, text, at);
}

std::vector<alarms::alarm> alarms::on() const {
  const std::lock_guard lock{mutex_};
  return on_;
}

std::size_t alarms::count() const {
  const std::lock_guard lock{mutex_};
  return on_.size();
}

void alarms::tell(admin::event_kind kind, std::string_view name, std::string_view text,
                  admin::since_1970 at) const noexcept {
  if (!history_) return;
  const auto said = std::string{name}.append(": ").append(text);
  admin::event_view what;
  what.at = at;
  what.kind = kind;
  what.text = said;
  history_->add(what);
}

}  // namespace troupe::actors
