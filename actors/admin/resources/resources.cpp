#include "actors/admin/resources/resources.hpp"

#include <charconv>

#include "actors/registry_table.hpp"

namespace troupe::admin {

std::optional<std::size_t> limit_of(const request& from) {
  constexpr std::size_t usual = 100, most = 1000;
  const auto text = from.parameter("limit");
  if (text.empty()) return usual;
  std::size_t result = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), result);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || result == 0 || result > most) return {};
  return result;
}

answer page(boost::json::array items, const std::string& next) {
  boost::json::object body{{"items", std::move(items)}, {"next", nullptr}};
  if (!next.empty()) body["next"] = next;
  return ok(std::move(body));
}

answer not_found(std::string_view what) { return answer::error(404, "There is no such " + std::string{what} + "."); }

answer bad_request(std::string_view sentence) { return answer::error(400, sentence); }

void find_session(inquiries& ask, std::string client_id, std::function<void(session_ref)> then) {
  const auto loop = actors::registry_of(client_id, ask.loops());
  ask.ask(
    loop, [client_id = std::move(client_id)](actors::station& on) { return on.place().registry.find(client_id); },
    std::move(then));
}

}  // namespace troupe::admin
