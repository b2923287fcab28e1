#include "actors/admin/http/pending_answer.hpp"

#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace troupe::admin {

namespace asio = boost::asio;

struct pending_answer::state {
  state(const asio::any_io_executor& on, std::chrono::milliseconds time_max) : wakeup{on, time_max} {}

  std::optional<answer> given;
  asio::steady_timer wakeup;

  void give(answer with) {
    if (given) return;
    given = std::move(with);
    wakeup.cancel();
  }
};

namespace {

/// Speaks up when the last copy of a reply goes.
template <class State>
struct promise {
  std::weak_ptr<State> to;

  explicit promise(const std::shared_ptr<State>& of) : to{of} {}
  promise(const promise&) = delete;
  promise& operator=(const promise&) = delete;
  ~promise() {
    if (const auto left = to.lock()) left->give(answer::error(500, "The call ended without an answer."));
  }
};

}  // namespace

pending_answer::pending_answer(const asio::any_io_executor& on, std::chrono::milliseconds time_max)
  : state_{std::make_shared<state>(on, time_max)} {}

reply pending_answer::taker() {
  return [owed = std::make_shared<promise<state>>(state_)](answer with) {
    if (const auto to = owed->to.lock()) to->give(std::move(with));
  };
}

void pending_answer::give(answer with) { state_->give(std::move(with)); }

asio::awaitable<answer> pending_answer::wait() {
  const auto kept = state_;
  if (!kept->given) co_await kept->wakeup.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!kept->given) kept->given = answer::error(504, "The call took too long; it may still come to its end.");
  co_return std::move(*kept->given);
}

}  // namespace troupe::admin
