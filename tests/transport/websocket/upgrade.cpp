#include "transport/websocket/upgrade.hpp"

#include "tests/transport/websocket/bytes.hpp"

#define CAF_SUITE transport_websocket_upgrade
#include <caf/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace troupe::websocket;

namespace {

constexpr std::string_view good =
  "GET /mqtt HTTP/1.1\r\nHost: broker.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";

/// The good request with one part replaced.
std::string with(std::string_view part, std::string_view instead) {
  std::string result{good};
  auto at = result.find(part);
  CAF_CHECK(at != std::string::npos);
  return result.replace(at, part.size(), instead);
}

/// The good request with one more field.
std::string plus(std::string_view field) { return with("\r\n\r\n", "\r\n" + std::string{field} + "\r\n\r\n"); }

transport::peer_address peer(std::string_view address) { return *transport::parse_peer(address); }

upgrade_result judge(std::string_view request, const config::websocket_options& options = {},
                     std::string_view from = "192.0.2.1:4000", const transport::network_list& trusted = {}) {
  // A copy of exactly the size: the sanitizer sees any byte too far.
  auto copy = bytes(request);
  return upgrade(copy, options, peer(from), trusted);
}

/// 101, the status refused with, or 0 for incomplete.
unsigned status(const upgrade_result& result) {
  if (auto refused = std::get_if<upgrade_refused>(&result)) {
    CAF_CHECK(refused->response.starts_with("HTTP/1.1 " + std::to_string(refused->status) + " "));
    CAF_CHECK(refused->response.find("\r\n\r\n") != std::string::npos);
    CAF_CHECK(!refused->reason.empty());
    return refused->status;
  }
  return std::holds_alternative<upgrade_accepted>(result) ? 101 : 0;
}

std::string response(const upgrade_result& result) {
  if (auto refused = std::get_if<upgrade_refused>(&result)) return refused->response;
  if (auto accepted = std::get_if<upgrade_accepted>(&result)) return accepted->response;
  return {};
}

upgrade_accepted accepted(const upgrade_result& result) {
  auto found = std::get_if<upgrade_accepted>(&result);
  CAF_CHECK(found != nullptr);
  return found ? *found : upgrade_accepted{};
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

struct row {
  const char* what;
  std::string request;
  unsigned status;
};

std::string many_fields(std::size_t count) {
  std::string fields = "X: 0";
  for (std::size_t i = 1; i < count; ++i) fields += "\r\nX" + std::to_string(i) + ": 1";
  return fields;
}

}  // namespace

CAF_TEST(the_accept_key_of_the_rfc) {  // RFC 6455, 1.3
  CAF_CHECK_EQUAL(accept_key("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

CAF_TEST(a_good_request_is_accepted) {  // [MQTT-6.0.0-4]
  auto result = accepted(judge(good));
  CAF_CHECK_EQUAL(result.response,
                  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n");
  CAF_CHECK_EQUAL(result.consumed, good.size());
  CAF_CHECK_EQUAL(result.path, "/mqtt");
  CAF_CHECK_EQUAL(result.subprotocol, "mqtt");
  CAF_CHECK(!result.deflate);
  CAF_CHECK(result.forwarded_for.kind == transport::peer_address::kind::none);
}

CAF_TEST(every_beginning_of_a_good_request_is_incomplete) {
  for (std::size_t size = 0; size < good.size(); ++size) CAF_CHECK_EQUAL(status(judge(good.substr(0, size))), 0u);
}

CAF_TEST(frames_that_follow_at_once_are_left_to_the_decoder) {
  auto result = accepted(judge(std::string{good} + "\x82\x80 and more, even\r\n\r\nthis\n"));
  CAF_CHECK_EQUAL(result.consumed, good.size());
  CAF_CHECK_EQUAL(accepted(judge(std::string{good} + std::string(20'000, 'x'))).consumed, good.size());
}

CAF_TEST(every_request_gets_the_status_it_deserves) {
  const row rows[] = {
    {"query", with("/mqtt", "/mqtt?token=1"), 101},
    {"absolute form", with("/mqtt", "http://broker.example.com/mqtt?x"), 101},
    {"several tokens, any case", with("Connection: Upgrade", "connection: keep-alive, UPGRADE"), 101},
    {"Connection twice", with("Connection: Upgrade", "Connection: keep-alive\r\nConnection: upgrade"), 101},
    {"Upgrade in capitals", with("websocket\r\n", "WebSocket\r\n"), 101},
    {"a body of nothing", plus("Content-Length: 0"), 101},
    {"fields up to the limit", plus(many_fields(request_fields_max - 6)), 101},
    {"other path", with("/mqtt", "/"), 404},
    {"path is not a prefix", with("/mqtt", "/mqtt/"), 404},
    {"path with other case", with("/mqtt", "/MQTT"), 404},
    {"asterisk", with("GET /mqtt", "OPTIONS *"), 404},
    {"other path and method", with("GET /mqtt", "POST /x"), 404},
    {"POST", with("GET", "POST"), 405},
    {"HEAD", with("GET", "HEAD"), 405},
    {"no such method", with("GET", "FETCH"), 405},
    {"plain GET", "GET /mqtt HTTP/1.1\r\nHost: a\r\n\r\n", 426},
    {"no Upgrade", with("Upgrade: websocket\r\n", ""), 426},
    {"other Upgrade", with("websocket\r\n", "h2c\r\n"), 426},
    {"no Connection", with("Connection: Upgrade\r\n", ""), 426},
    {"other Connection", with("Connection: Upgrade", "Connection: keep-alive"), 426},
    {"no version", with("Sec-WebSocket-Version: 13\r\n", ""), 426},
    {"old version", with("Version: 13", "Version: 8"), 426},
    {"versions", with("Version: 13", "Version: 13, 8"), 426},
    {"HTTP/1.0", with("HTTP/1.1", "HTTP/1.0"), 400},
    {"HTTP/2.0", with("HTTP/1.1", "HTTP/2.0"), 400},
    {"no Host", with("Host: broker.example.com\r\n", ""), 400},
    {"two Hosts", plus("Host: other"), 400},
    {"no key", with("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""), 400},
    {"two keys", plus("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), 400},
    {"short key", with("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j"), 400},
    {"long key", with("dGhlIHNhbXBsZSBub25jZQ==", "AAAAdGhlIHNhbXBsZSBub25jZQ=="), 400},
    {"key is no base64", with("dGhlIHNhbXBsZSBub25jZQ==", "dGhl?HNhbXBsZSBub25jZQ=="), 400},
    {"no padding", with("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQAA"), 400},
    {"a body", plus("Content-Length: 5"), 400},
    {"a chunked body", plus("Transfer-Encoding: chunked"), 400},
    {"a length that is none", plus("Content-Length: x"), 400},
    {"no colon", plus("nonsense"), 400},
    {"blank before the colon", plus("Name : value"), 400},
    {"folded field", plus("Name: value\r\n folded"), 400},
    {"a line without CR", plus("Name: value\nOther: value"), 400},
    {"NUL", plus(std::string_view{"Name: a\0b", 9}), 400},
    {"no version in the line", with(" HTTP/1.1", ""), 400},
    {"blank in the target", with("/mqtt", "/mq tt"), 400},
    {"no subprotocol", with("Sec-WebSocket-Protocol: mqtt\r\n", ""), 400},
    {"other subprotocol", with("Protocol: mqtt", "Protocol: chat, stomp"), 400},
    {"subprotocol in other case", with("Protocol: mqtt", "Protocol: MQTT"), 400},
    {"too many fields", plus(many_fields(request_fields_max + 1)), 431},
    {"one long field", plus("X: " + std::string(request_bytes_max, 'x')), 431},
    {"long target", with("/mqtt", "/" + std::string(request_bytes_max, 'x')), 431},
    {"TLS", "\x16\x03\x01\x02", 400},
    {"MQTT", "\x10\x0C", 400},
    {"a line end first", "\r\nGET /mqtt", 400},
    {"lower case method", "get /mqtt", 400},
    {"a long word", std::string(33, 'G'), 400},
    {"a bare line end", "GET /mqtt HTTP/1.1\nHost", 400},
  };
  for (const auto& one : rows) {
    auto got = status(judge(one.request));
    if (got != one.status) CAF_ERROR(one.what << ": " << got << " where " << one.status << " is due");
  }
}

CAF_TEST(a_cut_request_is_never_judged_otherwise_than_the_whole) {
  const std::string requests[] = {with("/mqtt", "/"), with("GET", "POST"), plus("nonsense"),
                                  with("Version: 13", "Version: 8")};
  for (const auto& request : requests) {
    auto whole = status(judge(request));
    for (std::size_t size = 0; size < request.size(); ++size) {
      auto part = status(judge(request.substr(0, size)));
      CAF_CHECK(part == 0 || part == whole);
    }
  }
}

CAF_TEST(refusals_say_what_would_be_accepted) {
  auto plain = response(judge("GET /mqtt HTTP/1.1\r\nHost: a\r\n\r\n"));
  CAF_CHECK(contains(plain, "MQTT over WebSocket endpoint"));
  CAF_CHECK(contains(plain, "\r\nUpgrade: websocket\r\n"));
  CAF_CHECK(contains(response(judge(with("Version: 13", "Version: 8"))), "\r\nSec-WebSocket-Version: 13\r\n"));
  CAF_CHECK(contains(response(judge(with("GET", "POST"))), "\r\nAllow: GET\r\n"));
  CAF_CHECK(contains(response(judge(with("/mqtt", "/"))), "\r\nConnection: close\r\n"));
}

CAF_TEST(overload_has_its_own_answers) {
  using namespace std::chrono_literals;
  CAF_CHECK(too_many_requests(2s).starts_with("HTTP/1.1 429 Too Many Requests\r\n"));
  CAF_CHECK(contains(too_many_requests(2s), "\r\nRetry-After: 2\r\n"));
  CAF_CHECK(overloaded(30s).starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  CAF_CHECK(contains(overloaded(30s), "\r\nRetry-After: 30\r\n"));
}

CAF_TEST(the_subprotocol_is_chosen_in_the_order_of_the_client) {
  struct choice {
    const char* offered;
    const char* chosen;
  };
  const choice choices[] = {
    {"mqttv3.1, mqtt", "mqttv3.1"},
    {"mqtt, mqttv3.1", "mqtt"},
    {"chat,mqtt", "mqtt"},
    {" , mqtt ,", "mqtt"},
    {"chat\r\nSec-WebSocket-Protocol: mqttv3.1", "mqttv3.1"},
  };
  for (const auto& one : choices) {
    auto result = accepted(judge(with("Protocol: mqtt", "Protocol: " + std::string{one.offered})));
    CAF_CHECK_EQUAL(result.subprotocol, one.chosen);
    CAF_CHECK(contains(result.response, "\r\nSec-WebSocket-Protocol: " + std::string{one.chosen} + "\r\n"));
  }
}

CAF_TEST(a_missing_subprotocol_may_be_tolerated) {
  config::websocket_options options;
  options.subprotocol_required = false;
  auto result = accepted(judge(with("Sec-WebSocket-Protocol: mqtt\r\n", ""), options));
  CAF_CHECK_EQUAL(result.subprotocol, "");
  CAF_CHECK(!contains(result.response, "Sec-WebSocket-Protocol"));
}

CAF_TEST(every_configured_path_is_served) {
  config::websocket_options options;
  options.paths = {"/mqtt", "/ws"};
  CAF_CHECK_EQUAL(accepted(judge(with("/mqtt", "/ws?a=b"), options)).path, "/ws");
  CAF_CHECK_EQUAL(status(judge(with("/mqtt", "/other"), options)), 404u);
}

CAF_TEST(origins_are_checked_where_they_are_configured) {
  config::websocket_options options;
  CAF_CHECK_EQUAL(status(judge(plus("Origin: https://evil.example"), options)), 101u);
  options.origins = {"https://app.example.com", "*.example.org"};
  CAF_CHECK_EQUAL(status(judge(plus("Origin: https://app.example.com"), options)), 101u);
  CAF_CHECK_EQUAL(status(judge(plus("Origin: https://evil.example"), options)), 403u);
  CAF_CHECK_EQUAL(status(judge(plus("Origin: null"), options)), 403u);
  CAF_CHECK_EQUAL(status(judge(plus("Origin:"), options)), 403u);
  CAF_CHECK_EQUAL(status(judge(good, options)), 101u);
  CAF_CHECK_EQUAL(status(judge(plus("Origin: https://app.example.com\r\nOrigin: https://evil.example"), options)),
                  400u);
}

CAF_TEST(origin_patterns) {
  struct pattern {
    const char* origin;
    const char* allowed;
    bool result;
  };
  const pattern patterns[] = {
    {"https://a.com", "https://a.com", true},
    {"HTTPS://A.com", "https://a.COM", true},
    {"http://a.com", "https://a.com", false},
    {"https://a.com:8443", "https://a.com", false},
    {"https://a.com:8443", "https://a.com:8443", true},
    {"https://a.com:8443", "a.com", true},
    {"http://a.com", "a.com", true},
    {"http://a.com:80", "a.com:81", false},
    {"http://a.com:81", "a.com:81", true},
    {"https://x.a.com", "*.a.com", true},
    {"https://x.y.a.com:1", "*.a.com", true},
    {"https://a.com", "*.a.com", false},
    {"https://.a.com", "*.a.com", false},
    {"https://evila.com", "*.a.com", false},
    {"https://x.a.com.evil", "*.a.com", false},
    {"https://x.a.com", "https://*.a.com", true},
    {"http://x.a.com", "https://*.a.com", false},
    {"http://x.a.com:9", "http://*.a.com:9", true},
    {"http://[::1]:9", "[::1]", true},
    {"http://[::1]:9", "http://[::1]:9", true},
    {"null", "null", true},
    {"null", "*", true},
    {"null", "*.a.com", false},
    {"x.a.com", "*.a.com", false},
    {"", "*.a.com", false},
    {"https://x.a.com", "", false},
  };
  for (const auto& one : patterns)
    if (origin_allowed(one.origin, {one.allowed}) != one.result) CAF_ERROR(one.origin << " against " << one.allowed);
  CAF_CHECK(!origin_allowed("https://a.com", {}));
}

CAF_TEST(the_real_client_is_believed_from_trusted_proxies_only) {
  struct chain {
    const char* peer;
    const char* forwarded;
    const char* client;
  };
  const chain chains[] = {
    {"10.0.0.1:1", "203.0.113.7", "203.0.113.7"},
    {"10.0.0.1:1", "203.0.113.7:555", "203.0.113.7:555"},
    {"10.0.0.1:1", "[2001:db8::1]:555", "[2001:db8::1]:555"},
    {"10.0.0.1:1", "2001:db8::1", "2001:db8::1"},
    {"10.0.0.1:1", "6.6.6.6, 203.0.113.7", "203.0.113.7"},
    {"10.0.0.1:1", "6.6.6.6, 203.0.113.7, 10.0.0.2", "203.0.113.7"},
    {"10.0.0.1:1", "6.6.6.6\r\nX-Forwarded-For: 203.0.113.7", "203.0.113.7"},
    {"10.0.0.1:1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
    {"10.0.0.1:1", "nonsense, 10.0.0.2", "10.0.0.2"},
    {"10.0.0.1:1", "203.0.113.7, unknown", "unknown"},
    {"10.0.0.1:1", "", "unknown"},
    {"192.0.2.1:1", "203.0.113.7", "unknown"},
    {"[::ffff:10.0.0.1]:1", "203.0.113.7", "203.0.113.7"},
  };
  transport::network_list trusted{{"10.0.0.0/8"}};
  for (const auto& one : chains) {
    auto result = accepted(judge(plus("X-Forwarded-For: " + std::string{one.forwarded}), {}, one.peer, trusted));
    CAF_CHECK_EQUAL(result.forwarded_for.text(), one.client);
  }
}

CAF_TEST(compression_is_agreed_on_in_the_response) {
  config::websocket_options options;
  options.deflate.enabled = true;
  auto result =
    accepted(judge(plus("Sec-WebSocket-Extensions: x-other\r\nSec-WebSocket-Extensions: permessage-deflate; "
                        "client_max_window_bits"),
                   options));
  CAF_CHECK(result.deflate.has_value());
  CAF_CHECK(contains(result.response, "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                                      "client_no_context_takeover; client_max_window_bits=12\r\n"));
  CAF_CHECK(!accepted(judge(good, options)).deflate);
}
