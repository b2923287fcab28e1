#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <span>

#include "actors/admin/access/surroundings.hpp"

namespace troupe::test {

/// Clocks that a test turns, and random bytes that never come twice and are the same at every run.
class fake_surroundings {
public:
  admin::surroundings around() const {
    auto shared = state_;
    return {.wall = [shared] { return shared->wall; },
            .steady = [shared] { return shared->steady; },
            .random =
              [shared](std::span<unsigned char> bytes) {
                if (!shared->random_works) return false;
                std::fill(bytes.begin(), bytes.end(), static_cast<unsigned char>(7));
                auto number = ++shared->drawn;
                for (std::size_t i = 0; i < bytes.size() && i < sizeof number; ++i, number >>= 8)
                  bytes[i] = static_cast<unsigned char>(number);
                return true;
              }};
  }
  void pass(std::chrono::milliseconds time) {
    state_->wall += time;
    state_->steady += time;
  }
  void turn_back(std::chrono::hours time) { state_->wall -= time; }
  void random_works(bool does) { state_->random_works = does; }

private:
  struct state {
    admin::surroundings::wall_clock::time_point wall{std::chrono::hours{24 * 365 * 50}};
    admin::surroundings::steady_clock::time_point steady{std::chrono::hours{1}};
    bool random_works = true;
    unsigned drawn = 0;
  };
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

}  // namespace troupe::test
