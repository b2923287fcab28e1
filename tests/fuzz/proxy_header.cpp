// PROXY headers, versions 1 and 2: a cut header is incomplete or judged as the whole, and the address it tells prints
// as one that parses.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "transport/proxy_header.hpp"

using namespace troupe::transport;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::span input{reinterpret_cast<const std::byte*>(bytes), size};
  auto whole = parse_proxy_header(input);
  if (whole.state == proxy_header::state::incomplete && size >= proxy_header::bytes_max) std::abort();
  if (whole.state == proxy_header::state::complete) {
    if (whole.consumed > size || whole.consumed > proxy_header::bytes_max) std::abort();
    if (whole.source.kind == peer_address::kind::ip && parse_peer(whole.source.text()) != whole.source) std::abort();
  }
  for (std::size_t cut = 0; cut < size && cut < 300; ++cut) {
    std::vector<std::byte> copy(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(cut));
    auto part = parse_proxy_header(copy);
    if (part.state == proxy_header::state::incomplete) continue;
    if (part.state != whole.state || part.consumed != whole.consumed || part.source != whole.source) std::abort();
  }
  return 0;
}
