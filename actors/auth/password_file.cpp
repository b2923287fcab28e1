#include "actors/auth/password_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace troupe::auth {

namespace {

std::string_view next_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::string why_no_user(std::string_view name) {
  if (name.empty()) return "a user needs a name";
  if (name.front() == '#') return "the name of a user may not begin with #: that is a comment";
  if (name.front() == ' ' || name.back() == ' ') return "the name of a user may not begin or end with a blank";
  const bool separable = std::none_of(
    name.begin(), name.end(), [](char c) { return c == ':' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  return separable ? "" : "the name of a user may hold neither : nor control characters";
}

std::variant<password_file, password_file::errors> password_file::load(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return errors{fmt::format("{}: cannot be read: {}", path, std::strerror(errno))};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (file.bad()) return errors{fmt::format("{}: cannot be read: {}", path, std::strerror(errno))};
  return parse(text, path);
}

std::variant<password_file, password_file::errors> password_file::parse(std::string_view text,
                                                                        const std::string& path) {
  password_file result;
  errors wrong;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = next_line(text);
    if (line.empty() || line.front() == '#') continue;
    const auto complain = [&](std::string_view why) { wrong.push_back(fmt::format("{}:{}: {}", path, number, why)); };
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) {
      complain("is not user:hash");
      continue;
    }
    const auto user = line.substr(0, colon);
    auto hash = password_hash::parse(line.substr(colon + 1));
    if (const auto why = why_no_user(user); !why.empty())
      complain(why);
    else if (const auto* bad = std::get_if<std::string>(&hash))
      complain(fmt::format("the hash of {} {}", user, *bad));
    else if (!result.users_.emplace(user, std::get<password_hash>(std::move(hash))).second)
      complain(fmt::format("{} is there twice", user));
  }
  if (!wrong.empty()) return wrong;
  for (const auto& [user, hash] : result.users_) result.decoys_.push_back(&hash);
  return result;
}

bool password_file::verify(std::string_view user, std::string_view password) const {
  const auto found = users_.find(std::string{user});
  if (found != users_.end()) return found->second.matches(password);
  // Where costs differ from line to line, one name always meets the same decoy, as a user always meets their own hash.
  if (decoys_.empty()) return false;
  const auto& decoy = *decoys_[std::hash<std::string_view>{}(user) % decoys_.size()];
  static_cast<void>(decoy.matches(password));
  return false;
}

}  // namespace troupe::auth
