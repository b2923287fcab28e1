#include "transport/websocket/frame_encoder.hpp"

#include "transport/websocket/utf8.hpp"

#include "tests/transport/websocket/bytes.hpp"

#define CAF_SUITE transport_websocket_frame_encoder
#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace troupe::websocket;

namespace {

byte_vector header(std::uint64_t size, opcode op = opcode::binary, bool compressed = false, bool final = true) {
  auto result = server_header(op, size, compressed, final);
  CAF_CHECK_EQUAL(result.size(), server_header_bytes(size));
  return {result.bytes().begin(), result.bytes().end()};
}

byte_vector close_frame(close_code code, std::string_view reason) {
  byte_vector out;
  append_close(out, code, reason);
  return out;
}

}  // namespace

CAF_TEST(headers_are_as_short_as_can_be) {
  CAF_CHECK(header(0) == hex("82 00"));
  CAF_CHECK(header(125) == hex("82 7D"));
  CAF_CHECK(header(126) == hex("82 7E 00 7E"));
  CAF_CHECK(header(65535) == hex("82 7E FF FF"));
  CAF_CHECK(header(65536) == hex("82 7F 00 00 00 00 00 01 00 00"));
  CAF_CHECK(header(0x123456789A) == hex("82 7F 00 00 00 12 34 56 78 9A"));
}

CAF_TEST(opcode_final_bit_and_compression_bit) {
  CAF_CHECK(header(1, opcode::text) == hex("81 01"));
  CAF_CHECK(header(1, opcode::binary, true) == hex("C2 01"));
  CAF_CHECK(header(1, opcode::text, true, false) == hex("41 01"));
  CAF_CHECK(header(1, opcode::continuation, false, false) == hex("00 01"));
}

CAF_TEST(ping_and_pong) {
  byte_vector out;
  append_ping(out);
  append_pong(out, bytes("ab"));
  CAF_CHECK(out == hex("89 00 8A 02 61 62"));
}

CAF_TEST(close_frames_carry_code_and_text) {
  CAF_CHECK(close_frame(close_code::normal, "") == hex("88 02 03 E8"));
  CAF_CHECK(close_frame(close_code::too_large, "big") == hex("88 05 03 F1 62 69 67"));
  CAF_CHECK(close_frame(close_code::none, "unsaid") == hex("88 00"));
  CAF_CHECK(close_frame(close_code::no_status, "unsaid") == hex("88 00"));
}

CAF_TEST(a_close_text_is_cut_between_characters) {
  for (std::size_t lead = 0; lead < 6; ++lead) {
    std::string reason(lead, 'x');
    while (reason.size() < 200) reason += "\xF0\x9F\x8E\xAD";
    auto out = close_frame(close_code::normal, reason);
    CAF_CHECK_LESS_OR_EQUAL(out.size(), 2u + 125u);
    CAF_CHECK_GREATER(out.size(), 2u + 121u);
    CAF_CHECK(is_utf8(std::span{out}.subspan(4)));
    CAF_CHECK_EQUAL(std::to_integer<std::size_t>(out[1]), out.size() - 2);
  }
  CAF_CHECK_EQUAL(close_frame(close_code::normal, std::string(123, 'x')).size(), 127u);
}

CAF_TEST(a_close_text_that_is_no_utf8_is_still_cut) {
  CAF_CHECK_LESS_OR_EQUAL(close_frame(close_code::normal, std::string(300, '\x80')).size(), 127u);
}

CAF_TEST(a_client_masks) {
  byte_vector out;
  append_client_frame(out, opcode::text, bytes("Hello"),
                      {std::byte{0x37}, std::byte{0xFA}, std::byte{0x21}, std::byte{0x3D}});
  CAF_CHECK(out == hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"));  // RFC 6455, 5.7
}

CAF_TEST(every_close_reason_has_a_code_that_may_be_sent) {
  for (int why = 0; why <= static_cast<int>(transport::close_reason::try_again_later); ++why)
    CAF_CHECK(may_be_sent(static_cast<std::uint16_t>(code_of(static_cast<transport::close_reason>(why)))));
}
