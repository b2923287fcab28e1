#include "bench/load/upgrade_request.hpp"

#include <string_view>

namespace troupe::bench {

void write_upgrade_request(const endpoint& at, std::string& to) {
  to.assign("GET ").append(at.path).append(" HTTP/1.1\r\nHost: ").append(at.host).append(":");
  to.append(std::to_string(at.port));
  to.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dHJvdXBlLWJlbmNoLWtleQ==\r\n");
  if (!at.subprotocol.empty()) to.append("Sec-WebSocket-Protocol: ").append(at.subprotocol).append("\r\n");
  for (const auto& header : at.headers) to.append(header).append("\r\n");
  to.append("\r\n");
}

upgrade_answer read_upgrade_answer(std::span<const std::byte> received) {
  const std::string_view text{reinterpret_cast<const char*>(received.data()), received.size()};
  const auto end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return {.bytes = 0, .refusal = text.size() > 16'384 ? "no end of headers" : ""};
  if (text.starts_with("HTTP/1.1 101")) return {.bytes = end + 4, .refusal = {}};
  return {.bytes = end + 4, .refusal = "upgrade refused: " + std::string{text.substr(0, text.find('\r'))}};
}

}  // namespace troupe::bench
