#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::auth {

/// A stored password, parsed and within limits: checking it costs bounded time and memory.
/// Written `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>` (as libargon2 does) or
/// `$pbkdf2-sha512$<iterations>$<salt>$<hash>` (with base64, padded or not).
class password_hash {
public:
  /// What one check may cost at the most; a file that asks for more is refused.
  static constexpr std::uint32_t argon2_memory_kib_max = 256 * 1024;
  static constexpr std::uint32_t argon2_passes_max = 16;
  static constexpr std::uint32_t argon2_lanes_max = 8;
  static constexpr std::uint32_t pbkdf2_iterations_max = 2'000'000;

  /// The hash, or what is wrong with the text, as the end of a sentence that begins "the hash" and without the text
  /// itself.
  static std::variant<password_hash, std::string> parse(std::string_view text);

  /// Takes milliseconds on purpose: never on a loop. The comparison takes the same time for every wrong password.
  /// False also when memory for the check could not be had.
  bool matches(std::string_view password) const;

private:
  enum class algorithm : std::uint8_t { argon2id, pbkdf2_sha512 };

  bool matches_pbkdf2(std::string_view password) const;
  static std::variant<password_hash, std::string> parse_argon2(std::string_view text);
  static std::variant<password_hash, std::string> parse_pbkdf2(std::string_view text);

  algorithm algorithm_ = algorithm::argon2id;
  std::string encoded_;  ///< of argon2id: libargon2 decodes it itself
  std::uint32_t iterations_ = 0;
  std::vector<unsigned char> salt_, hash_;
};

/// A new argon2id hash with a random salt, as `troupe passwd` writes it; empty if the system gave no random bytes or no
/// memory.
std::optional<std::string> hash_password(std::string_view password);

}  // namespace troupe::auth
