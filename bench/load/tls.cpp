#include "bench/load/tls.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace troupe::bench {

namespace {

std::string last_error() {
  const auto code = ERR_peek_error();
  ERR_clear_error();
  const auto* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason != nullptr ? reason : "unknown";
}

void require(bool good, const std::string& what) {
  if (!good) throw std::runtime_error{"TLS: " + what + ": " + last_error()};
}

bool is_address(const std::string& host) {
  std::array<unsigned char, 16> bytes;
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

void load_own(SSL_CTX* to, const tls_options& options) {
  if (options.certificate.empty()) return;
  require(SSL_CTX_use_certificate_chain_file(to, options.certificate.c_str()) == 1, options.certificate);
  const auto& key = options.key.empty() ? options.certificate : options.key;
  require(SSL_CTX_use_PrivateKey_file(to, key.c_str(), SSL_FILETYPE_PEM) == 1, key);
}

void verify(SSL_CTX* with, const tls_options& options, const std::string& host, bool host_is_address) {
  if (!options.verify) return SSL_CTX_set_verify(with, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_verify(with, SSL_VERIFY_PEER, nullptr);
  if (options.ca.empty())
    require(SSL_CTX_set_default_verify_paths(with) == 1, "the system's certificates");
  else
    require(SSL_CTX_load_verify_locations(with, options.ca.c_str(), nullptr) == 1, options.ca);
  auto* wanted = SSL_CTX_get0_param(with);
  if (host_is_address)
    require(X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1, host);
  else
    require(X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size()) == 1, host);
}

}  // namespace

void free_tls_session::operator()(ssl_st* session) const noexcept { SSL_free(session); }

tls_client::tls_client(const tls_options& options, std::string host)
  : host_{std::move(host)},
    host_is_address_{is_address(host_)},
    context_{SSL_CTX_new(TLS_client_method()), SSL_CTX_free} {
  ERR_clear_error();
  require(context_ != nullptr, "no context");
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  // Idle connections hold no record buffers; what did not fit may have moved before it is offered again.
  SSL_CTX_set_mode(context_.get(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_read_ahead(context_.get(), 1);  // one read for header and body, and for several records
  load_own(context_.get(), options);
  verify(context_.get(), options, host_, host_is_address_);
}

tls_session tls_client::begin(int fd) const {
  ERR_clear_error();
  tls_session result{SSL_new(context_.get())};
  if (!result || SSL_set_fd(result.get(), fd) != 1) return {};
  // Names only: an address in SNI is against RFC 6066, 3.
  if (!host_is_address_) SSL_set_tlsext_host_name(result.get(), host_.c_str());
  SSL_set_connect_state(result.get());
  return result;
}

std::string tls_failure(const ssl_st& session) {
  const auto verdict = SSL_get_verify_result(&session);
  auto text = last_error();
  if (verdict != X509_V_OK) text += std::string{": "} + X509_verify_cert_error_string(verdict);
  return "TLS: " + text;
}

}  // namespace troupe::bench
