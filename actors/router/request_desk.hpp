#pragma once

#include <cstdint>
#include <unordered_map>

#include "actors/handles.hpp"
#include "actors/runtime/event_loop.hpp"
#include "actors/session/protocol/requests.hpp"

namespace troupe::actors {

/// Where the SUBSCRIBEs and UNSUBSCRIBEs of one loop's sessions leave for the shards: an exact filter to the shard of
/// its topic, one with wildcards to every shard. A request is answered when all of them have. It belongs to the loop.
class request_desk {
public:
  request_desk(runtime::post_office& office) : office_{office} {}

  void ask(session_ref who, session::subscribe_request what);
  void ask(session_ref who, session::unsubscribe_request what);
  enum class progress : std::uint8_t { waiting, granted, refused };
  /// One shard's answer; not `waiting` when it was the last one of the request. One refusal refuses all of it.
  progress answered(session_ref who, std::uint32_t ticket, bool refused);

  std::size_t requests_under_way() const noexcept { return under_way_.size(); }

private:
  struct key {
    session_ref who;
    std::uint32_t ticket;
    friend bool operator==(key, key) = default;
  };
  struct key_hash {
    std::size_t operator()(key k) const noexcept {
      return std::hash<session_ref>{}(k.who) * 0x9E3779B97F4A7C15u + k.ticket;
    }
  };

  template <class Message, class Entry, class FilterOf>
  void split(session_ref who, std::uint32_t ticket, std::vector<Entry> entries, FilterOf filter_of);

  runtime::post_office& office_;
  struct open_request {
    std::uint32_t answers_due = 0;
    bool refused = false;
  };

  std::unordered_map<key, open_request, key_hash> under_way_;
};

}  // namespace troupe::actors
