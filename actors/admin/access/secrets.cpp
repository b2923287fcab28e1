#include "actors/admin/access/secrets.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "actors/admin/http/base64.hpp"

namespace troupe::admin {

std::optional<std::string> new_secret(const surroundings& around) {
  std::array<unsigned char, 32> bytes{};
  if (!around.random(bytes)) return std::nullopt;
  auto text = to_base64(std::as_bytes(std::span{bytes}));
  text.resize(secret_characters);                    // without padding
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
