#include "transport/tls.hpp"

#include <stdexcept>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace troupe::transport {

namespace {

using context_ptr = std::shared_ptr<SSL_CTX>;

std::string error_text(unsigned long code) {
  if (code == 0) return {};
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : "OpenSSL error " + std::to_string(code);
}

// The deepest error is the one that says what was wrong; the queue is emptied.
[[noreturn]] void fail(const std::string& what) {
  const auto code = ERR_peek_error();
  ERR_clear_error();
  const auto why = error_text(code);
  throw std::runtime_error{"tls: " + what + (why.empty() ? "" : ": " + why)};
}

int protocol_version(const std::string& text, const char* option) {
  if (text == "1.2") return TLS1_2_VERSION;
  if (text == "1.3") return TLS1_3_VERSION;
  throw std::runtime_error{std::string{"tls: "} + option + " is \"" + text + "\", must be 1.2 or 1.3"};
}

void set_versions(SSL_CTX* context, const config::tls_options& options) {
  const int lowest = protocol_version(options.version_min, "version_min");
  const int highest = protocol_version(options.version_max, "version_max");
  if (lowest > highest) throw std::runtime_error{"tls: version_min is above version_max"};
  SSL_CTX_set_min_proto_version(context, lowest);
  SSL_CTX_set_max_proto_version(context, highest);
}

void set_ciphers(SSL_CTX* context, const config::tls_options& options) {
  if (!options.ciphers.empty() && SSL_CTX_set_cipher_list(context, options.ciphers.c_str()) != 1)
    fail("ciphers \"" + options.ciphers + "\"");
  if (!options.ciphersuites.empty() && SSL_CTX_set_ciphersuites(context, options.ciphersuites.c_str()) != 1)
    fail("ciphersuites \"" + options.ciphersuites + "\"");
}

void load_certificate(SSL_CTX* context, const config::tls_options& options) {
  if (SSL_CTX_use_certificate_chain_file(context, options.certificate.c_str()) != 1)
    fail("certificate \"" + options.certificate + "\"");
  const auto& key = options.key.empty() ? options.certificate : options.key;
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) fail("key \"" + key + "\"");
  if (SSL_CTX_check_private_key(context) != 1) fail("key \"" + key + "\" is not the certificate's");
}

void set_client_certificates(SSL_CTX* context, const config::tls_options& options) {
  using config::client_certificates;
  if (options.client_certificates == client_certificates::off) return;
  if (options.ca.empty()) throw std::runtime_error{"tls: client certificates need ca"};
  if (SSL_CTX_load_verify_locations(context, options.ca.c_str(), nullptr) != 1) fail("ca \"" + options.ca + "\"");
  SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(options.ca.c_str()));
  int mode = SSL_VERIFY_PEER;
  if (options.client_certificates == client_certificates::required) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
  SSL_CTX_set_verify(context, mode, nullptr);
}

// The protocols as OpenSSL wants them, each behind its length; owned by the context through its ex data.
using protocol_list = std::string;

void free_protocols(void*, void* list, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<protocol_list*>(list); }

int protocols_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_protocols);
  return index;
}

// The server's order decides. No protocol in common is fatal (RFC 7301, 3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                    unsigned int offered_size, void* list) {
  const auto& ours = *static_cast<const protocol_list*>(list);
  unsigned char* match = nullptr;
  const auto* first = reinterpret_cast<const unsigned char*>(ours.data());
  const auto size = static_cast<unsigned int>(ours.size());
  if (SSL_select_next_proto(&match, chosen_size, first, size, offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = match;
  return SSL_TLSEXT_ERR_OK;
}

void set_alpn(SSL_CTX* context, const config::tls_options& options) {
  if (options.alpn.empty()) return;
  auto list = std::make_unique<protocol_list>();
  for (const auto& name : options.alpn) {
    if (name.empty() || name.size() > 255) throw std::runtime_error{"tls: alpn names have 1 to 255 bytes"};
    list->push_back(static_cast<char>(static_cast<unsigned char>(name.size())));
    list->append(name);
  }
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, list.get());
  SSL_CTX_set_ex_data(context, protocols_index(), list.release());
}

context_ptr make_context(const config::tls_options& options) {
  ERR_clear_error();
  context_ptr context{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
  if (!context) fail("no context");
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                       SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Idle connections hold no record buffers; output that did not fit may move before it is offered again.
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Tickets only: a cache on our side would keep memory for every client that ever came.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  static constexpr unsigned char session_context[] = "troupe";
  SSL_CTX_set_session_id_context(context.get(), session_context, sizeof session_context - 1);
  set_versions(context.get(), options);
  set_ciphers(context.get(), options);
  load_certificate(context.get(), options);
  set_client_certificates(context.get(), options);
  set_alpn(context.get(), options);
  ERR_clear_error();
  return context;
}

}  // namespace

tls_context::tls_context(config::tls_options options)
  : options_{std::move(options)},
    context_{make_context(options_)} {}

tls_context::~tls_context() = default;

void tls_context::reload() {
  auto fresh = make_context(options_);
  const std::lock_guard lock{mutex_};
  context_ = std::move(fresh);
}

std::shared_ptr<SSL_CTX> tls_context::current() const {
  const std::lock_guard lock{mutex_};
  return context_;
}

tls_session::tls_session(const tls_context& with, int fd) {
  ERR_clear_error();
  session_ = SSL_new(with.current().get());  // takes a reference of its own to the context
  if (!session_ || SSL_set_fd(session_, fd) != 1) {
    SSL_free(session_);
    fail("no session");
  }
  SSL_set_accept_state(session_);
}

tls_session::tls_session(tls_session&& other) noexcept : session_{std::exchange(other.session_, nullptr)} {}

tls_session& tls_session::operator=(tls_session&& other) noexcept {
  std::swap(session_, other.session_);
  return *this;
}

tls_session::~tls_session() { SSL_free(session_); }

io_result tls_session::result_of(int value, std::size_t bytes) noexcept {
  if (value > 0) return {io_status::done, bytes};
  switch (SSL_get_error(session_, value)) {
    case SSL_ERROR_WANT_READ: return {io_status::want_read, 0};
    case SSL_ERROR_WANT_WRITE: return {io_status::want_write, 0};
    case SSL_ERROR_ZERO_RETURN: return {io_status::closed, 0};
    default: return {io_status::failed, 0};
  }
}

// The error stays in the queue for failure(); every other call clears the queue before it begins and after it failed.
io_result tls_session::handshake() noexcept {
  ERR_clear_error();
  return result_of(SSL_do_handshake(session_), 0);
}

io_result tls_session::read(std::span<std::byte> into) noexcept {
  ERR_clear_error();
  std::size_t bytes = 0;
  const int value = SSL_read_ex(session_, into.data(), into.size(), &bytes);
  const auto result = result_of(value, bytes);
  if (result.status == io_status::failed) ERR_clear_error();
  return result;
}

io_result tls_session::write(std::span<const std::byte> from) noexcept {
  ERR_clear_error();
  std::size_t bytes = 0;
  const int value = SSL_write_ex(session_, from.data(), from.size(), &bytes);
  const auto result = result_of(value, bytes);
  if (result.status == io_status::failed) ERR_clear_error();
  return result;
}

bool tls_session::has_unread() const noexcept { return session_ && SSL_has_pending(session_) == 1; }

void tls_session::shut_down() noexcept {
  if (!session_ || !SSL_is_init_finished(session_)) return;
  ERR_clear_error();
  SSL_shutdown(session_);
  ERR_clear_error();
}

std::string tls_session::failure() const {
  auto text = error_text(ERR_peek_error());
  ERR_clear_error();
  return text.empty() ? "connection lost" : text;
}

std::string tls_session::peer_common_name() const {
  if (!session_ || SSL_get_verify_result(session_) != X509_V_OK) return {};
  const X509* certificate = SSL_get0_peer_certificate(session_);
  if (!certificate) return {};
  const auto* subject = X509_get_subject_name(certificate);
  const int position = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (position < 0) return {};
  const auto* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, position));
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, value);
  if (size < 0) return {};
  std::string result{reinterpret_cast<char*>(utf8), static_cast<std::size_t>(size)};
  OPENSSL_free(utf8);
  return result;
}

}  // namespace troupe::transport
