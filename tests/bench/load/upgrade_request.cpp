#define CAF_SUITE bench_load_upgrade_request
#include "bench/load/upgrade_request.hpp"

#include <string>

#include <caf/test/unit_test.hpp>

using namespace troupe::bench;

namespace {

upgrade_answer answer(const std::string& text) { return read_upgrade_answer(std::as_bytes(std::span{text})); }

upgrade_answer extended(const std::string& extensions) {
  return answer("HTTP/1.1 101 Switching Protocols\r\nsec-websocket-EXTENSIONS:  " + extensions + " \r\n\r\n");
}

}  // namespace

CAF_TEST(compression_is_offered_only_where_it_is_asked_for) {
  endpoint at;
  std::string text;
  write_upgrade_request(at, text);
  CAF_CHECK_EQUAL(text.find("permessage-deflate"), std::string::npos);
  at.compress = true;
  write_upgrade_request(at, text);
  CAF_CHECK_NOT_EQUAL(text.find("permessage-deflate; server_no_context_takeover"), std::string::npos);
  CAF_CHECK(text.ends_with("\r\n\r\n"));
}

CAF_TEST(an_answer_ends_where_its_head_does) {
  CAF_CHECK_EQUAL(answer("HTTP/1.1 101 x\r\nA: b\r\n").bytes, 0u);
  const auto whole = answer("HTTP/1.1 101 x\r\nA: b\r\n\r\nframes");
  CAF_CHECK_EQUAL(whole.bytes, 24u);
  CAF_CHECK(whole.refusal.empty());
  CAF_CHECK(!whole.compression);
  CAF_CHECK(!answer("HTTP/1.1 404 Not Found\r\n\r\n").refusal.empty());
}

CAF_TEST(what_was_offered_may_be_agreed_on) {
  for (const auto* good : {"permessage-deflate; server_no_context_takeover",
                           "permessage-deflate;client_no_context_takeover;server_no_context_takeover",
                           "Permessage-Deflate; server_no_context_takeover; server_max_window_bits=12"}) {
    const auto made = extended(good);
    CAF_CHECK(made.compression);
    CAF_CHECK(made.refusal.empty());
  }
}

CAF_TEST(what_was_not_offered_may_not) {
  for (const auto* bad : {"permessage-deflate", "x-webkit-deflate-frame; server_no_context_takeover",
                          "permessage-deflate; server_no_context_takeover; client_max_window_bits=10",
                          "permessage-deflate; client_no_context_takeover"}) {
    const auto made = extended(bad);
    CAF_CHECK(!made.compression);
    CAF_CHECK(!made.refusal.empty());
  }
}
