#include "bench/load/upgrade_request.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace troupe::bench {

namespace {

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Cuts off what stands before `separator`, without blanks around it.
std::string_view next_part(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  const auto first = std::min(part.find_first_not_of(" \t\r"), part.size());
  part.remove_prefix(first);
  return part.substr(0, part.find_last_not_of(" \t\r") + 1);
}

/// The value of a header field; empty where there is none.
std::string_view field(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    auto line = next_part(head, '\n');
    if (same_name(next_part(line, ':'), name)) return next_part(line, '\n');
  }
  return {};
}

/// Takes the broker's answer to our offer (RFC 7692, 7.1). What it may not answer is a refusal of ours: without
/// server_no_context_takeover, a window that we do not keep; with client_max_window_bits, one that we did not offer.
void agree_on_compression(std::string_view extensions, upgrade_answer& to) {
  if (extensions.empty()) return;
  auto bad = !same_name(next_part(extensions, ';'), "permessage-deflate");
  bool forgets = false;
  while (!extensions.empty()) {
    auto parameter = next_part(extensions, ';');
    const auto name = next_part(parameter, '=');
    if (same_name(name, "server_no_context_takeover"))
      forgets = true;
    else if (!same_name(name, "client_no_context_takeover") && !same_name(name, "server_max_window_bits"))
      bad = true;
  }
  if (bad || !forgets)
    to.refusal = "the broker agrees on a compression that was not offered";
  else
    to.compression = true;
}

}  // namespace

void write_upgrade_request(const endpoint& at, std::string& to) {
  to.assign("GET ").append(at.path).append(" HTTP/1.1\r\nHost: ").append(at.host).append(":");
  to.append(std::to_string(at.port));
  to.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dHJvdXBlLWJlbmNoLWtleQ==\r\n");
  if (!at.subprotocol.empty()) to.append("Sec-WebSocket-Protocol: ").append(at.subprotocol).append("\r\n");
  if (at.compress)
    to.append("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
              "client_no_context_takeover\r\n");
  for (const auto& header : at.headers) to.append(header).append("\r\n");
  to.append("\r\n");
}

upgrade_answer read_upgrade_answer(std::span<const std::byte> received) {
  const std::string_view text{reinterpret_cast<const char*>(received.data()), received.size()};
  const auto end = text.find("\r\n\r\n");
  upgrade_answer result;
  if (end == std::string_view::npos) {
    if (text.size() > 16'384) result.refusal = "no end of headers";
    return result;
  }
  result.bytes = end + 4;
  if (text.starts_with("HTTP/1.1 101"))
    agree_on_compression(field(text.substr(0, end), "Sec-WebSocket-Extensions"), result);
  else
    result.refusal = "upgrade refused: " + std::string{text.substr(0, text.find('\r'))};
  return result;
}

}  // namespace troupe::bench
