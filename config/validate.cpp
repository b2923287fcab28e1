#include "config/validate.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

#include "config/address.hpp"
#include "config/table.hpp"
#include "config/value.hpp"

namespace troupe::config {

namespace {

using problems = std::vector<problem>;

bool is_tls(const listener_options& of) { return of.type == listener_type::tls || of.type == listener_type::wss; }
bool is_websocket(const listener_options& of) { return of.type == listener_type::ws || of.type == listener_type::wss; }

/// Every client of it has shown a certificate that names it.
bool identifies_clients(const listener_options& of) {
  return is_tls(of) && of.tls.client_certificates == client_certificates::required && of.tls.common_name_as_user;
}

/// Whether this is a listener's limit that was only inherited: it is judged where it was said.
bool inherited(const option& one, const std::vector<option>& all) {
  const auto limits = one.name.find(".limits.");
  if (limits == std::string::npos) return false;
  const auto node = std::find_if(all.begin(), all.end(), [&](const option& other) {
    return other.name == std::string_view{one.name}.substr(limits + 1);
  });
  return node != all.end() && node->text() == one.text();
}

void check_ranges(options of, problems& found) {  // a copy: the table points into options that it may change
  const auto all = options_of(of);
  for (const auto& one : all) {
    const auto number = number_of(one.field);
    if (!number || (*number >= one.range.least && *number <= one.range.most) || inherited(one, all)) continue;
    found.push_back(
      {one.name, fmt::format("{} is out of range: {} to {}", one.text(), text_of(one.range.least, one.field, one.unit),
                             text_of(one.range.most, one.field, one.unit))});
  }
}

/// A file that an option names, where it names one.
void check_file(const std::string& option, const std::string& path, problems& found) {
  if (path.empty()) return;
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) {
    found.push_back({option, fmt::format("{} is a directory, not a file", path)});
  } else if (std::ifstream file{path}; !file) {
    found.push_back({option, fmt::format("{} cannot be read: {}", path, std::strerror(errno))});
  }
}

void check_node(const options& of, problems& found) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.@";
  if (of.node.name.empty() || of.node.name.find_first_not_of(allowed) != std::string::npos)
    found.push_back({"node.name", fmt::format("'{}': letters, digits and _ - . @ only", of.node.name)});
  check_file("access.password_file", of.access.password_file, found);
  check_file("access.acl_file", of.access.acl_file, found);
}

void check_admin(const admin_options& of, problems& found) {
  const auto target = parse_bind(of.bind);
  if (!target || target->is_unix())
    found.push_back({"admin.bind", fmt::format("'{}' is no address: write 127.0.0.1:18083 or [::1]:18083", of.bind)});
  if (of.certificate.empty() != of.key.empty())
    found.push_back({"admin.certificate", "certificate and key are only of use together"});
  check_file("admin.certificate", of.certificate, found);
  check_file("admin.key", of.key, found);
  constexpr std::size_t initial_password_min = 8;
  if (!of.initial_password.empty() && of.initial_password.size() < initial_password_min)
    found.push_back({"admin.initial_password", fmt::format("has less than {} characters", initial_password_min)});
}

/// The checks of one listener; every message names the option in full.
class listener_check {
public:
  listener_check(const listener_options& listener, problems& found) : of_{listener}, found_{found} {}

  void run() {
    bind();
    networks();
    mount_point();
    if (is_tls(of_))
      tls();
    else
      plain();
    if (is_websocket(of_)) websocket();
  }

private:
  std::string name(std::string_view key) const { return fmt::format("listeners.{}.{}", of_.name, key); }
  void complain(std::string_view key, std::string text) { found_.push_back({name(key), std::move(text)}); }

  void bind() {
    const auto target = parse_bind(of_.bind);
    if (!target)
      return complain("bind",
                      fmt::format("'{}' is no address: write 127.0.0.1:1883, [::1]:1883 or unix:/path", of_.bind));
    constexpr std::size_t sun_path_max = 107;
    if (target->unix_path.size() > sun_path_max)
      complain("bind", fmt::format("the path of a unix socket has at most {} bytes", sun_path_max));
  }

  void networks() {
    const std::array<std::pair<std::string_view, const std::vector<std::string>*>, 3> lists{
      {{"allow", &of_.allow}, {"deny", &of_.deny}, {"trusted_proxies", &of_.trusted_proxies}}};
    for (const auto& [key, list] : lists)
      for (const auto& entry : *list)
        if (!is_network(entry))
          complain(key,
                   fmt::format("'{}' is no address or network: write 10.1.2.3, 10.0.0.0/8, fd00::/8 or unix", entry));
    if (of_.proxy_protocol && of_.trusted_proxies.empty())
      complain("proxy_protocol",
               fmt::format("nobody could connect: say who is believed in {}", name("trusted_proxies")));
  }

  void mount_point() {
    if (of_.mount_point.find_first_of(std::string_view{"+#\0", 3}) != std::string::npos)
      complain("mount_point", "may not hold + or #");
    if (of_.mount_point.starts_with('$')) complain("mount_point", "may not begin with $: such topics are the node's");
  }

  void tls() {
    const auto& tls = of_.tls;
    if (tls.certificate.empty()) complain("tls.certificate", needs_file());
    if (tls.key.empty()) complain("tls.key", needs_file());
    check_file(name("tls.certificate"), tls.certificate, found_);
    check_file(name("tls.key"), tls.key, found_);
    check_file(name("tls.ca"), tls.ca, found_);
    version("tls.version_min", tls.version_min);
    version("tls.version_max", tls.version_max);
    if (tls.version_min > tls.version_max)
      complain("tls.version_min", "is newer than version_max: nobody could connect");
    for (const auto& protocol : tls.alpn)
      if (protocol.empty() || protocol.size() > 255) complain("tls.alpn", "the name of a protocol has 1 to 255 bytes");
    client_certificates();
  }

  void version(std::string_view key, std::string_view given) {
    if (given != "1.2" && given != "1.3") complain(key, fmt::format("'{}' is none of 1.2, 1.3", given));
  }

  void client_certificates() {
    const bool asked = of_.tls.client_certificates != troupe::config::client_certificates::off;
    if (asked && of_.tls.ca.empty())
      complain("tls.ca", fmt::format("has to be given: {} = {} checks certificates against it",
                                     name("tls.client_certificates"), name_of(of_.tls.client_certificates)));
    if (of_.tls.common_name_as_user && !asked)
      complain("tls.common_name_as_user",
               fmt::format("needs {} = optional or required", name("tls.client_certificates")));
  }

  std::string needs_file() const {
    return fmt::format("has to be given: a listener of type {} needs it", name_of(of_.type));
  }

  void plain() {
    // Somebody who gives a certificate believes that the listener encrypts.
    if (!of_.tls.certificate.empty() || !of_.tls.key.empty())
      complain("type", fmt::format("is {}, which does not use the certificate that is given: say {}", name_of(of_.type),
                                   is_websocket(of_) ? "wss" : "tls"));
  }

  void websocket() {
    const auto& ws = of_.websocket;
    if (ws.paths.empty()) complain("websocket.paths", "has to name one path at least, as /mqtt");
    for (const auto& path : ws.paths)
      if (!path.starts_with('/') || path.find_first_of("?# \t") != std::string::npos)
        complain("websocket.paths", fmt::format("'{}' is no path: begin with /, without ?, # and blanks", path));
    if (ws.subprotocol_required && ws.subprotocols.empty())
      complain("websocket.subprotocols", "is empty while subprotocol_required is true: nobody could connect");
    for (const auto& protocol : ws.subprotocols)
      if (protocol.empty() || protocol.find_first_of(" \t,;\"/()<>@:\\[]?={}") != std::string::npos)
        complain("websocket.subprotocols", fmt::format("'{}' is no name of a subprotocol", protocol));
    for (const auto& origin : ws.origins) check_origin(origin);
  }

  void check_origin(const std::string& origin) {
    const auto scheme = origin.find("://");
    const bool well_formed = scheme != std::string::npos && scheme > 0 && origin.size() > scheme + 3 &&
                             origin.find('/', scheme + 3) == std::string::npos;
    if (!well_formed && origin != "null")
      complain("websocket.origins",
               fmt::format("'{}' is no origin: write https://example.org, without a path", origin));
  }

  const listener_options& of_;
  problems& found_;
};

struct bound_listener {
  const listener_options* options;
  bind_target at;
};

std::vector<bound_listener> enabled_listeners(const options& of) {
  std::vector<bound_listener> all;
  for (const auto& [name, listener] : of.listeners)
    if (auto at = parse_bind(listener.bind); listener.enabled && at) all.push_back({&listener, std::move(*at)});
  return all;
}

void check_overlaps(const std::vector<bound_listener>& all, problems& found) {
  for (auto one = all.begin(); one != all.end(); ++one)
    for (auto other = std::next(one); other != all.end(); ++other)
      if (overlap(one->at, other->at))
        found.push_back(
          {fmt::format("listeners.{}.bind", other->options->name),
           fmt::format("{} is taken by listeners.{}.bind = {}: choose another, or say "
                       "listeners.{}.enabled = false",
                       other->options->bind, one->options->name, one->options->bind, one->options->name)});
}

/// A node that anybody on the network may use has to be meant.
void check_openness(const options& of, const std::vector<bound_listener>& all, problems& found) {
  if (of.access.allow_anonymous.value_or(false) || !of.access.password_file.empty()) return;
  for (const auto& one : all)
    if (!one.at.is_local() && !identifies_clients(*one.options))
      found.push_back({fmt::format("listeners.{}.bind", one.options->name),
                       fmt::format("{} is open to others than this machine: give access.password_file (see troupe "
                                   "passwd), or say access.allow_anonymous = true",
                                   one.options->bind)});
}

}  // namespace

std::vector<problem> validate(const options& of) {
  problems found;
  check_ranges(of, found);
  check_node(of, found);
  check_admin(of.admin, found);
  for (const auto& [name, listener] : of.listeners)
    if (listener.enabled) listener_check{listener, found}.run();
  const auto enabled = enabled_listeners(of);
  check_overlaps(enabled, found);
  check_openness(of, enabled, found);
  if (std::none_of(of.listeners.begin(), of.listeners.end(), [](const auto& one) { return one.second.enabled; }))
    found.push_back({"listeners", "none is enabled: nobody could connect"});
  return found;
}

bool anonymous_allowed(const access_options& access) {
  return access.allow_anonymous.value_or(access.password_file.empty());
}

}  // namespace troupe::config
