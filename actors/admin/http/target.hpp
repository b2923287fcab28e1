#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::admin {

/// A request target in origin form [RFC 9112, 3.2.1], percent-decoded. Everything in it is UTF-8 without U+0000.
struct target {
  std::string path;  ///< "/a/b/c" also of "/a/b%2Fc"
  /// Of the path, split before they were decoded: "a", "b/c". No dot segment is removed. A browser removes "." and
  /// "..", even with each dot as %2E: to name a client or a topic that is called so it sends "..;", whose semicolon, an
  /// empty path parameter [RFC 3986, 3.3], is left out here. One that belongs to the name comes as %3B.
  std::vector<std::string> segments;
  std::map<std::string, std::string, std::less<>> query;  ///< of a name that comes twice, the last one
};

/// Nothing for another form, for broken percent-encoding, and for more segments or parameters than anybody needs.
std::optional<target> parse_target(std::string_view text);

/// Nothing when a % is not followed by two hexadecimal digits, or when the result is not UTF-8 or holds U+0000.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space = false);

}  // namespace troupe::admin
