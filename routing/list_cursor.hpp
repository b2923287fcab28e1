#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// How far somebody has read a list of names or topics, as a text that stays short however long these are: the last
/// one read, or of a long one its beginning. Then what else begins so is passed over.
class list_cursor {
public:
  static constexpr std::size_t bytes_max = 1024;  ///< of a name; longer ones are cut

  /// At the beginning.
  list_cursor() = default;
  /// Behind the last one read.
  static list_cursor behind(std::string_view last);
  /// Empty: at the beginning. Nothing for what text() did not make.
  static std::optional<list_cursor> parse(std::string_view text);

  std::string text() const;
  bool at_beginning() const noexcept { return mark_ == '\0'; }
  /// Whether `begins` holds only the beginning of what was read last.
  bool is_cut() const noexcept { return mark_ == cut; }
  std::string_view last() const noexcept { return last_; }
  /// Whether a name of an order by bytes has been read.
  bool has_passed(std::string_view name) const noexcept {
    return !at_beginning() && (name <= last() || (is_cut() && name.starts_with(last())));
  }

private:
  static constexpr char whole = '=', cut = '~';

  char mark_ = '\0';
  std::string last_;
};

}  // namespace troupe
