#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "routing/target.hpp"

namespace troupe {

/// The subscribers of one filter, sorted by session. 24 bytes while there is one, which is the usual case; one sorted
/// array up to some hundreds; a sorted sequence of such arrays beyond, so that no insert moves more than one of them.
class target_list {
public:
  /// Most targets in one array.
  static constexpr std::uint32_t run_max = 512;

  /// Adds or replaces; true when the session was not in the list. An exception leaves the list as it was; into an empty
  /// list it cannot happen.
  bool insert(const target& what);
  /// True when the session was in the list.
  bool erase(session_ref who) noexcept;

  bool empty() const noexcept { return std::holds_alternative<std::monostate>(body_); }
  std::size_t size() const noexcept;

  /// Calls `f(std::span<const target>)` for the arrays in order: together they are sorted and have each session once.
  template <class F>
  void for_each_run(F&& f) const {
    if (const auto* one = std::get_if<target>(&body_)) return f(std::span{one, 1});
    if (const auto* single = std::get_if<run>(&body_)) return f(single->span());
    if (const auto* many = std::get_if<many_runs>(&body_))
      for (const auto& each : **many) f(each.span());
  }

private:
  struct run {
    std::unique_ptr<target[]> items;
    std::uint32_t size = 0;
    std::uint32_t capacity = 0;

    static run of_capacity(std::uint32_t capacity);
    std::span<const target> span() const noexcept { return {items.get(), size}; }
    target* begin() const noexcept { return items.get(); }
    target* end() const noexcept { return items.get() + size; }
    target* lower_bound(session_ref who) const noexcept;
    target* find(session_ref who) const noexcept;
    void grow();
    void insert(const target& what) noexcept;
    void erase(target* at) noexcept;
    run split();
  };
  using many_runs = std::unique_ptr<std::vector<run>>;

  bool insert(target& one, const target& what);
  bool insert(run& single, const target& what);
  bool insert(many_runs& many, const target& what);
  bool erase(run& single, session_ref who) noexcept;
  bool erase(many_runs& many, session_ref who) noexcept;
  static void unite_with_next(std::vector<run>& runs, std::vector<run>::iterator at) noexcept;
  static std::vector<run>::iterator run_for(std::vector<run>& runs, session_ref who) noexcept;

  std::variant<std::monostate, target, run, many_runs> body_;
};

static_assert(sizeof(target_list) == 24);

}  // namespace troupe
