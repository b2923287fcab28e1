#include "actors/admin/access/gate.hpp"

#include <boost/beast/core/string.hpp>

#include "actors/admin/access/secrets.hpp"
#include "config/log.hpp"

namespace troupe::admin {

namespace {

using boost::beast::http::verb;

constexpr std::string_view metrics_path = "/metrics";

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Whose answer depends on nobody's rights. /login knows a session nevertheless, to end it.
bool is_open(std::string_view path) { return path == "/api/v1/health" || path == "/api/v1/login"; }

bool only_reads(verb method) { return method == verb::get || method == verb::head; }

caller nobody(const credentials& shown) { return {{}, role::nobody, std::string{shown.address}, {}}; }

answer refuse(const credentials& shown, unsigned status, std::string_view sentence) {
  log::peer_event("admin", log::level::warning, "{} from {} is refused: {}", shown.path, shown.address, sentence);
  return answer::error(status, sentence);
}

}  // namespace

std::string_view session_cookie_in(std::string_view cookie_field) {
  std::string_view found;
  while (!cookie_field.empty()) {
    const auto end = cookie_field.find(';');
    const auto pair = trimmed(cookie_field.substr(0, end));
    cookie_field = end == std::string_view::npos ? std::string_view{} : cookie_field.substr(end + 1);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != session_cookie) continue;
    const auto value = pair.substr(equals + 1);
    if (!found.empty() && value != found) return {};
    found = value;
  }
  return found;
}

std::variant<caller, answer> gate::admit(const credentials& shown) {
  if (is_open(shown.path)) return logged_in(shown).value_or(nobody(shown));
  if (shown.path == metrics_path && open_metrics_) return caller{{}, role::viewer, std::string{shown.address}, {}};
  return shown.authorization.empty() ? by_cookie(shown) : by_key(shown);
}

std::variant<caller, answer> gate::by_key(const credentials& shown) {
  const auto space = shown.authorization.find(' ');
  const auto scheme = shown.authorization.substr(0, space);
  if (space == std::string_view::npos || !boost::beast::iequals(scheme, "Bearer"))
    return refuse(shown, 401, "An API key is sent as Authorization: Bearer <key>.");
  auto found = known_.use_key(trimmed(shown.authorization.substr(space)));
  if (!found) return refuse(shown, 401, "The API key is not known, or no longer valid.");
  return caller{std::move(found->name), found->role, std::string{shown.address}, {}};
}

std::variant<caller, answer> gate::by_cookie(const credentials& shown) {
  auto found = logged_in(shown);
  if (!found) return nobody(shown);
  const auto* session = sessions_.find(found->session);
  if (!only_reads(shown.method) && !same_secret(session->csrf, shown.csrf_token))
    return refuse(shown, 403, "The header X-CSRF-Token is missing or not that of this session.");
  return *std::move(found);
}

std::optional<caller> gate::logged_in(const credentials& shown) {
  const auto cookie = session_cookie_in(shown.cookie);
  if (cookie.size() != secret_characters) return std::nullopt;
  auto key = log_ins::key_of(cookie);
  const auto* session = sessions_.seen(key);
  const auto* user = session ? known_.find_user(session->user) : nullptr;
  if (!user) return std::nullopt;
  return caller{session->user, user->role, std::string{shown.address}, std::move(key)};
}

}  // namespace troupe::admin
