#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "transport/mqtt/packets.hpp"

namespace troupe::session {

/// One conversation of enhanced authentication (MQTT 5, 4.12): what a mechanism remembers between its steps.
class authentication_exchange {
public:
  struct answer {
    /// continue_authentication: send `data` and wait; success: done, `data` goes with it; else the refusal.
    mqtt::reason reason = mqtt::reason::not_authorized;
    std::vector<std::byte> data;
    std::string user;  ///< who it is, once successful; empty: the user name of CONNECT
  };

  virtual ~authentication_exchange() = default;
  /// Says what `data` of the client leads to, and changes nothing: a step may be asked for twice.
  virtual answer step(mqtt::bytes_view data) const = 0;
  /// The conversation after the step that was answered to `data`; null when it is over.
  virtual std::unique_ptr<authentication_exchange> next(mqtt::bytes_view data) const = 0;
};

/// A mechanism of enhanced authentication. Shared by sessions of one loop; immutable.
class authenticator {
public:
  virtual ~authenticator() = default;
  virtual std::string_view method() const noexcept = 0;
  virtual std::unique_ptr<authentication_exchange> begin() const = 0;
};

}  // namespace troupe::session
