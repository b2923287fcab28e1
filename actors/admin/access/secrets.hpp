#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "actors/admin/access/surroundings.hpp"

namespace troupe::admin {

inline constexpr std::size_t secret_characters = 43;    ///< of 256 bits in base64url without padding
inline constexpr std::size_t password_characters = 20;  ///< 100 bits

/// 256 random bits in base64url: a session's id, a token, the variable part of an API key. Nothing without random
/// bytes.
std::optional<std::string> new_secret(const surroundings& around);
/// A password for a person to type: no characters that look alike.
std::optional<std::string> new_password(const surroundings& around);

/// SHA-256, in hex: what is kept of a secret. Enough without salt and cost, because nobody guesses 256 random bits.
std::string digest(std::string_view secret);
/// Takes the same time wherever they differ.
bool same_secret(std::string_view a, std::string_view b) noexcept;

}  // namespace troupe::admin
