#include "actors/auth/password_hash.hpp"

#include <array>
#include <charconv>
#include <cstddef>

#include <argon2.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace troupe::auth {

namespace {

constexpr std::string_view argon2_prefix = "$argon2id$v=19$";
constexpr std::string_view pbkdf2_prefix = "$pbkdf2-sha512$";
constexpr std::size_t salt_bytes_min = 8, salt_bytes_max = 64;
constexpr std::size_t hash_bytes_min = 16, hash_bytes_max = 64;
constexpr std::uint32_t pbkdf2_iterations_min = 1'000;

// What passwd writes: 19 MiB, two passes, one lane; some 30 ms on a small core.
constexpr std::uint32_t own_passes = 2, own_memory_kib = 19'456, own_lanes = 1;
constexpr std::size_t own_salt_bytes = 16, own_hash_bytes = 32;

/// Cuts off everything up to the next `separator`, which is dropped.
std::string_view take(std::string_view& text, char separator) {
  const auto at = text.find(separator);
  const auto part = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return part;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [next, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc{} || next != end) return std::nullopt;
  return value;
}

/// "m=19456" with 'm': 19456.
std::optional<std::uint32_t> parameter(std::string_view text, char name) {
  if (text.size() < 3 || text[0] != name || text[1] != '=') return std::nullopt;
  return number(text.substr(2));
}

/// Base64 of at most `bytes_max` bytes, with or without padding; nothing for what is no base64.
std::optional<std::vector<unsigned char>> from_base64(std::string_view text, std::size_t bytes_max) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.empty() || text.size() % 4 == 1 || text.size() > bytes_max * 4 / 3 + 2) return std::nullopt;
  if (text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") != text.npos)
    return std::nullopt;
  std::string padded{text};
  const auto padding = (4 - padded.size() % 4) % 4;
  padded.append(padding, '=');
  std::vector<unsigned char> bytes(padded.size() / 4 * 3);
  const auto decoded = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(padded.data()),
                                       static_cast<int>(padded.size()));
  if (decoded < 0) return std::nullopt;
  bytes.resize(bytes.size() - padding);
  if (bytes.size() > bytes_max) return std::nullopt;
  return bytes;
}

/// The salt and hash at the end of both notations; what is wrong otherwise.
std::string read_tail(std::string_view text, std::vector<unsigned char>& salt, std::vector<unsigned char>& hash) {
  auto salt_read = from_base64(take(text, '$'), salt_bytes_max);
  auto hash_read = from_base64(text, hash_bytes_max);
  if (!salt_read || salt_read->size() < salt_bytes_min)
    return fmt::format("needs a salt of {} to {} bytes in base64", salt_bytes_min, salt_bytes_max);
  if (!hash_read || hash_read->size() < hash_bytes_min)
    return fmt::format("needs a hash of {} to {} bytes in base64", hash_bytes_min, hash_bytes_max);
  salt = std::move(*salt_read);
  hash = std::move(*hash_read);
  return {};
}

}  // namespace

std::variant<password_hash, std::string> password_hash::parse(std::string_view text) {
  if (text.starts_with(argon2_prefix)) return parse_argon2(text);
  if (text.starts_with(pbkdf2_prefix)) return parse_pbkdf2(text);
  return "is neither $argon2id$v=19$... nor $pbkdf2-sha512$...: write it with troupe passwd";
}

std::variant<password_hash, std::string> password_hash::parse_argon2(std::string_view text) {
  password_hash result;
  result.encoded_ = text;
  text.remove_prefix(argon2_prefix.size());
  auto costs = take(text, '$');
  const auto memory = parameter(take(costs, ','), 'm');
  const auto passes = parameter(take(costs, ','), 't');
  const auto lanes = parameter(costs, 'p');
  if (!memory || !passes || !lanes) return "has to state its costs as m=19456,t=2,p=1";
  if (*passes < 1 || *lanes < 1 || *memory < 8 * *lanes) return "has costs that are too small for argon2id";
  if (*memory > argon2_memory_kib_max || *passes > argon2_passes_max || *lanes > argon2_lanes_max)
    return fmt::format("has costs above m={},t={},p={}", argon2_memory_kib_max, argon2_passes_max, argon2_lanes_max);
  if (text.find('=') != text.npos) return "may not pad its base64 with =";  // libargon2 would refuse every password
  if (auto wrong = read_tail(text, result.salt_, result.hash_); !wrong.empty()) return wrong;
  return result;
}

std::variant<password_hash, std::string> password_hash::parse_pbkdf2(std::string_view text) {
  password_hash result;
  result.algorithm_ = algorithm::pbkdf2_sha512;
  text.remove_prefix(pbkdf2_prefix.size());
  const auto iterations = number(take(text, '$'));
  if (!iterations || *iterations < pbkdf2_iterations_min || *iterations > pbkdf2_iterations_max)
    return fmt::format("has to have {} to {} iterations", pbkdf2_iterations_min, pbkdf2_iterations_max);
  result.iterations_ = *iterations;
  if (auto wrong = read_tail(text, result.salt_, result.hash_); !wrong.empty()) return wrong;
  return result;
}

bool password_hash::matches(std::string_view password) const {
  if (algorithm_ == algorithm::pbkdf2_sha512) return matches_pbkdf2(password);
  return argon2id_verify(encoded_.c_str(), password.data(), password.size()) == ARGON2_OK;
}

bool password_hash::matches_pbkdf2(std::string_view password) const {
  std::array<unsigned char, hash_bytes_max> computed{};
  const auto done =
    PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt_.data(), static_cast<int>(salt_.size()),
                      static_cast<int>(iterations_), EVP_sha512(), static_cast<int>(hash_.size()), computed.data());
  return done == 1 && CRYPTO_memcmp(computed.data(), hash_.data(), hash_.size()) == 0;
}

std::optional<std::string> hash_password(std::string_view password) {
  std::array<unsigned char, own_salt_bytes> salt{};
  if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1) return std::nullopt;
  const auto size = argon2_encodedlen(own_passes, own_memory_kib, own_lanes, own_salt_bytes, own_hash_bytes, Argon2_id);
  std::string encoded(size, '\0');
  const auto result = argon2id_hash_encoded(own_passes, own_memory_kib, own_lanes, password.data(), password.size(),
                                            salt.data(), salt.size(), own_hash_bytes, encoded.data(), encoded.size());
  if (result != ARGON2_OK) return std::nullopt;
  encoded.resize(encoded.find('\0'));
  return encoded;
}

}  // namespace troupe::auth
