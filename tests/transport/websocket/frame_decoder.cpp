#include "transport/websocket/frame_decoder.hpp"

#include "transport/websocket/frame_encoder.hpp"

#include "tests/transport/websocket/bytes.hpp"

#define CAF_SUITE transport_websocket_frame_decoder
#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace troupe::websocket;

namespace {

using transcript = std::vector<std::string>;
constexpr std::array mask{std::byte{0x37}, std::byte{0xFA}, std::byte{0x21}, std::byte{0x3D}};
constexpr std::array no_mask{std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}};

byte_vector frame(opcode op, std::string_view payload, bool final = true, bool compressed = false) {
  byte_vector out;
  append_client_frame(out, op, bytes(payload), mask, compressed, final);
  return out;
}

byte_vector close_frame(int code, std::string_view text = {}) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return frame(opcode::close, payload.append(text));
}

byte_vector operator+(byte_vector a, const byte_vector& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

void note_data(transcript& to, std::span<const std::byte> data) {
  if (data.empty()) return;
  if (to.empty() || !to.back().starts_with("data ")) to.emplace_back("data ");
  to.back() += text(data);
}

std::string name(const frame_event& event) {
  auto code = std::to_string(static_cast<int>(event.code));
  switch (event.kind) {
    case frame_event::kind::message_begin:
      return std::string{event.opcode == opcode::text ? "text" : "binary"} + (event.compressed ? " compressed" : "");
    case frame_event::kind::message_end: return "end";
    case frame_event::kind::ping: return "ping " + text(event.payload);
    case frame_event::kind::pong: return "pong " + text(event.payload);
    case frame_event::kind::close: return "close " + code + " " + text(event.payload);
    case frame_event::kind::violation: return "violation " + code;
    default: return {};
  }
}

/// What one decoder reports for a stream that comes in pieces, whose ends are `cuts`.
transcript decode(const byte_vector& stream, const frame_rules& rules, const std::vector<std::size_t>& cuts) {
  transcript result;
  frame_decoder decoder;
  std::size_t at = 0;
  for (auto cut : cuts) {
    // A buffer of its own, of exactly the size: the sanitizer sees any byte too far.
    byte_vector piece(stream.begin() + static_cast<std::ptrdiff_t>(at),
                      stream.begin() + static_cast<std::ptrdiff_t>(cut));
    at = cut;
    received_bytes from{piece};
    for (auto event = decoder.next(from, rules);; event = decoder.next(from, rules)) {
      note_data(result, from.take());
      if (event.kind == frame_event::kind::none) break;
      result.push_back(name(event));
    }
    if (from.left() != 0) CAF_ERROR("bytes left behind");
  }
  // How much of a text was handed out before it turned out not to be UTF-8 depends on the cuts.
  if (result.size() > 1 && result.back() == "violation 1007" && result[result.size() - 2].starts_with("data "))
    result.erase(result.end() - 2);
  return result;
}

transcript decode(const byte_vector& stream, const frame_rules& rules) {
  return decode(stream, rules, {stream.size()});
}

struct sample {
  const char* what;
  byte_vector stream;
  transcript expected;
};

/// Checks in one piece, cut in two at every place, and byte by byte.
void check(const sample& one, const frame_rules& rules) {
  CAF_MESSAGE(one.what);
  CAF_CHECK_EQUAL(decode(one.stream, rules), one.expected);
  std::vector<std::size_t> singles;
  for (std::size_t cut = 1; cut <= one.stream.size(); ++cut) {
    singles.push_back(cut);
    if (decode(one.stream, rules, {cut, one.stream.size()}) != one.expected) CAF_ERROR("cut at " << cut);
  }
  CAF_CHECK_EQUAL(decode(one.stream, rules, singles), one.expected);
}

frame_rules mqtt_rules() { return {.frame_bytes_max = 1000, .message_bytes_max = 1500}; }

frame_rules echo_rules() {
  return {.frame_bytes_max = 100'000,
          .message_bytes_max = 100'000,
          .masked = true,
          .accept_text = true,
          .compression = false,
          .message_events = true};
}

std::string run_of(std::size_t size) {
  std::string result;
  for (std::size_t i = 0; i < size; ++i) result += static_cast<char>('a' + i % 26);
  return result;
}

}  // namespace

CAF_TEST(an_idle_decoder_is_at_most_32_bytes) { CAF_CHECK_LESS_OR_EQUAL(sizeof(frame_decoder), 32u); }

CAF_TEST(the_masked_hello_of_the_rfc) {
  check({"5.7", hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"), {"text", "data Hello", "end"}}, echo_rules());
}

CAF_TEST(data_of_many_frames_and_messages_is_one_run_for_mqtt) {  // [MQTT-6.0.0-2]
  auto stream = frame(opcode::binary, "one packet in ", false) + frame(opcode::continuation, "two frames, ", true) +
                frame(opcode::binary, "") + frame(opcode::binary, "then the next");
  check({"runs", stream, {"data one packet in two frames, then the next"}}, mqtt_rules());
  auto buffer = stream;
  received_bytes from{buffer};
  frame_decoder decoder;
  CAF_CHECK(decoder.next(from, mqtt_rules()).kind == frame_event::kind::none);
  CAF_CHECK_EQUAL(text(from.data()), "one packet in two frames, then the next");
  CAF_CHECK(!decoder.mid_message());
}

CAF_TEST(a_run_goes_on_behind_a_ping_that_the_caller_answers) {
  auto buffer = frame(opcode::binary, "before", false) + frame(opcode::ping, "are you there") +
                frame(opcode::continuation, " after");
  received_bytes from{buffer};
  frame_decoder decoder;
  auto event = decoder.next(from, mqtt_rules());
  CAF_CHECK(event.kind == frame_event::kind::ping);
  CAF_CHECK_EQUAL(text(event.payload), "are you there");
  CAF_CHECK_EQUAL(text(from.data()), "before");
  CAF_CHECK(decoder.mid_message());
  CAF_CHECK(decoder.next(from, mqtt_rules()).kind == frame_event::kind::none);
  CAF_CHECK_EQUAL(text(from.data()), "before after");
}

CAF_TEST(control_frames_come_in_order_with_the_data) {
  const sample samples[] = {
    {"ping alone", frame(opcode::ping, ""), {"ping "}},
    {"pong unasked", frame(opcode::pong, "hello"), {"pong hello"}},
    {"ping of 125 bytes", frame(opcode::ping, run_of(125)), {"ping " + run_of(125)}},
    {"ten pings",
     [] {
       byte_vector stream;
       for (int i = 0; i < 10; ++i) stream = stream + frame(opcode::ping, std::to_string(i));
       return stream;
     }(),
     {"ping 0", "ping 1", "ping 2", "ping 3", "ping 4", "ping 5", "ping 6", "ping 7", "ping 8", "ping 9"}},
    {"between fragments",
     frame(opcode::binary, "a", false) + frame(opcode::ping, "p") + frame(opcode::continuation, "b"),
     {"binary", "data a", "ping p", "data b", "end"}},
    {"between messages",
     frame(opcode::binary, "a") + frame(opcode::pong, "p") + frame(opcode::binary, "b"),
     {"binary", "data a", "end", "pong p", "binary", "data b", "end"}},
    {"nothing after close",
     frame(opcode::binary, "a") + close_frame(1000, "bye") + frame(opcode::binary, "b"),
     {"binary", "data a", "end", "close 1000 bye"}},
  };
  for (const auto& one : samples) check(one, echo_rules());
}

CAF_TEST(messages_have_a_begin_and_an_end) {
  const sample samples[] = {
    {"empty", frame(opcode::binary, ""), {"binary", "end"}},
    {"empty text", frame(opcode::text, ""), {"text", "end"}},
    {"three empty fragments",
     frame(opcode::text, "", false) + frame(opcode::continuation, "", false) + frame(opcode::continuation, ""),
     {"text", "end"}},
    {"fragments around an empty one",
     frame(opcode::text, "one", false) + frame(opcode::continuation, "", false) + frame(opcode::continuation, "two"),
     {"text", "data onetwo", "end"}},
  };
  for (const auto& one : samples) check(one, echo_rules());
}

CAF_TEST(every_form_of_length) {
  for (std::size_t size : {0u, 1u, 125u, 126u, 127u, 128u, 1000u}) {
    auto expected = size == 0 ? transcript{} : transcript{"data " + run_of(size)};
    check({"size", frame(opcode::binary, run_of(size)), expected}, mqtt_rules());
  }
  for (std::size_t size : {65535u, 65536u, 70001u}) {
    auto stream = frame(opcode::binary, run_of(size));
    transcript expected{"binary", "data " + run_of(size), "end"};
    for (std::size_t cut = 1; cut <= 20; ++cut)
      CAF_CHECK(decode(stream, echo_rules(), {cut, stream.size()}) == expected);
  }
}

CAF_TEST(bad_headers_are_refused_with_1002) {
  const sample samples[] = {
    {"not masked", hex("82 01 61"), {"violation 1002"}},
    {"not masked, empty", hex("82 00"), {"violation 1002"}},
    {"ping not masked", hex("89 00"), {"violation 1002"}},
    {"RSV1 without compression", frame(opcode::binary, "a", true, true), {"violation 1002"}},
    {"RSV2", hex("A2 80 00 00 00 00"), {"violation 1002"}},
    {"RSV3", hex("92 80 00 00 00 00"), {"violation 1002"}},
    {"all reserved bits", hex("F2 80 00 00 00 00"), {"violation 1002"}},
    {"126 for a short length", hex("82 FE 00 7D 00 00 00 00"), {"violation 1002"}},
    {"127 for a short length", hex("82 FF 00 00 00 00 00 00 00 05 00 00 00 00"), {"violation 1002"}},
    {"127 for 65535", hex("82 FF 00 00 00 00 00 00 FF FF 00 00 00 00"), {"violation 1002"}},
    {"top bit of the length", hex("82 FF 80 00 00 00 00 00 00 00 00 00 00 00"), {"violation 1002"}},
    {"ping of 126 bytes", frame(opcode::ping, run_of(126)), {"violation 1002"}},
    {"close of 126 bytes", close_frame(1000, run_of(124)), {"violation 1002"}},
    {"fragmented ping", frame(opcode::ping, "a", false), {"violation 1002"}},
    {"fragmented close", hex("08 80 00 00 00 00"), {"violation 1002"}},
    {"compressed ping", frame(opcode::ping, "a", true, true), {"violation 1002"}},
    {"continuation of nothing", frame(opcode::continuation, "a"), {"violation 1002"}},
    {"continuation, not final, of nothing", frame(opcode::continuation, "a", false), {"violation 1002"}},
    {"a message inside another",
     frame(opcode::binary, "a", false) + frame(opcode::binary, "b"),
     {"data a", "violation 1002"}},
    {"continuation behind a finished message",
     frame(opcode::binary, "a", false) + frame(opcode::continuation, "b") + frame(opcode::continuation, "c"),
     {"data ab", "violation 1002"}},
    {"data before and after",
     frame(opcode::binary, "a") + hex("83 80 00 00 00 00") + frame(opcode::binary, "b"),
     {"data a", "violation 1002"}},
  };
  for (const auto& one : samples) check(one, mqtt_rules());
}

CAF_TEST(reserved_opcodes_are_refused) {
  for (unsigned op : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u})
    check({"reserved", {std::byte(0x80 | op), std::byte{0x80}, {}, {}, {}, {}}, {"violation 1002"}}, echo_rules());
}

CAF_TEST(text_is_refused_where_mqtt_is_spoken) {  // [MQTT-6.0.0-1]
  check({"text", frame(opcode::binary, "a") + frame(opcode::text, "b"), {"data a", "violation 1003"}}, mqtt_rules());
}

CAF_TEST(sizes_are_judged_by_the_header_alone) {
  frame_decoder decoder;
  auto header = hex("82 FF 00 00 00 00 7F FF FF FF 00 00 00 00");  // 2 GiB to come
  received_bytes from{header};
  auto event = decoder.next(from, mqtt_rules());
  CAF_CHECK(event.kind == frame_event::kind::violation);
  CAF_CHECK(event.code == close_code::too_large);
  const sample samples[] = {
    {"at the limit", frame(opcode::binary, run_of(1000)), {"data " + run_of(1000)}},
    {"frame past it", frame(opcode::binary, run_of(1001)), {"violation 1009"}},
    {"message at the limit",
     frame(opcode::binary, run_of(1000), false) + frame(opcode::continuation, run_of(500)),
     {"data " + run_of(1000) + run_of(500)}},
    {"message past it",
     frame(opcode::binary, run_of(1000), false) + frame(opcode::continuation, "", false) +
       frame(opcode::continuation, run_of(501)),
     {"data " + run_of(1000), "violation 1009"}},
    {"4 GiB and some, which 32 bits would not show",
     hex("82 FF 00 00 00 01 00 00 00 05 00 00 00 00"),
     {"violation 1009"}},
  };
  for (const auto& one : samples) check(one, mqtt_rules());
  frame_rules widest{.frame_bytes_max = 0xFFFFFFFF, .message_bytes_max = 0xFFFFFFFF};
  check({"sums do not wrap",
         frame(opcode::binary, "abc", false) + hex("80 FF 00 00 00 00 FF FF FF FF 00 00 00 00"),
         {"data abc", "violation 1009"}},
        widest);
}

CAF_TEST(close_frames) {
  for (int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
    check({"good code", close_frame(code, "ok"), {"close " + std::to_string(code) + " ok"}}, mqtt_rules());
  for (int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
    check({"bad code", close_frame(code, "no"), {"violation 1002"}}, mqtt_rules());
  const sample samples[] = {
    {"empty", frame(opcode::close, ""), {"close 1005 "}},
    {"half a code", frame(opcode::close, "\x03"), {"violation 1002"}},
    {"longest", close_frame(1000, run_of(123)), {"close 1000 " + run_of(123)}},
    {"reason is UTF-8", close_frame(1000, "\xE2\x82\xAC"), {"close 1000 \xE2\x82\xAC"}},
    {"reason is not", close_frame(1000, "\xE2\x82"), {"violation 1007"}},
    {"inside a message", frame(opcode::binary, "a", false) + close_frame(1001), {"data a", "close 1001 "}},
  };
  for (const auto& one : samples) check(one, mqtt_rules());
}

CAF_TEST(text_must_be_utf8_across_frames) {
  const sample samples[] = {
    {"a character in two frames",
     frame(opcode::text, "\xE2\x82", false) + frame(opcode::continuation, "\xAC"),
     {"text", "data \xE2\x82\xAC", "end"}},
    {"with a ping inside it",
     frame(opcode::text, "\xF0\x9F", false) + frame(opcode::ping, "\xFF") + frame(opcode::continuation, "\x8E\xAD"),
     {"text", "data \xF0\x9F", "ping \xFF", "data \x8E\xAD", "end"}},
    {"broken", frame(opcode::text, "ab\xC0\xAFgh"), {"text", "violation 1007"}},
    {"broken in the second frame",
     frame(opcode::text, "\xED", false) + frame(opcode::continuation, "\xA0\x80"),
     {"text", "violation 1007"}},
    {"ends inside a character", frame(opcode::text, "ab\xE2\x82"), {"text", "violation 1007"}},
    {"binary may be anything", frame(opcode::binary, "\xFF\xFE"), {"binary", "data \xFF\xFE", "end"}},
    {"the next text begins anew",
     frame(opcode::binary, "\xE2") + frame(opcode::text, "a"),
     {"binary", "data \xE2", "end", "text", "data a", "end"}},
  };
  for (const auto& one : samples) check(one, echo_rules());
}

CAF_TEST(compressed_messages_are_marked_once) {
  auto rules = echo_rules();
  rules.compression = true;
  const sample samples[] = {
    {"one frame", frame(opcode::binary, "z", true, true), {"binary compressed", "data z", "end"}},
    {"compressed text is not checked here",
     frame(opcode::text, "\xFF", true, true),
     {"text compressed", "data \xFF", "end"}},
    {"two frames",
     frame(opcode::text, "y", false, true) + frame(opcode::continuation, "z"),
     {"text compressed", "data yz", "end"}},
    {"marked again",
     frame(opcode::text, "y", false, true) + frame(opcode::continuation, "z", true, true),
     {"text compressed", "data y", "violation 1002"}},
    {"plain ones between",
     frame(opcode::binary, "a") + frame(opcode::binary, "z", true, true),
     {"binary", "data a", "end", "binary compressed", "data z", "end"}},
    {"never a control frame", frame(opcode::ping, "z", true, true), {"violation 1002"}},
  };
  for (const auto& one : samples) check(one, rules);
}

CAF_TEST(a_client_decodes_what_the_server_encodes) {
  frame_rules rules = echo_rules();
  rules.masked = false;
  byte_vector stream;
  auto header = server_header(opcode::binary, 3);
  stream.assign(header.bytes().begin(), header.bytes().end());
  stream = stream + bytes("abc");
  append_ping(stream, bytes("p"));
  append_pong(stream, bytes("q"));
  append_close(stream, close_code::going_away, "later");
  check({"server", stream, {"binary", "data abc", "end", "ping p", "pong q", "close 1001 later"}}, rules);
  check({"masked", frame(opcode::binary, "a"), {"violation 1002"}}, rules);
}

CAF_TEST(random_streams_give_the_same_however_they_are_cut) {
  std::mt19937 random{42};
  for (int round = 0; round < 300; ++round) {
    byte_vector stream;
    auto open = false;
    auto frames = 1 + random() % 12;
    for (unsigned i = 0; i < frames; ++i) {
      auto payload = random_bytes(random() % 8 == 0 ? random() % 5000 : random() % 60, random);
      auto key = random() % 4 == 0
                   ? no_mask
                   : std::array{std::byte(random()), std::byte(random()), std::byte(random()), std::byte(random())};
      if (random() % 4 == 0) {
        payload.resize(std::min<std::size_t>(payload.size(), 125));
        append_client_frame(stream, random() % 2 ? opcode::ping : opcode::pong, payload, key);
        continue;
      }
      auto final = random() % 2 == 0;
      append_client_frame(stream, open ? opcode::continuation : opcode::binary, payload, key, false, final);
      open = !final;
    }
    if (random() % 3 == 0) stream[random() % stream.size()] ^= static_cast<std::byte>(1u << random() % 8);
    auto rules = echo_rules();
    rules.message_events = random() % 2 == 0;
    auto expected = decode(stream, rules);
    for (std::size_t piece : {1u, 7u, 100u, 4000u})
      CAF_CHECK(decode(stream, rules, random_cuts(stream.size(), piece, random)) == expected);
  }
}

CAF_TEST(unmasking_agrees_with_the_definition_at_every_size_and_overlap) {
  std::mt19937 random{7};
  for (std::size_t size = 0; size < 140; ++size)
    for (std::size_t gap : {0u, 1u, 2u, 6u, 8u, 14u, 31u, 32u, 33u, 64u}) {
      auto buffer = random_bytes(gap + size, random);
      byte_vector expected(buffer.begin() + static_cast<std::ptrdiff_t>(gap), buffer.end());
      for (std::size_t i = 0; i < size; ++i) expected[i] ^= mask[i % 4];
      unmask(buffer.data(), buffer.data() + gap, size, mask);
      CAF_CHECK(std::equal(expected.begin(), expected.end(), buffer.begin()));
    }
}
