#include "transport/mqtt/decoder.hpp"

#include <algorithm>
#include <functional>

#include "transport/mqtt/codec.hpp"

namespace troupe::mqtt {
namespace {

/// Whether a property may be repeated: user properties may, and PUBLISH has one identifier per subscription.
bool repeatable(property id, place where) noexcept {
  return id == property::user_property ||
         (id == property::subscription_identifier && where == place_of(packet_type::publish));
}

bool within(bytes_view part, const std::vector<std::byte>& whole) noexcept {
  const std::less<const std::byte*> before;
  return !before(part.data(), whole.data()) && before(part.data(), whole.data() + whole.size());
}

}  // namespace

reason source::reason_code() noexcept {
  const auto code = in.byte();
  // [MQTT-3.2.2-8] [MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.7.2-1] [MQTT-3.9.3-2] [MQTT-3.11.3-2]
  // [MQTT-3.14.2-1] [MQTT-3.15.2-1]
  if (!valid_reason(type, code)) fail(reason::protocol_error, "a reason code that its packet does not have");
  return static_cast<reason>(code);
}

bool property_block::next(property_value& value) noexcept {
  if (!from_.in.ok() || block_.empty()) return false;
  const auto& rule = read_property(block_, value);
  std::string_view text;
  const auto why = block_.ok() ? check(rule, value, text) : reason::success;
  if (!block_.ok())
    from_.fail(block_.failure().reason, block_.failure().text);
  else if (why != reason::success)
    from_.fail(why, text);
  return from_.in.ok();
}

reason property_block::check(const property_rule& rule, const property_value& value, std::string_view& text) noexcept {
  if ((rule.places & where_) == 0) {
    text = "a property that its packet does not have";
    return reason::malformed_packet;
  }
  const auto bit = std::uint64_t{1} << static_cast<unsigned>(rule.id);
  if ((seen_ & bit) != 0 && !repeatable(rule.id, where_)) {
    text = "a property is there twice";
    return reason::protocol_error;
  }
  seen_ |= bit;
  if (value.number < rule.least || value.number > rule.most) {
    text = "a property has a value out of its range";
    return rule.id == property::topic_alias ? reason::topic_alias_invalid : reason::protocol_error;  // [MQTT-3.3.2-8]
  }
  return reason::success;
}

void join(bytes_view& run, bytes_view encoded, source& from) {
  if (run.empty()) {
    run = encoded;
  } else if (run.data() + run.size() == encoded.data()) {
    run = {run.data(), run.size() + encoded.size()};
  } else {
    auto& scratch = from.scratch;
    scratch.reserve(from.packet_bytes);
    if (!within(run, scratch)) {
      const auto start = scratch.size();
      scratch.insert(scratch.end(), run.begin(), run.end());
      run = {scratch.data() + start, run.size()};
    }
    scratch.insert(scratch.end(), encoded.begin(), encoded.end());
    run = {run.data(), run.size() + encoded.size()};
  }
}

bool is_topic_name(std::string_view name) noexcept {
  return !name.empty() && name.find('+') == name.npos && name.find('#') == name.npos;
}

}  // namespace troupe::mqtt
