#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "actors/admin/http/exchange.hpp"

namespace troupe::admin {

/// The answer that a handler owes. Gone with the request: what a handler says later falls on nobody.
class pending_answer {
public:
  /// 504 is the answer when `time_max` passes without one.
  pending_answer(const boost::asio::any_io_executor& on, std::chrono::milliseconds time_max);

  /// For the handler. When all copies of it are gone and none was called, the answer is 500.
  reply taker();
  /// The first answer counts.
  void give(answer with);
  boost::asio::awaitable<answer> wait();

private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace troupe::admin
