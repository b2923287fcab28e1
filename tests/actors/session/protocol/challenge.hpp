#pragma once

#include <algorithm>
#include <string>

#include "actors/session/protocol/authenticator.hpp"

namespace troupe::session::test {

/// The mechanism that tests use: the server repeats what the client said, the client answers with it backwards.
class challenge_exchange final : public authentication_exchange {
public:
  explicit challenge_exchange(std::string expected) : expected_{std::move(expected)} {}

  answer step(mqtt::bytes_view data) const override {
    if (expected_.empty()) return {mqtt::reason::continue_authentication, {data.begin(), data.end()}, {}};
    if (said(data) != expected_) return {mqtt::reason::not_authorized, {}, {}};
    return {mqtt::reason::success, {std::byte{'o'}, std::byte{'k'}}, "mirror"};
  }
  std::unique_ptr<authentication_exchange> next(mqtt::bytes_view data) const override {
    auto backwards = said(data);
    std::ranges::reverse(backwards);
    return std::make_unique<challenge_exchange>(backwards);
  }

private:
  static std::string said(mqtt::bytes_view data) { return {reinterpret_cast<const char*>(data.data()), data.size()}; }
  std::string expected_;
};

class challenge_authenticator final : public authenticator {
public:
  std::string_view method() const noexcept override { return "MIRROR"; }
  std::unique_ptr<authentication_exchange> begin() const override { return std::make_unique<challenge_exchange>(""); }
};

}  // namespace troupe::session::test
