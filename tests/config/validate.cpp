#define CAF_SUITE config_validate
#include "config/validate.hpp"

#include <functional>

#include <caf/test/unit_test.hpp>

#include "config/load.hpp"
#include "tests/config/temporary_file.hpp"

using namespace troupe::config;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

struct fixture {
  temporary_directory directory;
  std::string there = directory.write("there.pem", "x");
  options of = load({}).options;

  listener_options& ws() { return of.listeners.at("ws"); }
  listener_options& tcp() { return of.listeners.at("tcp"); }

  void make_tls() {
    ws().type = listener_type::wss;
    ws().tls.certificate = ws().tls.key = there;
  }

  /// "option: text" of every problem.
  std::string problems() {
    std::string all;
    for (const auto& one : validate(of)) all += (all.empty() ? "" : "\n") + one.option + ": " + one.text;
    return all;
  }

  /// Whether exactly this option is complained about after a change, which is undone.
  bool refuses(const std::string& option, const std::function<void()>& change) {
    const auto before = of;
    change();
    const auto found = validate(of);
    of = before;
    for (const auto& one : found)
      if (one.option != option || one.text.find('\n') != std::string::npos) CAF_MESSAGE(one.option << ": " << one.text);
    return found.size() == 1 && found[0].option == option && found[0].text.find('\n') == std::string::npos;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(validate_tests, fixture)

CAF_TEST(the_defaults_are_valid) { CAF_CHECK_EQUAL(problems(), ""); }

CAF_TEST(numbers_have_ranges) {
  CAF_CHECK(refuses("limits.receive_maximum", [&] { of.limits.receive_maximum = 0; }));
  CAF_CHECK(refuses("limits.inflight_max", [&] { of.limits.inflight_max = 0; }));
  CAF_CHECK(refuses("limits.qos_max", [&] { of.limits.qos_max = 3; }));
  CAF_CHECK(refuses("limits.packet_bytes_max", [&] { of.limits.packet_bytes_max = 268'435'461; }));
  CAF_CHECK(refuses("limits.client_id_bytes_max", [&] { of.limits.client_id_bytes_max = 22; }));
  CAF_CHECK(refuses("limits.keep_alive_max", [&] { of.limits.keep_alive_max = 65'536s; }));
  CAF_CHECK(refuses("limits.session_expiry_max", [&] { of.limits.session_expiry_max = 4'294'967'296s; }));
  CAF_CHECK(refuses("limits.handshake_timeout", [&] { of.limits.handshake_timeout = 0ms; }));
  CAF_CHECK(refuses("limits.queue_messages_max", [&] { of.limits.queue_messages_max = 0; }));
  CAF_CHECK(refuses("listeners.ws.limits.receive_maximum", [&] { ws().limits.receive_maximum = 0; }));
  CAF_CHECK(refuses("listeners.ws.unix_mode", [&] { ws().unix_mode = 01777; }));
  CAF_CHECK(refuses("listeners.ws.backlog", [&] { ws().backlog = -1; }));
  for (int bits : {0, 8, 16})
    CAF_CHECK(
      refuses("listeners.ws.websocket.deflate.window_bits", [&] { ws().websocket.deflate.window_bits = bits; }));
  for (int bits : {9, 15}) {
    ws().websocket.deflate.window_bits = bits;
    CAF_CHECK_EQUAL(problems(), "");
  }
}

CAF_TEST(a_limit_that_listeners_inherit_is_complained_about_once) {
  CAF_CHECK(refuses("limits.receive_maximum", [&] {
    of.limits.receive_maximum = 0;
    for (auto& [name, listener] : of.listeners) listener.limits.receive_maximum = 0;
  }));
}

CAF_TEST(a_range_is_told_in_the_notation_of_its_option) {
  of.limits.linger = 2h;
  CAF_CHECK_EQUAL(problems(), "limits.linger: 2h is out of range: 0s to 1m");
}

CAF_TEST(two_listeners_cannot_share_an_address) {
  tcp().bind = ws().bind;
  CAF_CHECK_EQUAL(problems(), "listeners.ws.bind: 127.0.0.1:8083 is taken by listeners.tcp.bind = 127.0.0.1:8083: "
                              "choose another, or say listeners.tcp.enabled = false");
  tcp().enabled = false;
  CAF_CHECK_EQUAL(problems(), "");
}

CAF_TEST(binds_have_to_be_addresses) {
  CAF_CHECK(refuses("listeners.ws.bind", [&] { ws().bind = "8083"; }));
  CAF_CHECK(refuses("listeners.ws.bind", [&] { ws().bind = ""; }));
  CAF_CHECK(refuses("listeners.ws.bind", [&] { ws().bind = "unix:/" + std::string(107, 'x'); }));
}

CAF_TEST(a_node_without_listeners_serves_nobody) {
  CAF_CHECK(refuses("listeners", [&] { tcp().enabled = ws().enabled = false; }));
}

CAF_TEST(a_listener_that_others_can_reach_needs_a_password_file) {
  for (auto open : {"0.0.0.0:8083", "[::]:8083", ":8083", "192.0.2.1:8083"})
    CAF_CHECK(refuses("listeners.ws.bind", [&] { ws().bind = open; }));
  ws().bind = "0.0.0.0:8083";
  of.access.allow_anonymous = false;
  CAF_CHECK_NOT_EQUAL(problems(), "");
  of.access.password_file = there;
  CAF_CHECK_EQUAL(problems(), "");
  of.access = {};
  of.access.allow_anonymous = true;
  CAF_CHECK_EQUAL(problems(), "");
  of.access = {};
  ws().enabled = false;
  CAF_CHECK_EQUAL(problems(), "");
}

CAF_TEST(local_listeners_need_none) {
  for (auto local : {"127.0.0.2:8083", "[::1]:8083", "localhost:8083", "unix:/run/troupe.sock"}) {
    ws().bind = local;
    CAF_CHECK_EQUAL(problems(), "");
  }
}

CAF_TEST(a_certificate_for_every_client_is_as_good_as_a_password) {
  make_tls();
  ws().bind = "0.0.0.0:8084";
  ws().tls.ca = there;
  ws().tls.client_certificates = client_certificates::required;
  CAF_CHECK_NOT_EQUAL(problems(), "");
  ws().tls.common_name_as_user = true;
  CAF_CHECK_EQUAL(problems(), "");
  ws().tls.client_certificates = client_certificates::optional;
  CAF_CHECK_NOT_EQUAL(problems(), "");
}

CAF_TEST(tls_needs_certificate_and_key) {
  make_tls();
  CAF_CHECK_EQUAL(problems(), "");
  CAF_CHECK(refuses("listeners.ws.tls.certificate", [&] { ws().tls.certificate.clear(); }));
  CAF_CHECK(refuses("listeners.ws.tls.key", [&] { ws().tls.key.clear(); }));
  CAF_CHECK(refuses("listeners.ws.tls.key", [&] { ws().tls.key = directory.file("absent"); }));
  CAF_CHECK(refuses("listeners.ws.tls.certificate", [&] { ws().tls.certificate = directory.file(""); }));
  CAF_CHECK(refuses("listeners.ws.tls.version_min", [&] { ws().tls.version_min = "1.1"; }));
  CAF_CHECK(refuses("listeners.ws.tls.version_min", [&] {
    ws().tls.version_min = "1.3";
    ws().tls.version_max = "1.2";
  }));
  CAF_CHECK(refuses("listeners.ws.tls.ca", [&] { ws().tls.client_certificates = client_certificates::optional; }));
  CAF_CHECK(refuses("listeners.ws.tls.common_name_as_user", [&] { ws().tls.common_name_as_user = true; }));
}

CAF_TEST(a_certificate_on_a_plain_listener_is_a_mistake) {
  CAF_CHECK(refuses("listeners.ws.type", [&] { ws().tls.certificate = ws().tls.key = there; }));
}

CAF_TEST(files_have_to_be_readable) {
  CAF_CHECK(refuses("access.password_file", [&] { of.access.password_file = directory.file("absent"); }));
  CAF_CHECK(refuses("access.acl_file", [&] { of.access.acl_file = directory.file(""); }));
}

CAF_TEST(lists_of_a_listener_are_checked) {
  CAF_CHECK(refuses("listeners.tcp.allow", [&] { tcp().allow = {"10.0.0.0/8", "10.0.0.0/40"}; }));
  CAF_CHECK(refuses("listeners.tcp.deny", [&] { tcp().deny = {"nonsense"}; }));
  CAF_CHECK(refuses("listeners.tcp.proxy_protocol", [&] { tcp().proxy_protocol = true; }));
  CAF_CHECK(refuses("listeners.tcp.mount_point", [&] { tcp().mount_point = "a/#/"; }));
  CAF_CHECK(refuses("listeners.tcp.mount_point", [&] { tcp().mount_point = "$SYS/"; }));
  CAF_CHECK(refuses("listeners.ws.websocket.paths", [&] { ws().websocket.paths.clear(); }));
  CAF_CHECK(refuses("listeners.ws.websocket.paths", [&] { ws().websocket.paths = {"mqtt"}; }));
  CAF_CHECK(refuses("listeners.ws.websocket.subprotocols", [&] { ws().websocket.subprotocols.clear(); }));
  CAF_CHECK(refuses("listeners.ws.websocket.subprotocols", [&] { ws().websocket.subprotocols = {"a b"}; }));
  for (auto bad : {"example.org", "https://example.org/page", "://x"})
    CAF_CHECK(refuses("listeners.ws.websocket.origins", [&] { ws().websocket.origins = {bad}; }));
  ws().websocket.origins = {"https://example.org", "http://localhost:3000", "null"};
  tcp().allow = {"10.0.0.0/8", "::1", "unix"};
  tcp().mount_point = "tenant/1/";
  CAF_CHECK_EQUAL(problems(), "");
}

CAF_TEST(node_names_are_plain) {
  CAF_CHECK(refuses("node.name", [&] { of.node.name = ""; }));
  CAF_CHECK(refuses("node.name", [&] { of.node.name = "a b"; }));
}

CAF_TEST(anonymous_clients_are_let_in_until_there_is_a_password_file) {
  access_options access;
  CAF_CHECK(anonymous_allowed(access));
  access.password_file = there;
  CAF_CHECK(!anonymous_allowed(access));
  access.allow_anonymous = true;
  CAF_CHECK(anonymous_allowed(access));
  access = {};
  access.allow_anonymous = false;
  CAF_CHECK(!anonymous_allowed(access));
}

CAF_TEST_FIXTURE_SCOPE_END()
