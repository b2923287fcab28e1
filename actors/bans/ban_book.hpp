#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "actors/bans/ban_desk.hpp"

namespace troupe::actors {

/// The bans of a node: on the desk, by number, and in a file that outlives the process. The file is a line of JSON for
/// each ban and for each that was lifted, synced before anybody is told; it is written anew when most of it is of the
/// past. Of one thread at a time; only the desk is asked by others.
class ban_book {
public:
  /// Reads `folder`/bans.json, and has what is in it in force. Nothing is made before there is a ban. Damage is an
  /// error, as a sentence: a node that began without its bans would let in whom they kept out.
  static std::variant<std::unique_ptr<ban_book>, std::string> open(std::string folder, ban_desk& desk);

  struct refusal {
    unsigned status = 400;  ///< of HTTP
    std::string sentence;
  };
  /// A ban of the same clients or addresses is replaced. `what.id` and `what.at` are given here.
  std::variant<ban_ptr, refusal> add(ban what);
  /// False: there is none of that number. Throws std::runtime_error when it cannot be written.
  bool lift(std::uint64_t id);
  /// Takes out what is over, no more than `most`.
  void expire(std::int64_t now, std::size_t most);

  const std::map<std::uint64_t, ban_ptr>& all() const noexcept { return all_; }
  const ban_desk& desk() const noexcept { return desk_; }

private:
  ban_book(std::string folder, ban_desk& desk) : folder_{std::move(folder)}, desk_{desk} {}
  std::string path() const { return folder_ + "/bans.json"; }
  void read(std::string_view text);
  void enter(ban what);
  void take_out(std::uint64_t id);
  std::string append(const std::string& line);
  std::string write_anew();

  std::string folder_;
  ban_desk& desk_;
  ban_set set_;
  std::map<std::uint64_t, ban_ptr> all_;
  std::set<std::pair<std::int64_t, std::uint64_t>> ends_;
  std::uint64_t last_id_ = 0;
  std::size_t lines_ = 0;  ///< of the file
};

}  // namespace troupe::actors
