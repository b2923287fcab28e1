#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "config/options.hpp"
#include "routing/publication.hpp"

namespace troupe {

/// What all shards of a node may retain together. Shards on different threads take from it, hence the atomics.
class retained_budget {
public:
  explicit retained_budget(const config::node_limits& limits) noexcept { follow(limits); }

  /// Other limits from now on. What is there already stays.
  void follow(const config::node_limits& limits) noexcept {
    messages_max_.store(limits.retained_messages_max, std::memory_order_relaxed);
    bytes_max_.store(limits.retained_bytes_max, std::memory_order_relaxed);
  }

  /// Takes so many more, or fewer when negative; false, and nothing taken, when what grows would pass its limit.
  bool take(std::int64_t messages, std::int64_t bytes) noexcept;
  void give_back(std::uint64_t messages, std::uint64_t bytes) noexcept;
  std::uint64_t messages() const noexcept { return messages_.load(std::memory_order_relaxed); }
  std::uint64_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> messages_max_{0};
  std::atomic<std::uint64_t> bytes_max_{0};
  std::atomic<std::uint64_t> messages_{0};
  std::atomic<std::uint64_t> bytes_{0};
};

/// The retained messages of a shard's topics.
///
/// A sorted set, not a trie: a node is 64 bytes beside the publication, whose own topic name is the key; a walk can
/// stop anywhere and go on from a name, whatever changed in between; and nothing ever has to be rehashed at once. Its
/// order takes '/' for the lowest character, so that a topic and everything below it lie together, and a filter with
/// `+` skips from one possible topic to the next.
class retained_index {
public:
  explicit retained_index(std::shared_ptr<retained_budget> budget) noexcept;
  ~retained_index();
  retained_index(const retained_index&) = delete;
  retained_index& operator=(const retained_index&) = delete;

  enum class outcome : std::uint8_t {
    stored,    ///< the topic had none
    replaced,  ///< [MQTT-3.3.1-5]
    removed,   ///< the payload was empty [MQTT-3.3.1-6]
    nothing,   ///< the payload was empty and there was nothing to remove
    full,      ///< a limit of the node; what the topic had is kept
  };

  /// Takes a publication whose RETAIN is set. An exception leaves the index as it was. `now`: when it came; of one from
  /// the store that is not known.
  outcome store(publication_ptr what, time_point now = {});
  /// The retained message of one topic, if it has not expired.
  publication_ptr find(std::string_view topic, time_point now) const;

  /// How far a walk over the matches of one filter has come.
  class cursor {
    friend class retained_index;
    std::string from_;          ///< first topic name not yet looked at
    std::uint64_t newest_ = 0;  ///< later messages are not for this walk
  };

  /// Begins a walk. It sees the messages retained by now: those stored later have reached the subscriber as live
  /// messages, and an older state must not follow them. So open it in the turn that inserts the subscription.
  cursor open() const noexcept;

  /// Calls `f` with retained messages that `filter` (checked, without `$share/`) matches and that have not expired, in
  /// order of topic names, and looks at no more than `count_max` topics. True when the walk is at its end; until then
  /// call again with the same filter and cursor. `f` must not change the index. An exception of `f` leaves the cursor
  /// where it was.
  bool visit(std::string_view filter, cursor& at, std::size_t count_max, time_point now,
             const std::function<void(const publication_ptr&)>& f) const;

  /// A retained message as somebody sees it who looks in.
  struct kept {
    publication_ptr what;
    time_point since;  ///< when it came; time_point{}: before this node started
  };
  /// Where a look through the index begins. The order is the index's: by characters, '/' before all others.
  struct place {
    std::string topic;
    bool behind = false;  ///< with the first topic behind that one, not with itself
  };

  /// Calls `f` with what has not expired, from a place on in the order of the index, until it says false; looks at no
  /// more than `count_max` topics. Where to go on; nothing at the end, or when `f` said false. `f` must not change the
  /// index.
  std::optional<place> browse(const place& from, std::size_t count_max, time_point now,
                              const std::function<bool(const kept&)>& f) const;
  /// What has not expired of one topic; `what` is null: nothing.
  kept look_up(std::string_view topic, time_point now) const;
  /// Whether one topic comes before another.
  static bool comes_before(std::string_view a, std::string_view b) noexcept { return by_topic::less(a, b); }

  /// Removes expired messages among the next `count_max` topics and returns how many; call it now and then. It goes
  /// round.
  std::size_t sweep(std::size_t count_max, time_point now) noexcept;

  std::size_t size() const noexcept { return entries_.size(); }
  /// Bytes of the publications and of their places in the index.
  std::uint64_t bytes() const noexcept { return bytes_; }

private:
  struct entry {
    mutable publication_ptr what;      ///< replaced in place by another with the same topic name
    mutable std::uint64_t number = 0;  ///< counts up with every store
    mutable time_point since;          ///< time_point{}: not known
  };
  struct by_topic {
    using is_transparent = void;
    static bool less(std::string_view a, std::string_view b) noexcept;
    bool operator()(const entry& a, const entry& b) const noexcept { return less(a.what->topic(), b.what->topic()); }
    bool operator()(const entry& a, std::string_view b) const noexcept { return less(a.what->topic(), b); }
    bool operator()(std::string_view a, const entry& b) const noexcept { return less(a, b.what->topic()); }
  };
  using entries = std::set<entry, by_topic>;

  outcome replace(const entry& old, publication_ptr what, time_point now) noexcept;
  outcome add(publication_ptr what, time_point now);
  void erase(entries::iterator at) noexcept;

  std::shared_ptr<retained_budget> budget_;
  entries entries_;
  std::uint64_t bytes_ = 0;
  std::uint64_t stored_ = 0;  ///< number of the last entry stored
  std::size_t expiring_ = 0;  ///< entries that may expire: without any, nothing is swept
  entries::iterator swept_;   ///< where the sweep goes on
};

}  // namespace troupe
