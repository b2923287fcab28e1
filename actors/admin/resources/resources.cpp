#include "actors/admin/resources/resources.hpp"

#include <charconv>
#include <chrono>
#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "actors/registry_table.hpp"

namespace troupe::admin {

std::optional<bool> flag_of(const request& from, std::string_view name, bool otherwise) {
  const auto text = from.parameter(name);
  if (text.empty()) return otherwise;
  if (text != "true" && text != "false") return {};
  return text == "true";
}

std::optional<std::int64_t> integer_field(const boost::json::object& body, std::string_view field,
                                          std::int64_t otherwise) {
  const auto* found = body.if_contains(field);
  if (!found) return otherwise;
  return found->is_int64() ? std::optional{found->get_int64()} : std::nullopt;
}

std::optional<bool> flag_field(const boost::json::object& body, std::string_view field, bool otherwise) {
  const auto* found = body.if_contains(field);
  if (!found) return otherwise;
  return found->is_bool() ? std::optional{found->get_bool()} : std::nullopt;
}

answer page(boost::json::array items, const std::string& next) {
  boost::json::object body{{"items", std::move(items)}, {"next", nullptr}};
  if (!next.empty()) body["next"] = next;
  return ok(std::move(body));
}

answer not_found(std::string_view what) { return answer::error(404, "There is no such " + std::string{what} + "."); }

answer bad_request(std::string_view sentence) { return answer::error(400, sentence); }

namespace {

/// What a registry knows of a client id.
struct registry_entry {
  session_ref session;
  bool is_wanted = false;  ///< somebody is being given a session, whose loop has not told the registry yet
};

void find_until(inquiries& ask, std::string client_id, std::chrono::steady_clock::time_point deadline,
                std::function<void(session_ref)> then) {
  ask.ask(
    actors::registry_of(client_id, ask.loops()),
    [client_id](actors::station& on) {
      const auto& known = on.place().registry;
      return registry_entry{known.find(client_id), known.contains(client_id)};
    },
    [&ask, client_id, deadline, then = std::move(then)](registry_entry found) {
      if (found.session || !found.is_wanted || std::chrono::steady_clock::now() > deadline) return then(found.session);
      auto timer = std::make_shared<boost::asio::steady_timer>(ask.admin(), std::chrono::milliseconds{1});
      timer->async_wait([&ask, client_id, deadline, then, timer](boost::system::error_code failed) {
        if (!failed) find_until(ask, client_id, deadline, then);
      });
    });
}

}  // namespace

// A client may have its CONNACK before the registry, which is on another loop, has heard of its session: until then the
// registry holds the claim.
void find_session(inquiries& ask, std::string client_id, std::function<void(session_ref)> then) {
  constexpr auto patience = std::chrono::milliseconds{500};
  find_until(ask, std::move(client_id), std::chrono::steady_clock::now() + patience, std::move(then));
}

}  // namespace troupe::admin
