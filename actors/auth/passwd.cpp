#include "actors/auth/passwd.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/auth/password_file.hpp"
#include "config/new_password.hpp"

namespace troupe::auth {

namespace {

/// Calls `each` with every line, its end included.
template <class Each>
void lines_of(std::string_view text, Each each) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto size = end == std::string_view::npos ? text.size() : end + 1;
    each(text.substr(0, size));
    text.remove_prefix(size);
  }
}

bool is_of(std::string_view line, std::string_view user) {
  return line.size() > user.size() && line.starts_with(user) && line[user.size()] == ':';
}

/// A temporary file beside its target, gone unless it was moved there.
class replacement {
public:
  explicit replacement(const std::string& target) : name_{target + ".XXXXXX"}, descriptor_{mkstemp(name_.data())} {}
  ~replacement() {
    if (descriptor_ < 0) return;
    close(descriptor_);
    if (!moved_) unlink(name_.c_str());
  }
  replacement(const replacement&) = delete;
  replacement& operator=(const replacement&) = delete;

  bool fill(std::string_view text, const struct stat* owner) {
    if (descriptor_ < 0 || fchmod(descriptor_, 0600) != 0) return false;
    if (owner && (owner->st_uid != geteuid() || owner->st_gid != getegid()) &&
        fchown(descriptor_, owner->st_uid, owner->st_gid) != 0)
      return false;
    while (!text.empty()) {
      const auto written = write(descriptor_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    return fsync(descriptor_) == 0;
  }

  bool move_to(const std::string& target) {
    moved_ = std::rename(name_.c_str(), target.c_str()) == 0;
    return moved_;
  }

private:
  std::string name_;
  int descriptor_;
  bool moved_ = false;
};

int refuse(std::string_view why, int code) {
  std::cerr << "troupe: " << why << '\n';
  return code;
}

/// The text of the file, empty for a new one; nothing when it is there but cannot be read.
std::optional<std::string> read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return errno == ENOENT ? std::optional<std::string>{""} : std::nullopt;
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

int store(const std::string& path, std::string_view text) {
  const auto failed = replace_file(path, text);
  return failed ? refuse(*failed, config::exit_code::failed) : config::exit_code::done;
}

int remove(const config::passwd_request& request, std::string_view text) {
  const auto changed = without_user(text, request.user);
  if (!changed)
    return refuse(fmt::format("{} is not in {}", request.user, request.file), config::exit_code::not_understood);
  return store(request.file, *changed);
}

}  // namespace

std::string with_user(std::string_view text, std::string_view user, std::string_view hash) {
  const auto own = fmt::format("{}:{}\n", user, hash);
  std::string result;
  bool written = false;
  lines_of(text, [&](std::string_view line) {
    if (!is_of(line, user))
      result += line;
    else if (!std::exchange(written, true))
      result += own;
  });
  if (!result.empty() && result.back() != '\n') result += '\n';
  return written ? result : result + own;
}

std::optional<std::string> without_user(std::string_view text, std::string_view user) {
  std::string result;
  bool found = false;
  lines_of(text, [&](std::string_view line) {
    if (is_of(line, user))
      found = true;
    else
      result += line;
  });
  return found ? std::optional{result} : std::nullopt;
}

std::optional<std::string> replace_file(const std::string& path, std::string_view text) {
  std::error_code ignored;
  auto target = std::filesystem::weakly_canonical(path, ignored).string();  // a link stays, what it names is replaced
  if (target.empty()) target = path;
  struct stat old {};
  const bool exists = stat(target.c_str(), &old) == 0;
  replacement next{target};
  if (next.fill(text, exists ? &old : nullptr) && next.move_to(target)) return {};
  return fmt::format("{}: cannot be written: {}", path, std::strerror(errno));
}

int passwd(const config::passwd_request& request) {
  if (const auto why = why_no_user(request.user); !why.empty()) return refuse(why, config::exit_code::not_understood);
  const auto text = read_file(request.file);
  if (!text)
    return refuse(fmt::format("{}: cannot be read: {}", request.file, std::strerror(errno)), config::exit_code::failed);
  if (request.remove) return remove(request, *text);
  std::string why;
  const auto password = config::read_new_password(why);
  if (!password) return refuse(why, config::exit_code::not_understood);
  const auto hash = hash_password(*password);
  if (!hash) return refuse("no memory or no random bytes for the hash", config::exit_code::failed);
  return store(request.file, with_user(*text, request.user, *hash));
}

}  // namespace troupe::auth
