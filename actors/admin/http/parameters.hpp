#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "actors/admin/http/exchange.hpp"

namespace troupe::admin {

/// All of `text` as a number without a sign; nothing for what is none, or is too large.
std::optional<std::uint64_t> whole_number(std::string_view text) noexcept;

/// `limit` of a list: 1 to 1,000, of itself 100. Nothing for what is none.
std::optional<std::size_t> limit_of(const request& from);

}  // namespace troupe::admin
