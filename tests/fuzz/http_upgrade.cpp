// Handshakes of a hostile client: a cut request is never judged otherwise than the whole, and bytes behind it stay.
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "transport/websocket/upgrade.hpp"

using namespace troupe;
using namespace troupe::websocket;

namespace {

config::websocket_options make_options() {
  config::websocket_options options;
  options.paths = {"/mqtt", "/"};
  options.origins = {"https://app.example.com", "*.example.org"};
  options.deflate.enabled = true;
  options.deflate.context_takeover = true;
  return options;
}

void check_accepted(const upgrade_accepted& result, std::size_t size) {
  if (result.consumed > size || result.consumed > request_bytes_max || result.subprotocol.empty()) std::abort();
  if (result.path != "/mqtt" && result.path != "/") std::abort();
  // Nothing of the request may break out of its line in the response.
  auto end = result.response.find("\r\n\r\n");
  if (end == std::string::npos || end + 4 != result.response.size()) std::abort();
  if (!result.deflate) return;
  if (result.deflate->server_window_bits < 9 || result.deflate->server_window_bits > 12) std::abort();
  if (result.deflate->client_takeover && result.deflate->client_window_bits > 12) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto options = make_options();
  static const transport::network_list trusted{{"10.0.0.0/8", "::1"}};
  static const auto peer = *transport::parse_peer("10.0.0.1:1");
  std::span input{reinterpret_cast<const std::byte*>(bytes), size};
  auto whole = upgrade(input, options, peer, trusted);
  if (auto accepted = std::get_if<upgrade_accepted>(&whole)) check_accepted(*accepted, size);
  if (auto refused = std::get_if<upgrade_refused>(&whole)) {
    if (refused->status < 400 || refused->status > 431 || refused->response.size() > 1000) std::abort();
  }
  auto part = upgrade(input.first(size / 2), options, peer, trusted);
  if (!std::holds_alternative<upgrade_incomplete>(part) && part.index() != whole.index()) std::abort();
  return 0;
}
