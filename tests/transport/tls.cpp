#define CAF_SUITE transport_tls
#include "transport/tls.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <caf/test/unit_test.hpp>

#include "tests/transport/server.hpp"

namespace troupe::transport::test {

namespace {

struct key_pair {
  std::shared_ptr<EVP_PKEY> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  std::shared_ptr<X509> certificate{X509_new(), X509_free};
};

/// A certificate for `name`, signed by `issuer` or by itself.
key_pair make_certificate(const std::string& name, const key_pair* issuer = nullptr) {
  key_pair made;
  auto* x509 = made.certificate.get();
  static long serial = 1;
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), serial++);
  X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
  X509_set_pubkey(x509, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  const auto& signer = issuer ? *issuer : made;
  X509_set_issuer_name(x509, X509_get_subject_name(signer.certificate.get()));
  if (!issuer) {
    auto* authority = X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
    X509_add_ext(x509, authority, -1);
    X509_EXTENSION_free(authority);
  }
  X509_sign(x509, signer.key.get(), EVP_sha256());
  return made;
}

/// PEM files in a directory that is gone with the test.
struct files {
  files() {
    auto pattern = (std::filesystem::temp_directory_path() / "troupe-test-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error{"mkdtemp"};
    path = pattern;
    write("server", server_certificate);
    write("ca", authority);
  }
  ~files() { std::filesystem::remove_all(path); }

  void write(const std::string& name, const key_pair& from) const {
    auto* certificate = std::fopen((path + "/" + name + ".pem").c_str(), "w");
    PEM_write_X509(certificate, from.certificate.get());
    std::fclose(certificate);
    auto* key = std::fopen((path + "/" + name + ".key").c_str(), "w");
    PEM_write_PrivateKey(key, from.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(key);
  }

  config::listener_options options(config::listener_type type = config::listener_type::tls) const {
    config::listener_options result;
    result.type = type;
    result.tls.certificate = path + "/server.pem";
    result.tls.key = path + "/server.key";
    result.tls.ca = path + "/ca.pem";
    return result;
  }

  std::string path;
  key_pair authority = make_certificate("authority");
  key_pair server_certificate = make_certificate("server one", &authority);
  key_pair client_certificate = make_certificate("device 7", &authority);
};

/// OpenSSL's own client on a plain socket.
class tls_client {
public:
  tls_client(const listener& to, const key_pair* with = nullptr, const std::string& before = {}) : socket{to} {
    socket.send(before);
    context_.reset(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    if (with) {
      SSL_CTX_use_certificate(context_.get(), with->certificate.get());
      SSL_CTX_use_PrivateKey(context_.get(), with->key.get());
    }
    ssl_.reset(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(ssl_.get(), socket.fd());
    SSL_set_connect_state(ssl_.get());
  }
  SSL_CTX* context() { return context_.get(); }
  SSL* ssl() { return ssl_.get(); }

  /// Goes on with whatever is due; true once the handshake is done.
  bool connected() {
    step(SSL_do_handshake(ssl_.get()));
    return SSL_is_init_finished(ssl_.get()) == 1;
  }
  bool send(std::string_view bytes) {
    return step(SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())));
  }
  void read() {
    char buffer[16384];
    for (;;) {
      const int count = SSL_read(ssl_.get(), buffer, sizeof buffer);
      if (!step(count)) return;
      received.append(buffer, static_cast<std::size_t>(count));
    }
  }
  bool has(std::size_t bytes) {
    read();
    return received.size() >= bytes;
  }
  std::string server_name() const {
    std::unique_ptr<X509, decltype(&X509_free)> peer{SSL_get1_peer_certificate(ssl_.get()), X509_free};
    char name[100] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(peer.get()), NID_commonName, name, sizeof name);
    return name;
  }

  client socket;
  std::string received;
  bool closed = false;  ///< by close_notify
  bool failed = false;

private:
  bool step(int result) {
    if (result > 0) return true;
    const int error = SSL_get_error(ssl_.get(), result);
    closed = closed || error == SSL_ERROR_ZERO_RETURN;
    failed = failed || error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL;
    ERR_clear_error();
    return false;
  }
  std::shared_ptr<SSL_CTX> context_;
  std::shared_ptr<SSL> ssl_;
};

std::string failure_of(const config::listener_options& options) {
  try {
    listener made{server::with_defaults(options)};
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

CAF_TEST(packets_travel_both_ways_and_close_is_told) {
  const files in;
  server on{in.options()};
  tls_client with{*on.listening};
  CAF_REQUIRE(on.until([&] { return with.connected() && on.opened.size() == 1; }));
  with.send(packet(100) + packet(3));
  CAF_REQUIRE(on.until([&] { return on.events.packets.size() == 2; }));
  send_text(*on.opened[0], "answer");
  on.opened[0]->close(close_reason::normal, "");
  CAF_CHECK(on.until([&] {
    with.read();
    return with.closed;
  }));
  CAF_CHECK_EQUAL(with.received, "answer");
  with.socket.close();
  CAF_CHECK(on.until([&] { return on.links.size() == 0; }));
}

CAF_TEST(much_data_flows_to_a_slow_reader_and_from_a_fast_writer) {
  const files in;
  auto options = in.options();
  options.send_buffer_bytes = 16 * 1024;
  server on{options};
  tls_client with{*on.listening};
  CAF_REQUIRE(on.until([&] { return with.connected() && on.opened.size() == 1; }));
  std::string wanted;
  for (int i = 0; i < 200'000; ++i) wanted += std::to_string(i) + ",";
  send_text(*on.opened[0], wanted);
  on.turn();
  CAF_CHECK(on.opened[0]->congested());
  send_text(*on.opened[0], "end");
  wanted += "end";
  CAF_CHECK(on.until([&] { return with.has(wanted.size()); }));
  CAF_CHECK(with.received == wanted);
  const auto large = packet(1'000'000, 'L');
  std::size_t sent = 0;
  CAF_CHECK(on.until([&] {
    const auto next = std::string_view{large}.substr(sent, 10'000);
    if (!next.empty() && with.send(next)) sent += next.size();
    return on.events.packets.size() == 1;
  }));
  CAF_CHECK(on.events.packets.back() == large);
}

CAF_TEST(bytes_inside_the_tls_layer_are_not_forgotten_by_a_pause_or_a_move) {
  const files in;
  server on{in.options()};
  loop to;
  tls_client with{*on.listening};
  CAF_REQUIRE(on.until([&] { return with.connected() && on.opened.size() == 1; }));
  on.events.during_packet = [](link& from, auto) { from.pause(); };
  std::string stream;
  for (int i = 0; i < 20; ++i) stream += packet(7'000, static_cast<char>('a' + i));
  with.send(stream.substr(0, 100'000));
  with.send(stream.substr(100'000));
  CAF_REQUIRE(on.until([&] { return on.events.packets.size() == 1; }));
  auto& moved = to.links.adopt(on.links.release(*on.opened[0]));
  moved.handler(to.events);
  moved.resume();
  CAF_CHECK(run_until({&to}, [&] { return to.events.packets.size() == 19; }));
  CAF_CHECK(to.events.packets.back() == packet(7'000, 't'));
  send_text(moved, "moved");
  CAF_CHECK(run_until({&to}, [&] { return with.has(5); }));
}

CAF_TEST(websocket_over_tls_takes_frames_behind_the_upgrade) {
  const files in;
  server on{in.options(config::listener_type::wss)};
  tls_client with{*on.listening};
  CAF_REQUIRE(on.until([&] { return with.connected(); }));
  with.send(upgrade_request + client_frame(packet(3)));
  CAF_CHECK(on.until([&] {
    with.read();
    return on.events.packets.size() == 1 && behind_head(with.received);
  }));
  on.opened[0]->close(close_reason::going_away, "bye");
  CAF_CHECK(on.until([&] {
    with.read();
    return frames{*behind_head(with.received)}.close_code == 1001;
  }));
  with.send(client_frame("\x03\xe9", websocket::opcode::close));
  CAF_CHECK(on.until([&] {
    with.read();
    return with.closed;
  }));
}

CAF_TEST(a_proxy_header_precedes_tls) {
  const files in;
  auto options = in.options();
  options.proxy_protocol = true;
  options.trusted_proxies = {"127.0.0.1"};
  server on{options};
  tls_client with{*on.listening, nullptr, "PROXY TCP4 9.8.7.6 127.0.0.1 1000 8883\r\n"};
  CAF_REQUIRE(on.until([&] { return with.connected() && on.opened.size() == 1; }));
  CAF_CHECK_EQUAL(on.opened[0]->peer(), "9.8.7.6:1000");
  with.send(packet(1));
  CAF_CHECK(on.until([&] { return on.events.packets.size() == 1; }));
}

CAF_TEST(client_certificates_are_asked_for_and_checked) {
  const files in;
  const auto stranger = make_certificate("stranger");
  auto options = in.options();
  options.tls.client_certificates = config::client_certificates::required;
  server on{options};
  tls_client known{*on.listening, &in.client_certificate};
  CAF_REQUIRE(on.until([&] { return known.connected() && on.opened.size() == 1; }));
  CAF_CHECK_EQUAL(on.opened[0]->certificate_common_name(), "device 7");
  tls_client none{*on.listening};
  tls_client unknown{*on.listening, &stranger};
  CAF_CHECK(on.until([&] {
    none.connected(), unknown.connected();
    none.read(), unknown.read();  // the alert arrives
    return none.failed && unknown.failed;
  }));
  CAF_CHECK_EQUAL(on.opened.size(), 1u);
  CAF_CHECK_EQUAL(on.listening->refused(refusal::tls), 2u);

  options.tls.client_certificates = config::client_certificates::optional;
  server lenient{options};
  tls_client bare{*lenient.listening};
  CAF_REQUIRE(lenient.until([&] { return bare.connected() && lenient.opened.size() == 1; }));
  CAF_CHECK_EQUAL(lenient.opened[0]->certificate_common_name(), "");
}

CAF_TEST(plain_bytes_on_a_tls_listener_are_refused) {
  const files in;
  server on{in.options()};
  client with{*on.listening};
  with.send(packet(50));
  CAF_CHECK(on.until([&] { return with.ended(); }));
  CAF_CHECK_EQUAL(on.listening->refused(refusal::tls), 1u);
}

CAF_TEST(a_stalled_handshake_ends) {
  const files in;
  server on{in.options()};
  client with{*on.listening};
  CAF_REQUIRE(on.until([&] { return on.links.size() == 1; }));
  on.links.advance(node_clock::now() + 6s);
  CAF_CHECK_EQUAL(on.links.size(), 0u);
}

CAF_TEST(versions_ciphers_and_alpn_are_as_configured) {
  const files in;
  auto options = in.options();
  options.tls.version_max = "1.2";
  options.tls.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384";
  options.tls.alpn = {"mqtt"};
  server on{options};
  tls_client with{*on.listening};
  SSL_set_alpn_protos(with.ssl(), reinterpret_cast<const unsigned char*>("\4http\4mqtt"), 10);
  CAF_REQUIRE(on.until([&] { return with.connected(); }));
  CAF_CHECK_EQUAL(std::string{SSL_get_version(with.ssl())}, "TLSv1.2");
  CAF_CHECK_EQUAL(std::string{SSL_get_cipher_name(with.ssl())}, "ECDHE-ECDSA-AES256-GCM-SHA384");
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(with.ssl(), &chosen, &size);
  CAF_CHECK_EQUAL((std::string{reinterpret_cast<const char*>(chosen), size}), "mqtt");
  tls_client other{*on.listening};
  SSL_set_alpn_protos(other.ssl(), reinterpret_cast<const unsigned char*>("\4http"), 5);
  CAF_CHECK(on.until([&] { return !other.connected() && other.failed; }));
}

CAF_TEST(a_reload_counts_for_new_connections_only) {
  const files in;
  server on{in.options()};
  tls_client before{*on.listening};
  CAF_REQUIRE(on.until([&] { return before.connected() && on.opened.size() == 1; }));
  in.write("server", make_certificate("server two", &in.authority));
  on.listening->reload_tls();
  tls_client after{*on.listening};
  CAF_REQUIRE(on.until([&] { return after.connected() && on.opened.size() == 2; }));
  CAF_CHECK_EQUAL(before.server_name(), "server one");
  CAF_CHECK_EQUAL(after.server_name(), "server two");
  before.send(packet(1));
  CAF_CHECK(on.until([&] { return on.events.packets.size() == 1; }));
  std::filesystem::remove(in.path + "/server.key");
  bool refused = false;
  try {
    on.listening->reload_tls();
  } catch (const std::runtime_error&) {
    refused = true;
  }
  CAF_CHECK(refused);
  tls_client still{*on.listening};
  CAF_REQUIRE(on.until([&] { return still.connected(); }));
  CAF_CHECK_EQUAL(still.server_name(), "server two");
}

CAF_TEST(bad_files_and_options_are_named) {
  const files in;
  auto options = in.options();
  options.tls.certificate = in.path + "/missing.pem";
  CAF_CHECK(failure_of(options).starts_with("listener test: tls: certificate \"" + in.path + "/missing.pem\""));
  options = in.options();
  options.tls.key = in.path + "/ca.key";
  CAF_CHECK(failure_of(options).find("key") != std::string::npos);
  options = in.options();
  options.tls.version_min = "1.0";
  CAF_CHECK(failure_of(options).find("version_min is \"1.0\"") != std::string::npos);
  options = in.options();
  options.tls.ciphers = "NO-SUCH";
  CAF_CHECK(failure_of(options).find("ciphers") != std::string::npos);
}

}  // namespace troupe::transport::test
