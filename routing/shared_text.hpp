#pragma once

#include <cstring>
#include <new>
#include <string_view>

#include "routing/ref.hpp"

namespace troupe {

/// Immutable text shared by reference, one word wide: client ids and topic filters, which live both in a session's
/// record and in an index. Empty text allocates nothing.
class shared_text {
public:
  shared_text() noexcept = default;
  explicit shared_text(std::string_view text) : body_{text.empty() ? nullptr : body::make(text)} {}

  std::string_view view() const noexcept { return body_ ? body_->view() : std::string_view{}; }
  operator std::string_view() const noexcept { return view(); }
  bool empty() const noexcept { return !body_; }
  /// Asks the processor for the text.
  void approach() const noexcept { __builtin_prefetch(body_.get()); }
  friend bool operator==(const shared_text& a, const shared_text& b) noexcept {
    return a.body_ == b.body_ || a.view() == b.view();
  }

private:
  class body final : public ref_counted {
  public:
    static ref_ptr<const body> make(std::string_view text) {
      auto* memory = ::operator new(sizeof(body) + text.size());
      auto* result = new (memory) body{static_cast<std::uint32_t>(text.size())};
      std::memcpy(static_cast<char*>(memory) + sizeof(body), text.data(), text.size());
      return ref_ptr<const body>::adopt(result);
    }
    static void destroy(const body* object) noexcept {
      object->~body();
      ::operator delete(const_cast<body*>(object));
    }
    std::string_view view() const noexcept { return {reinterpret_cast<const char*>(this) + sizeof(body), size_}; }

  private:
    explicit body(std::uint32_t size) noexcept : size_{size} {}
    std::uint32_t size_;
  };

  ref_ptr<const body> body_;
};

}  // namespace troupe
