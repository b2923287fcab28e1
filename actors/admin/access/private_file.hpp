#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace troupe::admin {

/// A file descriptor, closed with it.
class descriptor {
public:
  explicit descriptor(int number = -1) noexcept : number_{number} {}
  descriptor(descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  descriptor& operator=(descriptor&& other) noexcept;
  ~descriptor() { close(); }

  explicit operator bool() const noexcept { return number_ >= 0; }
  int number() const noexcept { return number_; }
  void close() noexcept;

private:
  int number_;
};

/// All of the bytes; false, with errno, when the system does not take them.
bool write_all(int file, std::string_view bytes);

/// Text of a file that is for this process alone; nothing when there is no such file. An error, as a sentence, when it
/// is no regular file, belongs to another user, may be written by others or is longer than `bytes_max`. One that others
/// may only read is made private, with a warning.
using private_text = std::variant<std::optional<std::string>, std::string>;
private_text read_private(const std::string& path, std::size_t bytes_max);

/// Puts `text` in place of the file, for its owner alone (0600). After a crash there is either the old one or the new
/// one. Gives back why it failed, as a sentence.
std::optional<std::string> replace_private(const std::string& path, std::string_view text);

}  // namespace troupe::admin
