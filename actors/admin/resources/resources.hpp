#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/admin/http/exchange.hpp"
#include "actors/admin/http/parameters.hpp"
#include "actors/admin/http/server_options.hpp"
#include "actors/admin/inquiries.hpp"

/// The calls of the API under /api/v1, a file for each kind of resource. actors/admin/openapi/ describes them.
namespace troupe::admin {

class ban_sweep;
class event_history;
class sampler;
class work_watch;

/// A node that runs, its loops and actors.
std::vector<route> node_routes(inquiries& ask, const sampler& figures);
std::vector<route> actor_routes(inquiries& ask, event_history& history, work_watch& work);
/// Sessions, connected or not, and what they subscribe to.
std::vector<route> client_routes(inquiries& ask);
std::vector<route> subscription_routes(inquiries& ask);
/// Topics, what is retained, publishing.
std::vector<route> topic_routes(inquiries& ask);
std::vector<route> retained_routes(inquiries& ask);
std::vector<route> publish_routes(inquiries& ask);
/// Figures: the ledger of drops, everything that is counted.
std::vector<route> metric_routes(inquiries& ask, const sampler& figures);
/// /metrics, outside of /api/v1: for Prometheus. `counted`: by the server that serves it.
std::vector<route> exposition_routes(inquiries& ask, const sampler& figures, const event_history& history,
                                     std::function<server_counters()> counted);
std::vector<route> listener_routes(inquiries& ask);
std::vector<route> config_routes(inquiries& ask);
/// Who may not connect.
std::vector<route> ban_routes(inquiries& ask, ban_sweep& sweep);
/// What all of them are, for programs to read.
std::vector<route> description_routes();

// --- what they have in common ---------------------------------------------------------------------------------------

/// A parameter that is `true` or `false`, `otherwise` where it is not there. Nothing for another text.
std::optional<bool> flag_of(const request& from, std::string_view name, bool otherwise = false);
/// A field of a body that is a whole number, or true or false; `otherwise` where it is not there. Nothing for another
/// kind of value: a wish that is not understood is not to be half fulfilled.
std::optional<std::int64_t> integer_field(const boost::json::object& body, std::string_view field,
                                          std::int64_t otherwise);
std::optional<bool> flag_field(const boost::json::object& body, std::string_view field, bool otherwise = false);
/// A page of a list; an empty cursor is the end.
answer page(boost::json::array items, const std::string& next);
answer not_found(std::string_view what);
answer bad_request(std::string_view sentence);
inline answer no_content() { return {.status = 204, .body = nullptr, .text = {}, .content_type = {}, .header = {}}; }
inline answer accepted() {
  return {.status = 202, .body = boost::json::object{}, .text = {}, .content_type = {}, .header = {}};
}
inline answer ok(boost::json::value body) {
  return {.status = 200, .body = std::move(body), .text = {}, .content_type = {}, .header = {}};
}

/// Where a client's session lives: asks its registry, and again for half a second while the client is being given one.
/// `then` gets a default session_ref when there is none.
void find_session(inquiries& ask, std::string client_id, std::function<void(session_ref)> then);

}  // namespace troupe::admin
