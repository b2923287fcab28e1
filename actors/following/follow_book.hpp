#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actors/session/protocol/effects.hpp"
#include "routing/publication.hpp"

namespace troupe::actors {

/// Where a followed publication stands with one of its receivers.
enum class fate : std::uint8_t {
  storing,       ///< its place in the queue of a durable session is written down, and not committed yet
  stored,        ///< committed for a session that sleeps
  queued,        ///< for a session that is awake
  in_flight,     ///< sent, an acknowledgement is due
  received,      ///< PUBREC came, PUBCOMP is due
  sent,          ///< at QoS 0
  acknowledged,  ///< PUBACK or PUBCOMP came
  refused,       ///< the client answered with a reason code of 0x80 or above
  dropped,
  missed,  ///< the session had ended meanwhile
  count_of_fates,
};
std::string_view to_string(fate what) noexcept;

/// What is known of one publication that was followed.
struct follow_report {
  struct step {
    std::uint64_t at_us = 0;  ///< since it was published
    std::string name, actor, text;
  };
  struct target {
    std::string client;
    actors::fate fate = fate::queued;
    std::uint64_t at_us = 0;      ///< of the latest news
    std::uint16_t packet_id = 0;  ///< 0: none
    std::string text;
  };
  bool matched = false;         ///< its shard has looked for receivers
  bool settled = false;         ///< nothing more is to be expected soon
  std::uint64_t receivers = 0;  ///< deliveries: a member of shared groups may have several
  std::vector<step> way;
  std::deque<target> targets;                                                         ///< the first ones
  std::array<std::uint64_t, static_cast<std::size_t>(fate::count_of_fates)> fates{};  ///< of all
};

/// Collects what becomes of the few publications that an operator follows. Thread-safe: loops tell it, the admin's
/// thread reads. What is told of others costs a look at a short list.
class follow_book {
public:
  static constexpr std::size_t follows_max = 16;
  static constexpr std::size_t targets_max = 1000;  ///< listed of one publication; all are counted
  static constexpr std::size_t steps_max = 1000;

  /// `settled` is called once at the most, by a thread that tells: it posts, and does nothing else. Returns what end()
  /// takes; 0: follows_max are followed already. `until_matched`: the number of receivers is all that is wanted. Throws
  /// std::bad_alloc.
  std::uint64_t begin(publication_ptr what, time_point now, bool until_matched, std::function<void()> settled);
  /// Nothing more is wanted. Precondition: of begin().
  follow_report end(std::uint64_t number);

  /// Its way: `actor` is a path of the tree.
  void step(const publication& what, std::string_view name, std::string_view actor, std::string_view text) noexcept;
  /// Its shard has found so many receivers.
  void matched(const publication& what, std::uint64_t receivers) noexcept;
  /// News of a session that is awake.
  void told(std::string_view client, const session::followed_step& news) noexcept;
  /// News of one that is not, or not any more.
  void told(const publication& what, std::string_view client, fate news, std::string_view text) noexcept;

private:
  struct following {
    std::uint64_t number = 0;
    publication_ptr what;
    time_point since;
    std::function<void()> settled;
    bool until_matched = false;
    follow_report report;
    std::uint64_t first_news = 0;                                   ///< deliveries of which something is known
    std::uint64_t open = 0;                                         ///< of the targets listed
    std::unordered_multimap<std::string_view, std::size_t> listed;  ///< targets by client; views into these
  };

  following* find(const publication* what) noexcept;
  void add(following& of, std::string_view client, fate news, std::uint16_t packet_id, std::string_view text);
  void change(following& of, follow_report::target& which, fate news, std::uint16_t packet_id, std::string_view text);
  bool tell_later(following& of, std::string_view client, const session::followed_step& news);
  template <class Fits>
  static follow_report::target* target_of(following& of, std::string_view client, Fits fits);
  static std::uint64_t age_of(const following& of) noexcept;
  static void settle_if_done(following& of);

  std::mutex mutex_;
  std::vector<std::unique_ptr<following>> followings_;
  std::uint64_t last_number_ = 0;
};

/// News of one session; `book` may be null.
inline void tell_follower(follow_book* book, std::string_view client,
                          const std::vector<session::followed_step>& news) noexcept {
  if (news.empty() || !book) [[likely]]
    return;
  for (const auto& each : news) book->told(client, each);
}

}  // namespace troupe::actors
