#include "transport/proxy_header.hpp"

#include "tests/transport/websocket/bytes.hpp"

#define CAF_SUITE transport_proxy_header
#include <caf/test/unit_test.hpp>

using namespace troupe::transport;
using namespace troupe::test;

namespace {

const byte_vector v2_start = hex("0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A");

std::string read(const byte_vector& received) {
  auto result = parse_proxy_header(received);
  if (result.state == proxy_header::state::incomplete) return "incomplete";
  if (result.state == proxy_header::state::malformed) return "malformed";
  CAF_CHECK_LESS_OR_EQUAL(result.consumed, received.size());
  return result.source.text() + " " + std::to_string(result.consumed);
}

/// Version 2 with the given command, family and body.
byte_vector v2(std::string_view command_and_family, const byte_vector& body) {
  auto result = v2_start;
  for (auto byte : hex(command_and_family)) result.push_back(byte);
  result.push_back(static_cast<std::byte>(body.size() >> 8));
  result.push_back(static_cast<std::byte>(body.size() & 0xFF));
  result.insert(result.end(), body.begin(), body.end());
  return result;
}

byte_vector operator+(byte_vector a, const byte_vector& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const byte_vector v4_body = hex("01 02 03 04 0A 00 00 01 16 2E 07 5B");
const byte_vector v6_body = hex("20 01 0D B8 00 00 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 00 "
                                "00 00 00 01 16 2E 07 5B");

}  // namespace

CAF_TEST(version_1) {
  struct row {
    std::string text;
    const char* expected;
  };
  const row rows[] = {
    {"PROXY TCP4 1.2.3.4 10.0.0.1 5678 1883\r\n", "1.2.3.4:5678 39"},
    {"PROXY TCP6 2001:db8::1 ::1 5678 1883\r\n", "[2001:db8::1]:5678 38"},
    {"PROXY TCP6 ::ffff:1.2.3.4 ::1 5678 1883\r\n", "1.2.3.4:5678 41"},
    {"PROXY UNKNOWN\r\n", "unknown 15"},
    {"PROXY UNKNOWN ff:: ff:: 1 2\r\n", "unknown 29"},
    {"PROXY UDP4 1.2.3.4 10.0.0.1 5678 1883\r\n", "malformed"},
    {"PROXY TCP4 ::1 ::1 5678 1883\r\n", "malformed"},
    {"PROXY TCP6 1.2.3.4 1.2.3.4 5678 1883\r\n", "malformed"},
    {"PROXY TCP4 1.2.3.4 10.0.0.1 65536 1883\r\n", "malformed"},
    {"PROXY TCP4 1.2.3.4 10.0.0.1 05678 1883\r\n", "malformed"},
    {"PROXY TCP4 1.2.3.4 10.0.0.1 -1 1883\r\n", "malformed"},
    {"PROXY TCP4 1.2.3.4 10.0.0.1 5678\r\n", "malformed"},
    {"PROXY TCP4 1.2.3.4 10.0.0.1 5678 1883 9\r\n", "malformed"},
    {"PROXY TCP4 1.2.3.4 10.0.0.1 5678 1883 \r\n", "malformed"},
    {"PROXY TCP4  1.2.3.4 10.0.0.1 5678 1883\r\n", "malformed"},
    {"PROXY TCP4 1.2.3.4 10.0.0.1 5678 1883\n", "malformed"},
    {"PROXY TCP4 1.2.3 10.0.0.1 5678 1883\r\n", "malformed"},
    {"PROXY \r\n", "malformed"},
    {"PROXY \n", "malformed"},
    {"PROXY UNKNOWNS\r\n", "malformed"},
    {"PROXY UNKNOWN " + std::string(91, 'x') + "\r\n", "unknown 107"},
    {"PROXY UNKNOWN " + std::string(92, 'x') + "\r\n", "malformed"},
    {"PROXY UNKNOWN " + std::string(92, 'x'), "incomplete"},
    {"PROXY UNKNOWN " + std::string(93, 'x'), "malformed"},
    {"PROXX", "malformed"},
    {"GET / HTTP/1.1\r\n", "malformed"},
    {"\x10\x0C", "malformed"},
    {"", "incomplete"},
  };
  for (const auto& row : rows) CAF_CHECK_EQUAL(read(bytes(row.text)), row.expected);
}

CAF_TEST(version_2) {
  struct row {
    const char* what;
    byte_vector received;
    const char* expected;
  };
  const row rows[] = {
    {"TCP over IPv4", v2("21 11", v4_body), "1.2.3.4:5678 28"},
    {"TCP over IPv6", v2("21 21", v6_body), "[2001:db8::1]:5678 52"},
    {"additional fields", v2("21 11", v4_body + hex("01 00 02 68 32")), "1.2.3.4:5678 33"},
    {"LOCAL", v2("20 00", {}), "unknown 16"},
    {"LOCAL with an address", v2("20 11", v4_body), "unknown 28"},
    {"unspecified", v2("21 00", {}), "unknown 16"},
    {"unix socket", v2("21 31", byte_vector(216)), "unknown 232"},
    {"unix socket, short", v2("21 31", byte_vector(215)), "malformed"},
    {"IPv4, short", v2("21 11", byte_vector(11)), "malformed"},
    {"IPv6, short", v2("21 21", byte_vector(35)), "malformed"},
    {"UDP", v2("21 12", v4_body), "malformed"},
    {"no such family", v2("21 41", v4_body), "malformed"},
    {"no such command", v2("22 11", v4_body), "malformed"},
    {"version 1 in binary", v2("11 11", v4_body), "malformed"},
    {"longest", v2("21 11", v4_body + byte_vector(proxy_header::bytes_max - 28)), "1.2.3.4:5678 4096"},
    {"too long, told by its length", v2_start + hex("21 11 FF FF"), "malformed"},
    {"wrong start", hex("0D 0A 0D 0B"), "malformed"},
  };
  for (const auto& row : rows) {
    CAF_MESSAGE(row.what);
    CAF_CHECK_EQUAL(read(row.received), row.expected);
  }
}

CAF_TEST(every_beginning_of_a_good_header_is_incomplete_and_what_follows_is_kept) {
  const byte_vector headers[] = {bytes("PROXY TCP4 1.2.3.4 10.0.0.1 5678 1883\r\n"), bytes("PROXY UNKNOWN\r\n"),
                                 v2("21 11", v4_body + hex("01 00 02 68 32")), v2("20 00", {})};
  for (const auto& header : headers) {
    for (std::size_t size = 0; size < header.size(); ++size)
      CAF_CHECK_EQUAL(read({header.begin(), header.begin() + static_cast<std::ptrdiff_t>(size)}), "incomplete");
    CAF_CHECK_EQUAL(parse_proxy_header(header + bytes("\x10\x0C\0\r\n")).consumed, header.size());
  }
}
