#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/load/properties.hpp"
#include "transport/mqtt/packets.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace troupe::bench {

/// Options that need MQTT 5, as they are written. One object serves all subcommands.
class property_options {
public:
  void add_to_connect(CLI::App& to);
  void add_to_publish(CLI::App& to);
  void add_to_subscribe(CLI::App& to);

  /// What was said, as properties. Throws usage: on what MQTT does not allow, and on anything said with a version
  /// below 5.
  properties read(mqtt::version speaks, bool shared_subscription) const;

private:
  CLI::Option* note(CLI::Option* added);
  std::vector<std::byte> forwarded() const;

  properties said_;
  std::vector<std::string> user_;
  std::optional<std::string> content_type_, response_topic_, correlation_data_, payload_format_;
  std::vector<const CLI::Option*> all_;
};

}  // namespace troupe::bench
