#include "bench/load/property_options.hpp"

#include <span>
#include <string_view>

#include <CLI/CLI.hpp>

#include "bench/load/command_line.hpp"
#include "routing/utf8.hpp"
#include "transport/mqtt/properties.hpp"

namespace troupe::bench {

namespace {

constexpr std::size_t text_bytes_max = 65'535;
constexpr std::uint32_t subscription_id_max = 268'435'455;

std::string_view checked(std::string_view text, const char* option) {
  if (text.size() > text_bytes_max || !valid_utf8(text))
    throw usage{std::string{option} + " is no UTF-8 text of at most 65,535 bytes", 1};
  return text;
}

mqtt::user_property user_property(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) throw usage{"--user-property is written name=value", 1};
  return {checked(text.substr(0, equals), "--user-property"), checked(text.substr(equals + 1), "--user-property")};
}

}  // namespace

CLI::Option* property_options::note(CLI::Option* added) {
  all_.push_back(added);
  return added;
}

void property_options::add_to_connect(CLI::App& to) {
  note(to.add_option("--receive-maximum", said_.receive_maximum, "of CONNECT: messages in flight towards a client"))
    ->check(CLI::PositiveNumber);
  note(to.add_option("--maximum-packet-size", said_.maximum_packet_size, "of CONNECT: bytes of a packet to a client"))
    ->check(CLI::PositiveNumber);
}

void property_options::add_to_publish(CLI::App& to) {
  note(to.add_option("--user-property", user_, "of PUBLISH: name=value; repeatable"))
    ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  note(to.add_option("--message-expiry", said_.message_expiry, "of PUBLISH, in seconds"));
  note(to.add_option("--content-type", content_type_, "of PUBLISH"));
  note(to.add_option("--response-topic", response_topic_, "of PUBLISH"));
  note(to.add_option("--correlation-data", correlation_data_, "of PUBLISH"));
  note(to.add_option("--payload-format", payload_format_, "of PUBLISH: bytes, or text (then the payload is)"))
    ->check(CLI::IsMember({"bytes", "text"}));
  note(to.add_flag("--topic-alias", said_.topic_alias, "send the topic once, then its alias, where the broker allows"));
}

void property_options::add_to_subscribe(CLI::App& to) {
  note(to.add_flag("--no-local", said_.no_local, "of SUBSCRIBE"));
  note(to.add_flag("--retain-as-published", said_.retain_as_published, "of SUBSCRIBE"));
  note(to.add_option("--retain-handling", said_.retain_handling, "of SUBSCRIBE: 0, 1 or 2"))->check(CLI::Range(0, 2));
  note(to.add_option("--subscription-id", said_.subscription_id, "of SUBSCRIBE"))
    ->check(CLI::Range(1u, subscription_id_max));
}

std::vector<std::byte> property_options::forwarded() const {
  std::vector<std::byte> result;
  if (payload_format_) mqtt::append_payload_format(*payload_format_ == "text", result);
  if (content_type_) mqtt::append_text(mqtt::property::content_type, checked(*content_type_, "--content-type"), result);
  if (response_topic_) {
    // [MQTT-3.3.2-14]
    if (response_topic_->empty() || response_topic_->find_first_of("+#") != std::string::npos)
      throw usage{"--response-topic is no topic name", 1};
    mqtt::append_text(mqtt::property::response_topic, checked(*response_topic_, "--response-topic"), result);
  }
  if (correlation_data_) {
    if (correlation_data_->size() > text_bytes_max) throw usage{"--correlation-data has at most 65,535 bytes", 1};
    mqtt::append_correlation_data(std::as_bytes(std::span{*correlation_data_}), result);
  }
  for (const auto& each : user_) mqtt::append_user_property(user_property(each), result);
  return result;
}

properties property_options::read(mqtt::version speaks, bool shared_subscription) const {
  if (speaks != mqtt::version::v5)
    for (const auto* each : all_)
      if (each->count() != 0) throw usage{each->get_name() + " needs MQTT 5 (-V 5)", 1};
  // [MQTT-3.8.3-4]
  if (said_.no_local && shared_subscription) throw usage{"--no-local is not for shared subscriptions", 1};
  auto result = said_;
  result.forwarded = forwarded();
  result.payload_is_text = payload_format_ == "text";
  return result;
}

}  // namespace troupe::bench
