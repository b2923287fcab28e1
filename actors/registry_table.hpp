#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "actors/handles.hpp"

namespace troupe::actors {

/// Which session has which client id [MQTT-3.1.3-2], for one registry's share of the ids, and who waits for one. Pure:
/// it says what is to be told to whom. Connections with one id are let in one after the other, so that exactly one is
/// left. It belongs to the loop: a claim that is being served could not be asked for again when a registry has crashed.
class registry_table {
public:
  /// What an input leads to: nothing, or one message.
  using step = std::variant<std::monostate, grant, evict>;

  step claim(const actors::claim& wanted);
  step registered(const actors::registered& news);
  step abandoned(std::string_view client_id);
  step evicted(std::string_view client_id);
  step unregister(const actors::unregister& gone);

  session_ref find(std::string_view client_id) const noexcept;
  /// Whether the client id has a session, or somebody is being given it.
  bool contains(std::string_view client_id) const noexcept;
  std::size_t size() const noexcept;

private:
  /// The claim being served, and those behind it.
  struct service {
    actors::claim current;
    std::vector<actors::claim> waiting;
  };
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    std::size_t operator()(const shared_text& text) const noexcept { return (*this)(text.view()); }
  };
  struct text_equal {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept { return a == b; }
  };
  template <class Value>
  using table = std::unordered_map<shared_text, Value, text_hash, text_equal>;

  step serve(const shared_text& client_id, const actors::claim& current) const;
  step next(table<service>::iterator at);

  table<session_ref> sessions_;
  table<service> busy_;  ///< ids that somebody wants
};

/// The loop whose registry knows a client id.
std::uint32_t registry_of(std::string_view client_id, std::uint32_t loops) noexcept;

}  // namespace troupe::actors
