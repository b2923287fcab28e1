#include "actors/admin/access/private_file.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/log.hpp"

namespace troupe::admin {

namespace {

std::string failed(std::string_view what, const std::string& path) {
  return fmt::format("{} cannot be {}: {}.", path, what, std::strerror(errno));
}

/// What is wrong with who owns the file and who may write it; empty: nothing.
std::string objection(const std::string& path, const struct stat& about) {
  if (!S_ISREG(about.st_mode)) return fmt::format("{} is no regular file.", path);
  if (about.st_uid != geteuid() && about.st_uid != 0)
    return fmt::format("{} belongs to another user (uid {}): who may log in would be for that one to say.", path,
                       about.st_uid);
  if (about.st_mode & (S_IWGRP | S_IWOTH))
    return fmt::format("{} may be written by others (mode {:04o}): look at what it says, then chmod 600.", path,
                       about.st_mode & 07777U);
  return {};
}

std::optional<std::string> read_whole(int file, std::size_t bytes_max) {
  std::string text;
  std::array<char, 16'384> part{};
  while (text.size() <= bytes_max) {
    const auto got = ::read(file, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  errno = EFBIG;
  return std::nullopt;
}

bool sync_folder(const std::string& path) {
  const auto folder = std::filesystem::path{path}.parent_path();
  const descriptor opened{::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return opened && ::fsync(opened.number()) == 0;
}

}  // namespace

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

void descriptor::close() noexcept {
  if (number_ >= 0) ::close(number_);
  number_ = -1;
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

private_text read_private(const std::string& path, std::size_t bytes_max) {
  // Not blocking: a pipe of that name would wait for a writer.
  const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!file && errno == ENOENT) return std::optional<std::string>{};
  struct stat about {};
  if (!file || ::fstat(file.number(), &about) != 0) return failed("read", path);
  if (auto wrong = objection(path, about); !wrong.empty()) return wrong;
  if (about.st_mode & (S_IRGRP | S_IROTH)) {
    if (::fchmod(file.number(), 0600) != 0) return failed("made private", path);
    log::warning("admin", "{} could be read by others (mode {:04o}); it is private now", path, about.st_mode & 07777U);
  }
  auto text = read_whole(file.number(), bytes_max);
  if (!text) return failed("read", path);
  return text;
}

std::optional<std::string> replace_private(const std::string& path, std::string_view text) {
  const auto fresh = path + ".new";
  ::unlink(fresh.c_str());  // left by a crash, or laid there by somebody; O_EXCL takes neither
  descriptor file{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!file || !write_all(file.number(), text) || ::fsync(file.number()) != 0) return failed("written", fresh);
  file.close();
  if (std::rename(fresh.c_str(), path.c_str()) != 0 || !sync_folder(path)) return failed("replaced", path);
  return std::nullopt;
}

}  // namespace troupe::admin
