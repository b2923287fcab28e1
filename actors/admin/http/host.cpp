#include "actors/admin/http/host.hpp"

#include <algorithm>

#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/string.hpp>

namespace troupe::admin {

namespace {

using boost::beast::iequals;

std::string_view without_default_port(std::string_view host, bool secure) {
  const std::string_view port = secure ? ":443" : ":80";
  return host.ends_with(port) ? host.substr(0, host.size() - port.size()) : host;
}

}  // namespace

std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    return end == std::string_view::npos ? std::string_view{} : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

bool is_loopback_host(std::string_view host, const std::vector<std::string>& names) {
  const auto name = host_name(host);
  if (iequals(name, "localhost")) return true;
  if (std::any_of(names.begin(), names.end(), [&](const auto& each) { return iequals(name, each); })) return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(name, error);
  return !error && address.is_loopback();
}

bool is_same_origin(std::string_view origin, std::string_view host, bool secure) {
  const std::string_view scheme = secure ? "https://" : "http://";
  if (host.empty() || !origin.starts_with(scheme)) return false;
  origin.remove_prefix(scheme.size());
  return iequals(without_default_port(origin, secure), without_default_port(host, secure));
}

bool is_cross_site(const credentials& shown) {
  // "none": typed or from a bookmark. "same-site" is another origin, too: a neighbour under the same domain.
  if (!shown.fetch_site.empty() && shown.fetch_site != "same-origin" && shown.fetch_site != "none") return true;
  if (shown.origin.empty() || is_same_origin(shown.origin, shown.host, shown.secure)) return false;
  return !is_same_origin(shown.origin, shown.host, true);  // of a page that came through a proxy's TLS
}

}  // namespace troupe::admin
