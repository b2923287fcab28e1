#include "actors/admin/http/base64.hpp"

#include <algorithm>

#include <openssl/evp.h>

namespace troupe::admin {

namespace {

constexpr std::size_t text_size_max = std::size_t{1} << 30;  // OpenSSL counts in int

}  // namespace

std::string to_base64(std::span<const std::byte> of) {
  std::string result((of.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends with a zero
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                                    reinterpret_cast<const unsigned char*>(of.data()), static_cast<int>(of.size()));
  result.resize(static_cast<std::size_t>(size));
  return result;
}

// OpenSSL takes blanks around it, any bits at its end, and counts padding as bytes: what is written back decides.
std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.size() > text_size_max) return {};
  std::string result(text.size() / 4 * 3, '\0');
  const auto decoded =
    EVP_DecodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                    reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  const auto padding = std::ranges::count(text.substr(text.size() - std::min<std::size_t>(2, text.size())), '=');
  if (decoded < padding) return {};
  result.resize(static_cast<std::size_t>(decoded - padding));
  if (to_base64(std::as_bytes(std::span{result})) != text) return {};
  return result;
}

}  // namespace troupe::admin
