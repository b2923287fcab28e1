#include "transport/websocket/deflate.hpp"

#include <boost/beast/zlib/deflate_stream.hpp>
#include <boost/beast/zlib/inflate_stream.hpp>

#include "tests/transport/websocket/bytes.hpp"

#define CAF_SUITE transport_websocket_deflate
#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace troupe::websocket;
namespace zlib = boost::beast::zlib;

namespace {

using outcome = permessage_deflate::outcome;
constexpr std::size_t no_limit = 100'000'000;

config::deflate_options forgetful() {
  config::deflate_options options;
  options.enabled = true;
  return options;
}

config::deflate_options remembering() {
  auto options = forgetful();
  options.context_takeover = true;
  return options;
}

std::string answer(std::string_view offers, const config::deflate_options& options) {
  auto result = negotiate_deflate(offers, options);
  return result ? result->extension : "none";
}

deflate_agreement agreement(bool takeover, int bits) {
  return {static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(bits), takeover, takeover};
}

/// A client's side by Beast's implementation, which is none of ours.
class beast_client {
public:
  beast_client(int window_bits, bool takeover) : takeover_(takeover) {
    deflate_.reset(6, window_bits, 4, zlib::Strategy::normal);
    inflate_.reset(window_bits);
  }

  byte_vector compress(const byte_vector& message) {
    if (!takeover_) deflate_.reset();
    byte_vector out(deflate_.upper_bound(message.size()) + 64);
    zlib::z_params z;
    z.next_in = message.data();
    z.avail_in = message.size();
    z.next_out = out.data();
    z.avail_out = out.size();
    boost::beast::error_code error;
    deflate_.write(z, zlib::Flush::sync, error);
    out.resize(out.size() - z.avail_out);
    if (out.empty()) return {std::byte{0}};  // nothing to flush: the empty message
    CAF_CHECK_GREATER(out.size(), 4u);
    out.resize(out.size() - 4);
    return out;
  }

  byte_vector inflate(byte_vector message, std::size_t expected_bytes) {
    for (auto byte : {0x00, 0x00, 0xFF, 0xFF}) message.push_back(static_cast<std::byte>(byte));
    byte_vector out(expected_bytes + 64);
    zlib::z_params z;
    z.next_in = message.data();
    z.avail_in = message.size();
    z.next_out = out.data();
    z.avail_out = out.size();
    boost::beast::error_code error;
    if (!takeover_) inflate_.reset();
    inflate_.write(z, zlib::Flush::sync, error);
    CAF_CHECK(!error || error == zlib::error::need_buffers);
    out.resize(out.size() - z.avail_out);
    return out;
  }

private:
  bool takeover_;
  zlib::deflate_stream deflate_;
  zlib::inflate_stream inflate_;
};

byte_vector compress(permessage_deflate& with, deflate_engines& engines, const byte_vector& message) {
  byte_vector out;
  std::span<const std::byte> parts[] = {std::span{message}.first(message.size() / 3),
                                        std::span{message}.subspan(message.size() / 3)};
  with.deflate(parts, engines, out);
  return out;
}

/// All there is to have of one part, appended to `out`.
outcome inflate_part(permessage_deflate& with, deflate_engines& engines, std::span<const std::byte> part, bool last,
                     byte_vector& out, std::size_t limit = no_limit) {
  with.put(part, last);
  byte_vector chunk;
  for (;;) {
    const auto result = with.inflate(limit, engines, chunk);
    CAF_CHECK_LESS_OR_EQUAL(chunk.size(), permessage_deflate::chunk_bytes_max);
    if (result == outcome::used_up || result == outcome::complete) CAF_CHECK(!with.unfinished());
    if (result != outcome::malformed && result != outcome::too_large) out.insert(out.end(), chunk.begin(), chunk.end());
    if (result != outcome::more) return result;
  }
}

outcome inflate(permessage_deflate& with, deflate_engines& engines, const byte_vector& message, byte_vector& out,
                std::size_t limit = no_limit) {
  return inflate_part(with, engines, message, true, out, limit);
}

std::vector<byte_vector> messages(std::mt19937& random) {
  std::vector<byte_vector> result{{}, bytes("a"), bytes("the same"), bytes("the same"), {}};
  for (auto size : {10u, 300u, 16'384u, 100'000u}) {
    result.push_back(words(size, random));
    result.push_back(random_bytes(size, random));
    result.push_back(byte_vector(size, std::byte{7}));
  }
  return result;
}

/// Deflate written by hand, bit by bit from the least significant one on.
struct bit_writer {
  byte_vector out;
  unsigned used = 8;
  bit_writer& put(unsigned value, unsigned bits) {
    for (unsigned i = 0; i < bits; ++i) {
      if (used == 8) out.push_back(std::byte{0}), used = 0;
      out.back() |= static_cast<std::byte>((value >> i & 1u) << used++);
    }
    return *this;
  }
};

}  // namespace

CAF_TEST(the_first_offer_that_can_be_met_is_taken) {
  struct row {
    const char* offers;
    const char* expected;
  };
  const row rows[] = {
    {"permessage-deflate", "permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
    {"permessage-deflate; client_max_window_bits",
     "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits=12"},
    {"Permessage-Deflate ; Client_Max_Window_Bits = 10 ; server_max_window_bits=\"11\"",
     "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=11; "
     "client_max_window_bits=10"},
    {"permessage-deflate; server_max_window_bits=15",
     "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12"},
    {"permessage-deflate; client_max_window_bits=8",
     "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits=8"},
    {"x-webkit-deflate-frame, permessage-deflate; unknown, permessage-deflate; client_no_context_takeover",
     "permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
    {"permessage-deflate; server_max_window_bits=8, permessage-deflate",
     "permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
    {"x; a=\"permessage-deflate, permessage-deflate\"", "none"},
    {"permessage-deflate; server_max_window_bits", "none"},
    {"permessage-deflate; server_max_window_bits=8", "none"},
    {"permessage-deflate; server_max_window_bits=7", "none"},
    {"permessage-deflate; server_max_window_bits=16", "none"},
    {"permessage-deflate; server_max_window_bits=09", "none"},
    {"permessage-deflate; server_max_window_bits=1000000000000", "none"},
    {"permessage-deflate; client_max_window_bits=x", "none"},
    {"permessage-deflate; client_max_window_bits=", "none"},
    {"permessage-deflate; client_max_window_bits; client_max_window_bits", "none"},
    {"permessage-deflate; client_no_context_takeover=1", "none"},
    {"permessage-deflate; server_no_context_takeover; server_no_context_takeover", "none"},
    {"permessage-deflate;;", "none"},
    {"permessage-bzip2", "none"},
    {",,,", "none"},
    {"", "none"},
  };
  for (const auto& row : rows) CAF_CHECK_EQUAL(answer(row.offers, forgetful()), row.expected);
}

CAF_TEST(takeover_needs_both_sides_and_a_bounded_window) {
  CAF_CHECK_EQUAL(answer("permessage-deflate; client_max_window_bits", remembering()),
                  "permessage-deflate; client_max_window_bits=12");
  CAF_CHECK_EQUAL(answer("permessage-deflate; client_max_window_bits; server_no_context_takeover", remembering()),
                  "permessage-deflate; server_no_context_takeover; client_max_window_bits=12");
  // The client's window may be 2^15 and cannot be made smaller: it is not kept between messages.
  CAF_CHECK_EQUAL(answer("permessage-deflate", remembering()), "permessage-deflate; client_no_context_takeover");
  auto widest = remembering();
  widest.window_bits = 15;
  CAF_CHECK_EQUAL(answer("permessage-deflate", widest), "permessage-deflate");
}

CAF_TEST(nothing_is_agreed_on_while_it_is_off) {
  CAF_CHECK_EQUAL(answer("permessage-deflate", config::deflate_options{}), "none");
}

CAF_TEST(the_examples_of_the_rfc_inflate) {  // RFC 7692, 7.2.3
  struct row {
    const char* what;
    const char* compressed;
  };
  const row rows[] = {
    {"one block", "f2 48 cd c9 c9 07 00"},
    {"no compression", "00 05 00 fa ff 48 65 6c 6c 6f 00"},
    {"a block that says it is the last", "f3 48 cd c9 c9 07 00 00"},
    {"two blocks", "f2 48 05 00 00 00 ff ff ca c9 c9 07 00"},
  };
  for (const auto& row : rows) {
    CAF_MESSAGE(row.what);
    deflate_engines engines;
    for (auto takeover : {false, true}) {
      auto options = forgetful();
      permessage_deflate side{agreement(takeover, 12), options};
      for (int round = 0; round < 3; ++round) {
        byte_vector out;
        CAF_CHECK(inflate(side, engines, hex(row.compressed), out) == outcome::complete);
        CAF_CHECK_EQUAL(text(out), "Hello");
      }
    }
  }
}

CAF_TEST(a_window_outlives_a_last_block) {
  auto options = remembering();
  permessage_deflate side{agreement(true, 12), options};
  deflate_engines engines;
  byte_vector out;
  CAF_CHECK(inflate(side, engines, hex("f3 48 cd c9 c9 07 00 00"), out) == outcome::complete);
  CAF_CHECK(inflate(side, engines, hex("f2 00 11 00 00"), out) == outcome::complete);  // RFC 7692, 7.2.3.2: refers back
  CAF_CHECK_EQUAL(text(out), "HelloHello");
}

CAF_TEST(round_trips_with_beast_as_the_client) {
  std::mt19937 random{1};
  for (auto takeover : {false, true})
    for (int bits = 9; bits <= 15; ++bits) {
      auto options = forgetful();
      deflate_engines engines;
      permessage_deflate side{agreement(takeover, bits), options};
      beast_client client{bits, takeover};
      for (const auto& message : messages(random)) {
        byte_vector out;
        CAF_CHECK(inflate(side, engines, client.compress(message), out) == outcome::complete);
        CAF_CHECK(out == message);
        CAF_CHECK(client.inflate(compress(side, engines, message), message.size()) == message);
      }
    }
}

CAF_TEST(takeover_makes_the_second_message_smaller) {
  auto options = remembering();
  deflate_engines engines;
  permessage_deflate side{agreement(true, 12), options};
  std::mt19937 random{3};
  auto message = random_bytes(1000, random);
  auto first = compress(side, engines, message).size();
  CAF_CHECK_LESS(compress(side, engines, message).size() * 10, first);
  permessage_deflate forgets{agreement(false, 12), options};
  CAF_CHECK_EQUAL(compress(forgets, engines, message), compress(forgets, engines, message));
}

CAF_TEST(a_message_may_come_in_any_parts_while_other_links_use_the_engines) {
  std::mt19937 random{5};
  auto options = forgetful();
  for (auto takeover : {false, true}) {
    deflate_engines engines;
    permessage_deflate one{agreement(takeover, 12), options}, other{agreement(false, 12), options};
    beast_client client{12, takeover};
    for (const auto& message : messages(random)) {
      auto compressed = client.compress(message);
      byte_vector out, noise;
      std::size_t at = 0;
      for (auto cut : random_cuts(compressed.size(), 5000, random)) {
        CAF_CHECK(inflate_part(one, engines, std::span{compressed}.subspan(at, cut - at), false, out) ==
                  outcome::used_up);
        CAF_CHECK(inflate(other, engines, hex("f2 48 cd c9 c9 07 00"), noise) == outcome::complete);
        at = cut;
      }
      CAF_CHECK(inflate_part(one, engines, {}, true, out) == outcome::complete);
      CAF_CHECK(out == message);
      CAF_CHECK_EQUAL(one.held_bytes(), 0u);
    }
  }
}

CAF_TEST(a_bomb_is_stopped_at_the_limit) {
  constexpr std::size_t limit = 100'000;
  auto options = forgetful();
  for (auto takeover : {false, true}) {
    deflate_engines engines;
    beast_client client{12, takeover};
    permessage_deflate side{agreement(takeover, 12), options};
    auto bomb = client.compress(byte_vector(50'000'000));
    CAF_CHECK_LESS(bomb.size(), 100'000u);
    byte_vector out;
    CAF_CHECK(inflate(side, engines, bomb, out, limit) == outcome::too_large);
    CAF_CHECK_LESS_OR_EQUAL(out.size(), limit);
    CAF_CHECK_LESS_OR_EQUAL(out.capacity(), 4 * limit);
  }
}

CAF_TEST(the_limit_is_exact_and_counts_the_whole_message) {
  auto options = forgetful();
  for (auto takeover : {false, true})
    for (std::size_t size : {1u, 99u, 100u, 16'383u, 16'384u, 16'385u, 40'000u}) {
      deflate_engines engines;
      beast_client client{12, takeover};
      permessage_deflate side{agreement(takeover, 12), options};
      auto compressed = client.compress(byte_vector(size, std::byte{1}));
      byte_vector out;
      CAF_CHECK(inflate(side, engines, compressed, out, size) == outcome::complete);
      compressed = client.compress(byte_vector(size, std::byte{1}));
      auto half = compressed.size() / 2;
      auto result = inflate_part(side, engines, std::span{compressed}.first(half), false, out, size - 1);
      if (result == outcome::used_up)
        result = inflate_part(side, engines, std::span{compressed}.subspan(half), true, out, size - 1);
      CAF_CHECK(result == outcome::too_large);
    }
}

CAF_TEST(many_last_blocks_cost_no_more_than_their_bytes) {
  auto options = remembering();
  deflate_engines engines;
  permessage_deflate side{agreement(true, 15), options};
  byte_vector message;
  for (int i = 0; i < 500'000; ++i) message.push_back(std::byte{0x03}), message.push_back(std::byte{0x00});
  message.push_back(std::byte{0});
  byte_vector out;
  CAF_CHECK(inflate(side, engines, message, out) == outcome::complete);
  CAF_CHECK(out.empty());
}

CAF_TEST(what_is_no_deflate_is_malformed) {
  auto options = forgetful();
  for (auto takeover : {false, true}) {
    const std::pair<const char*, byte_vector> rows[] = {
      {"reserved block type", hex("07")},
      {"length that does not fit its complement", hex("00 05 00 00 00 41")},
      {"stored block cut short", hex("00 ff 00 00 ff 41 42")},
      {"fixed block without its end", bit_writer{}.put(0, 1).put(1, 2).put(0b00001100, 8).out},
      {"reference to before the beginning", hex("f2 00 11 00 00")},
    };
    for (const auto& [what, compressed] : rows) {
      CAF_MESSAGE(what);
      deflate_engines engines;
      permessage_deflate side{agreement(takeover, 12), options};
      byte_vector out;
      CAF_CHECK(inflate(side, engines, compressed, out) == outcome::malformed);
    }
  }
}

CAF_TEST(a_broken_message_of_one_link_does_no_harm_to_the_next) {
  auto options = forgetful();
  deflate_engines engines;
  permessage_deflate bad{agreement(false, 12), options}, good{agreement(false, 12), options};
  byte_vector out;
  CAF_CHECK(inflate(bad, engines, hex("07"), out) == outcome::malformed);
  CAF_CHECK(inflate(good, engines, hex("f2 48 cd c9 c9 07 00"), out) == outcome::complete);
  CAF_CHECK_EQUAL(text(out), "Hello");
}

CAF_TEST(small_messages_are_not_worth_it) {
  auto options = forgetful();
  permessage_deflate side{agreement(false, 12), options};
  CAF_CHECK(!side.worthwhile(options.threshold_bytes - 1));
  CAF_CHECK(side.worthwhile(options.threshold_bytes));
}
