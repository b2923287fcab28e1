#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/admin/http/exchange.hpp"

namespace troupe::admin {

/// An answer as it is sent.
struct response {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> header;  ///< without those of head_of()
  std::string text;
  std::string_view lasting_text = {};  ///< sent in place of `text`: bytes that live as long as the program

  std::string_view body() const { return lasting_text.empty() ? std::string_view{text} : lasting_text; }
};

response to_response(answer from);
/// {"error": sentence}
response refusal(unsigned status, std::string_view sentence);

/// The status line and header, to the empty line: besides the response's own fields its length, the date, and those
/// that keep a browser from running, framing, sniffing or keeping what it should not. Line ends inside a field become
/// spaces.
std::string head_of(const response& sent, bool keep_alive, std::chrono::system_clock::time_point now);

/// The latter: name and value, for who writes a header by other means.
std::span<const std::pair<std::string_view, std::string_view>> security_fields();

/// Whether a status has no body, and so no length either.
bool is_bodiless(unsigned status);

}  // namespace troupe::admin
