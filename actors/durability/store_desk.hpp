#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/runtime/event_loop.hpp"
#include "persistence/store.hpp"

namespace troupe::actors {

/// Where one loop asks the store: each request comes with what is to be done with its answer, on the loop. It belongs
/// to the loop, so that no crash of an actor loses an answer.
class store_desk final : public persistence::caller {
public:
  using answer = std::function<void(persistence::result&)>;

  store_desk(persistence::store& store, runtime::post_office& office, std::uint32_t loop) noexcept
    : store_{store},
      office_{office},
      loop_{loop} {}

  void commit(persistence::batch what, answer then);
  void read(persistence::table where, std::string_view key, answer then);
  void scan(persistence::range what, answer then);

  /// Does what is due with the answers that have come.
  void take_answers();
  std::size_t requests_under_way() const noexcept { return under_way_.size(); }

  void ended(std::span<persistence::result> results) noexcept override;

private:
  std::uint64_t note(answer then);

  persistence::store& store_;
  runtime::post_office& office_;
  std::uint32_t loop_;
  std::uint64_t last_ticket_ = 0;
  std::unordered_map<std::uint64_t, answer> under_way_;
  std::vector<persistence::result> taken_;

  std::mutex mutex_;  ///< of what follows
  std::vector<persistence::result> come_;
};

}  // namespace troupe::actors
