#include "actors/admin/access/secrets.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

namespace troupe::admin {

std::optional<std::string> new_secret(const surroundings& around) {
  std::array<unsigned char, 32> bytes{};
  if (!around.random(bytes)) return std::nullopt;
  std::array<unsigned char, 45> encoded{};  // 44 characters and the end of the string that OpenSSL writes
  EVP_EncodeBlock(encoded.data(), bytes.data(), static_cast<int>(bytes.size()));
  std::string text{encoded.begin(), encoded.begin() + secret_characters};
  std::replace(text.begin(), text.end(), '+', '-');  // base64url [RFC 4648, 5]
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::optional<std::string> new_password(const surroundings& around) {
  constexpr std::string_view alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
  static_assert(alphabet.size() == 32, "so that five bits of a byte choose without a bias");
  std::array<unsigned char, password_characters> bytes{};
  if (!around.random(bytes)) return std::nullopt;
  std::string text;
  for (auto byte : bytes) text += alphabet[byte % alphabet.size()];
  return text;
}

std::string digest(std::string_view secret) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> bytes{};
  SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), bytes.data());
  std::string hex;
  for (auto byte : bytes) hex += fmt::format("{:02x}", byte);
  return hex;
}

bool same_secret(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace troupe::admin
