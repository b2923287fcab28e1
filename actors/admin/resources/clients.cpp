#include <algorithm>
#include <array>
#include <memory>
#include <variant>

#include "actors/admin/resources/resources.hpp"
#include "actors/admin/session_view.hpp"
#include "actors/admin/session_walk.hpp"
#include "actors/durability/durability.hpp"
#include "routing/topic.hpp"

namespace troupe::admin {

namespace {

using boost::beast::http::verb;

constexpr std::size_t listed_max = 100;  ///< subscriptions and messages in flight that one client's answer lists

// --- lists ----------------------------------------------------------------------------------------------------------

/// What the parameters of a list ask for. Empty: everything.
struct client_filter {
  std::string id_prefix, user, address, listener, protocol;
  std::optional<bool> connected;

  explicit client_filter(const request& from)
    : id_prefix{from.parameter("id_prefix")},
      user{from.parameter("user")},
      address{from.parameter("address")},
      listener{from.parameter("listener")},
      protocol{from.parameter("protocol")} {
    if (!from.parameter("connected").empty()) connected = flag_of(from, "connected");
  }

  /// What is wrong with them; empty: nothing.
  static std::string_view objection_to(const request& from) {
    constexpr std::array<std::string_view, 4> protocols{"", "3.1", "3.1.1", "5"};
    if (!flag_of(from, "connected")) return "`connected` is true or false.";
    if (std::ranges::find(protocols, from.parameter("protocol")) == protocols.end())
      return "`protocol` is 3.1, 3.1.1 or 5.";
    return {};
  }

  bool needs_connection() const { return !user.empty() || !address.empty() || !listener.empty() || !protocol.empty(); }

  /// Looks at the session itself first: only few of a million are worth a copy.
  bool may_fit(const session_place& place) const {
    const auto id = place.seat ? place.seat->record().client_id.view() : place.asleep->client_id.view();
    if (!id.starts_with(id_prefix)) return false;
    const auto here = place.seat && place.seat->record().connected;
    if (connected && *connected != here) return false;
    return place.seat || !needs_connection();
  }

  bool fits(const session_view& of) const {
    if (!user.empty() && of.user != user) return false;
    if (!listener.empty() && of.listener != listener) return false;
    if (!protocol.empty() && name_of(of.version) != protocol) return false;
    return address.empty() || of.address.starts_with(address);
  }
};

void list_clients(inquiries& ask, const request& from, reply to) {
  const auto limit = limit_of(from);
  const auto position = session_position::of(from.parameter("cursor"));
  if (!limit || !position) return to(bad_request("`limit` is 1 to 1000, `cursor` what a list gave as `next`."));
  if (const auto wrong = client_filter::objection_to(from); !wrong.empty()) return to(bad_request(wrong));
  auto items = std::make_shared<boost::json::array>();
  session_walk<session_view>::begin(
    ask, *position, *limit,
    [filter = client_filter{from}](actors::station& on, const session_place& place) -> std::optional<session_view> {
      if (!filter.may_fit(place)) return {};
      auto view = view_of(on, place);
      return filter.fits(view) ? std::optional{std::move(view)} : std::nullopt;
    },
    [items, limit](std::vector<session_view> found) {
      for (const auto& each : found) items->push_back(client_json(each));
      return *limit - items->size();
    },
    [items, to](std::optional<session_position> next) {
      to(page(std::move(*items), next ? next->cursor() : std::string{}));
    });
}

// --- one client -----------------------------------------------------------------------------------------------------

boost::json::object memory_json(const session_memory& of) {
  return {{"total", of.total()},       {"record", of.record}, {"queue", of.queue},
          {"in_flight", of.in_flight}, {"link", of.link},     {"subscriptions", of.subscriptions},
          {"output", of.output}};
}

boost::json::array in_flight_json(const session::inflight_window& of) {
  boost::json::array result;
  for (auto id = of.first(); id != 0 && result.size() < listed_max; id = of.after(id)) {
    const auto& slot = *of.find(id);
    result.push_back({{"packet_id", id},
                      {"topic", slot.what.body ? boost::json::value(slot.what.body->topic()) : nullptr},
                      {"qos", static_cast<int>(slot.what.qos)},
                      {"state", slot.state == session::inflight_window::state::sent ? "sent" : "released"}});
  }
  return result;
}

boost::json::object detail_of(actors::station& on, const actors::session_seat& seat) {
  const auto view = view_of(on, {seat.self(), &seat, nullptr});
  auto result = client_json(view);
  result["memory"] = memory_json(view.memory);
  boost::json::array subscriptions;
  seat.record().subscriptions.for_each([&](const subscription& each) {
    if (subscriptions.size() < listed_max) subscriptions.push_back(subscription_json(view.client_id, each));
  });
  result["subscription_list"] = std::move(subscriptions);
  result["in_flight_list"] = in_flight_json(seat.record().inflight);
  result["will"] = nullptr;
  if (const auto& will = seat.record().will)
    result["will"] = {{"topic", will->body->topic()},
                      {"qos", static_cast<int>(will->body->qos())},
                      {"retain", will->body->retain()},
                      {"delay_seconds", will->delay}};
  return result;
}

/// Calls `with` on the session's loop, which wakes a session that sleeps; `then` gets what it returns on the admin's
/// thread, or null for a session that is gone.
void with_seat(inquiries& ask, session_ref who,
               std::function<boost::json::value(actors::station&, actors::session_seat&)> with,
               std::function<void(boost::json::value)> then) {
  auto& station = *ask.node().stations[who.loop];
  station.loop().run_soon([&ask, &station, who, with = std::move(with), then = std::move(then)] {
    auto seen = [&ask, &station, with, then](actors::session_seat* seat) {
      auto said = seat ? with(station, *seat) : boost::json::value(nullptr);
      boost::asio::post(ask.admin(), [said = std::move(said), then] { then(said); });
    };
    if (station.place().durable)
      station.place().durable->sleepers().wake(who, seen);
    else
      seen(station.place().sessions.find(who));
  });
}

/// The same by client id. `to` gets 404 where there is no such client.
void with_client(inquiries& ask, const request& from,
                 std::function<boost::json::value(actors::station&, actors::session_seat&)> with, reply to,
                 std::function<answer(boost::json::value)> answered) {
  find_session(ask, from.captured.at(0), [&ask, with = std::move(with), to, answered](session_ref who) {
    if (!who) return to(not_found("client"));
    with_seat(ask, who, with, [to, answered](const boost::json::value& said) {
      to(said.is_null() ? not_found("client") : answered(said));
    });
  });
}

void show_client(inquiries& ask, const request& from, reply to) {
  with_client(
    ask, from, [](actors::station& on, actors::session_seat& seat) { return boost::json::value(detail_of(on, seat)); },
    std::move(to), [](boost::json::value said) { return ok(std::move(said)); });
}

void remove_client(inquiries& ask, const request& from, reply to) {
  const auto whole = flag_of(from, "session");
  if (!whole) return to(bad_request("`session` is true or false."));
  with_client(
    ask, from,
    [whole = *whole, by = from.who.name](actors::station& on, actors::session_seat& seat) {
      if (seat.link()) on.place().chronicle.kicked(seat.record().client_id.view(), by);
      seat.kick(mqtt::reason::administrative_action);
      if (whole) seat.end(by);
      return boost::json::value(true);
    },
    std::move(to), [](const boost::json::value&) { return no_content(); });
}

// --- all that are away ----------------------------------------------------------------------------------------------

/// Ends the sessions of all that are away, some at a time: those that sleep are read from the store first. Answers when
/// they have ended, so that who asks for the list next does not see them any more.
class removal : public std::enable_shared_from_this<removal> {
public:
  removal(inquiries& ask, std::string by, reply to) : ask_{ask}, by_{std::move(by)}, to_{std::move(to)} {}

  void go_on(session_position from) {
    auto found = std::make_shared<std::vector<session_ref>>();
    session_walk<session_ref>::begin(
      ask_, from, at_once,
      [](actors::station&, const session_place& place) -> std::optional<session_ref> {
        if (place.seat && place.seat->record().connected) return {};
        return place.who;
      },
      [found](const std::vector<session_ref>& more) {
        found->insert(found->end(), more.begin(), more.end());
        return at_once - found->size();
      },
      [self = shared_from_this(), found](std::optional<session_position> next) { self->end(*found, next); });
  }

private:
  static constexpr std::size_t at_once = 1000;

  void end(const std::vector<session_ref>& found, std::optional<session_position> next) {
    next_ = next;
    left_ = found.size() + 1;
    for (const auto who : found)
      with_seat(
        ask_, who,
        [by = by_](actors::station&, actors::session_seat& seat) {
          if (seat.record().connected) return boost::json::value(nullptr);  // it has come back
          seat.end(by);
          return boost::json::value(true);
        },
        [self = shared_from_this()](const boost::json::value& ended) {
          if (!ended.is_null()) ++self->removed_;
          self->one_less();
        });
    one_less();
  }

  void one_less() {
    if (--left_ > 0) return;
    if (next_) return go_on(*next_);
    to_(ok(boost::json::object{{"removed", removed_}}));
  }

  inquiries& ask_;
  std::string by_;
  reply to_;
  std::optional<session_position> next_;
  std::size_t left_ = 0;  ///< of this batch
  std::size_t removed_ = 0;
};

void remove_disconnected(inquiries& ask, const request& from, reply to) {
  if (from.parameter("connected") != "false")
    return to(bad_request("Only all clients that are away can be removed: `connected=false`."));
  std::make_shared<removal>(ask, from.who.name, std::move(to))->go_on({});
}

// --- subscriptions on its behalf ------------------------------------------------------------------------------------

/// How a body wants to subscribe, besides to what.
struct subscription_wish {
  std::uint32_t identifier = 0;
  subscription_options options;
};

/// Or what is wrong with it.
std::variant<subscription_wish, std::string_view> subscription_in(const boost::json::object& body) {
  const auto level = integer_field(body, "qos", 0);
  const auto handling = integer_field(body, "retain_handling", 0);
  const auto identifier = integer_field(body, "identifier", 0);
  const auto no_local = flag_field(body, "no_local");
  const auto as_published = flag_field(body, "retain_as_published");
  if (!level || *level < 0 || *level > 2) return "`qos` is 0, 1 or 2.";
  if (!handling || *handling < 0 || *handling > 2) return "`retain_handling` is 0, 1 or 2.";
  if (!identifier || *identifier < 0 || *identifier > 268'435'455) return "`identifier` is 0 to 268435455.";
  if (!no_local || !as_published) return "`no_local` and `retain_as_published` are true or false.";
  const subscription_options options{.maximum_qos = static_cast<qos>(*level),
                                     .no_local = *no_local,
                                     .retain_as_published = *as_published,
                                     .retain_handling = static_cast<retain_handling>(*handling)};
  return subscription_wish{static_cast<std::uint32_t>(*identifier), options};
}

void subscribe(inquiries& ask, const request& from, reply to) {
  const auto* filter = from.body.if_contains("filter");
  const auto text = filter && filter->is_string() ? std::string{filter->get_string()} : std::string{};
  if (check_topic_filter(text, ask.node().options.limits.topic_levels_max) != topic_error::none)
    return to(bad_request("`filter` is no topic filter."));
  const auto wished = subscription_in(from.body);
  if (const auto* wrong = std::get_if<std::string_view>(&wished)) return to(bad_request(*wrong));
  with_client(
    ask, from,
    [text, what = std::get<subscription_wish>(wished)](actors::station&, actors::session_seat& seat) {
      seat.subscribe_for({.identifier = what.identifier, .entries = {{text, what.options}}});
      return boost::json::value(true);
    },
    std::move(to), [](const boost::json::value&) { return no_content(); });
}

void unsubscribe(inquiries& ask, const request& from, reply to) {
  const auto filter = std::string{from.parameter("filter")};
  if (filter.empty()) return to(bad_request("`filter` is missing."));
  with_client(
    ask, from,
    [filter](actors::station&, actors::session_seat& seat) {
      seat.unsubscribe_for({.filters = {filter}});
      return boost::json::value(true);
    },
    std::move(to), [](const boost::json::value&) { return no_content(); });
}

}  // namespace

std::vector<route> client_routes(inquiries& ask) {
  auto with = [&ask](auto handle) {
    return [&ask, handle](const request& from, reply to) { handle(ask, from, std::move(to)); };
  };
  return {
    {verb::get, "/api/v1/clients", role::viewer, with(list_clients)},
    {verb::delete_, "/api/v1/clients", role::operates, with(remove_disconnected)},
    {verb::get, "/api/v1/clients/{id}", role::viewer, with(show_client)},
    {verb::delete_, "/api/v1/clients/{id}", role::operates, with(remove_client)},
    {verb::post, "/api/v1/clients/{id}/subscriptions", role::operates, with(subscribe)},
    {verb::delete_, "/api/v1/clients/{id}/subscriptions", role::operates, with(unsubscribe)},
  };
}

}  // namespace troupe::admin
