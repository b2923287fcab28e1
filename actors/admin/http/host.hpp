#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe::admin {

/// The name or address in a Host field, without port and brackets.
std::string_view host_name(std::string_view host);

/// Whether a Host field names this machine's loopback, or one of `names`. A page of a site whose name was made to point
/// to 127.0.0.1 (DNS rebinding) sends the name of that site.
bool is_loopback_host(std::string_view host, const std::vector<std::string>& names);

/// Whether an Origin field is of the page that this server serves under that Host.
bool is_same_origin(std::string_view origin, std::string_view host, bool secure);

}  // namespace troupe::admin
