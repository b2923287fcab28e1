#include <array>
#include <chrono>

#include <boost/asio/steady_timer.hpp>

#include "actors/admin/http/base64.hpp"
#include "actors/admin/resources/resources.hpp"
#include "actors/admin/resources/why_not.hpp"
#include "actors/following/follow_book.hpp"
#include "routing/hash.hpp"
#include "routing/topic.hpp"

namespace troupe::admin {

namespace {

using boost::beast::http::verb;
using std::chrono::milliseconds;

constexpr milliseconds wait_default{1000}, wait_max{5000};

std::string_view text_in(const boost::json::object& body, std::string_view field) {
  const auto* found = body.if_contains(field);
  return found && found->is_string() ? std::string_view{found->get_string()} : std::string_view{};
}

/// One publication from its request to its answer. On the admin's thread, but for route().
class publishing : public std::enable_shared_from_this<publishing> {
public:
  publishing(inquiries& ask, reply to) : ask_{ask}, to_{std::move(to)}, timer_{ask.admin()} {}

  /// A sentence where the request is wrong; empty: it is not.
  std::string read(const boost::json::object& body);
  void begin();

private:
  void route(session_ref publisher);
  std::uint64_t route_on(actors::station& on, session_ref publisher);
  void await(std::uint64_t number);
  void finish();
  void answer_with(boost::json::object body) { to_(ok(std::move(body))); }

  inquiries& ask_;
  reply to_;
  boost::asio::steady_timer timer_;
  std::string topic_, payload_, publisher_, client_;
  qos qos_ = qos::at_most_once;
  bool retain_ = false, follow_ = false, finished_ = false, early_ = false;
  milliseconds wait_ = wait_default;
  session_ref as_;
  std::uint64_t number_ = 0;
};

std::string publishing::read(const boost::json::object& body) {
  topic_ = text_in(body, "topic");
  if (check_topic_name(topic_, ask_.node().options.limits.topic_levels_max) != topic_error::none)
    return "`topic` is no topic name.";
  const auto level = integer_field(body, "qos", 0).value_or(-1);
  if (level < 0 || level > 2) return "`qos` is 0, 1 or 2.";
  qos_ = static_cast<qos>(level);
  const auto retain = flag_field(body, "retain"), follow = flag_field(body, "follow");
  if (!retain || !follow) return "`retain` and `follow` are true or false.";
  retain_ = *retain;
  follow_ = *follow;
  wait_ = milliseconds{integer_field(body, "wait_ms", wait_default.count()).value_or(-1)};
  if (wait_ < milliseconds{0} || wait_ > wait_max) return "`wait_ms` is 0 to 5000.";
  publisher_ = text_in(body, "publisher");
  client_ = text_in(body, "client");
  payload_ = text_in(body, "payload");
  const auto encoding = text_in(body, "encoding");
  if (encoding == "base64") {
    auto decoded = from_base64(payload_);
    if (!decoded) return "`payload` is no base64.";
    payload_ = std::move(*decoded);
  } else if (!encoding.empty() && encoding != "text") {
    return "`encoding` is text or base64.";
  }
  return {};
}

// In the name of a client its No Local counts; access rules are the operator's, and not asked.
void publishing::begin() {
  if (publisher_.empty()) return route({});
  find_session(ask_, publisher_, [self = shared_from_this()](session_ref who) {
    if (!who) return self->to_(not_found("publisher"));
    self->route(who);
  });
}

void publishing::route(session_ref publisher) {
  as_ = publisher;
  ask_.ask(
    0, [self = shared_from_this(), publisher](actors::station& on) { return self->route_on(on, publisher); },
    [self = shared_from_this()](std::uint64_t number) { self->await(number); });
}

/// Routed by the first loop. Returns the number under which it is followed; 0: too many are, and it is published only
/// where nobody wanted to follow it.
std::uint64_t publishing::route_on(actors::station& on, session_ref publisher) {
  auto& follows = ask_.node().follows;
  publication::parts parts{.topic = topic_,
                           .payload = std::as_bytes(std::span{payload_}),
                           .qos = qos_,
                           .retain = retain_,
                           .publisher = publisher,
                           .publisher_hash = static_cast<std::uint32_t>(hash_text(publisher_, 0)),
                           .arrived = on.loop().now(),
                           .followed = true};
  session::route what;
  what.body = publication::make(parts);
  const auto settled = [self = shared_from_this()] {
    boost::asio::post(self->ask_.admin(), [self] { self->finish(); });
  };
  const auto number = follows.begin(what.body, node_clock::now(), !follow_, settled);
  if (number == 0) {
    if (follow_) return 0;  // whoever asks again would have published twice
    parts.followed = false;
    what.body = publication::make(parts);
  }
  const auto shard = std::to_string(shard_of(topic_, ask_.loops()));
  follows.step(*what.body, "published", "root/admin", publisher_.empty() ? "by an operator" : "in a client's name");
  follows.step(*what.body, "routed", "root/loop 0",
               "joined the turn's batch for the shard of its topic, on loop " + shard);
  on.place().routes.route(std::move(what), {});
  return number;
}

void publishing::await(std::uint64_t number) {
  if (number == 0) {
    return to_(follow_ ? answer::error(429, "Too many publications are followed at the moment.") : accepted());
  }
  number_ = number;
  if (early_) return finish();
  timer_.expires_after(follow_ ? wait_ : wait_default);
  timer_.async_wait([self = shared_from_this()](boost::system::error_code) { self->finish(); });
}

boost::json::object to_json(const actors::follow_report& of) {
  boost::json::array way, targets;
  for (const auto& each : of.way)
    way.push_back({{"step", each.name}, {"actor", each.actor}, {"at_us", each.at_us}, {"text", each.text}});
  for (const auto& each : of.targets) {
    boost::json::object target{
      {"client", each.client}, {"outcome", to_string(each.fate)}, {"at_us", each.at_us}, {"text", each.text}};
    if (each.packet_id != 0) target["packet_id"] = each.packet_id;
    targets.emplace_back(std::move(target));
  }
  boost::json::object outcomes;
  std::uint64_t known = 0;
  for (std::size_t i = 0; i < of.fates.size(); ++i) {
    if (of.fates[i] != 0) outcomes[to_string(static_cast<actors::fate>(i))] = of.fates[i];
    known += of.fates[i];
  }
  return {{"receivers", of.receivers},       {"way", std::move(way)},
          {"targets", std::move(targets)},   {"targets_left_out", known - of.targets.size()},
          {"outcomes", std::move(outcomes)}, {"settled", of.settled}};
}

void publishing::finish() {
  early_ = true;  // the answer may come before the number does
  if (number_ == 0 || std::exchange(finished_, true)) return;
  timer_.cancel();
  const auto report = ask_.node().follows.end(number_);
  if (!follow_) return report.matched ? answer_with({{"receivers", report.receivers}}) : to_(accepted());
  auto body = to_json(report);
  if (client_.empty()) return answer_with(std::move(body));
  for (const auto& each : report.targets)
    if (each.client == client_) {
      body["why"] = {{"client", client_}, {"text", each.text}};
      return answer_with(std::move(body));
    }
  auto then = [self = shared_from_this(), body](const std::string& text) mutable {
    body["why"] = {{"client", self->client_}, {"text", text}};
    self->answer_with(std::move(body));
  };
  why_not(ask_, client_, topic_, as_, then);
}

void publish(inquiries& ask, const request& from, reply to) {
  auto made = std::make_shared<publishing>(ask, to);
  if (const auto wrong = made->read(from.body); !wrong.empty()) return to(bad_request(wrong));
  made->begin();
}

}  // namespace

std::vector<route> publish_routes(inquiries& ask) {
  return {{verb::post, "/api/v1/publish", role::operates,
           [&ask](const request& from, reply to) { publish(ask, from, std::move(to)); }}};
}

}  // namespace troupe::admin
