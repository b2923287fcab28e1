#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/admin/http/gatekeeper.hpp"

namespace troupe::admin {

/// The name or address in a Host field, without port and brackets.
std::string_view host_name(std::string_view host);

/// Whether a Host field names this machine's loopback, or one of `names`. A page of a site whose name was made to point
/// to 127.0.0.1 (DNS rebinding) sends the name of that site.
bool is_loopback_host(std::string_view host, const std::vector<std::string>& names);

/// Whether an Origin field is of the page that this server serves under that Host.
bool is_same_origin(std::string_view origin, std::string_view host, bool secure);

/// Whether a page of another origin sent it, as far as the browser says [Fetch Metadata; RFC 6454]. Programs, which say
/// nothing of a page, are never meant. What asks for a WebSocket is judged like a call: browsers let every page open
/// one to anywhere, with our cookie, and say whose page it is.
///
/// Where a proxy in front speaks TLS for a plain listener, our own page's origin is https with the name and port in
/// Host. No other page has that origin: what serves it is the proxy. A page whose site's name was made to point here
/// (DNS rebinding) is of the same origin by all that it sends; is_loopback_host() is there for it, and elsewhere that
/// browsers keep our cookie for the names that it came from.
bool is_cross_site(const credentials& shown);

}  // namespace troupe::admin
