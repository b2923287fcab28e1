#pragma once

#include <future>
#include <span>

#include "persistence/store.hpp"

namespace troupe::tests {

/// Holds a store's thread in an answer until it is opened: what is requested meanwhile is one group.
class gate final : public persistence::caller {
public:
  explicit gate(persistence::store& of) {
    of.read(persistence::table::meta, "gate", *this, 0);
    reached_.get_future().wait();
  }
  ~gate() { open(); }
  void open() {
    if (!std::exchange(is_open_, true)) opened_.set_value();
  }

private:
  void ended(std::span<persistence::result>) noexcept override {
    reached_.set_value();
    opened_.get_future().wait();
  }

  std::promise<void> reached_;
  std::promise<void> opened_;
  bool is_open_ = false;
};

}  // namespace troupe::tests
