#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

namespace troupe::bench {

/// What arrived, by what it was. Additive over streams, subscribers and workers.
struct ledger_counts {
  std::uint64_t distinct = 0;   ///< messages that arrived for the first time
  std::uint64_t duplicate = 0;  ///< arrivals of a message that had arrived
  std::uint64_t reordered = 0;  ///< of the distinct ones: arrived behind a later one of the same publisher
  std::uint64_t foreign = 0;    ///< no stamp, another run's, or of a publisher whose topic this is not
  std::uint64_t missing = 0;    ///< overtaken and not arrived since

  ledger_counts& operator+=(const ledger_counts& other) noexcept {
    distinct += other.distinct, duplicate += other.duplicate, reordered += other.reordered;
    foreign += other.foreign, missing += other.missing;
    return *this;
  }
};

/// The messages of one publisher as one subscriber gets them. Sixteen bytes while nothing is missing.
class stream {
public:
  enum class verdict : std::uint8_t { in_order, ahead, late, duplicate };

  stream() = default;
  /// The first message that is expected.
  explicit stream(std::uint32_t first) : next_{first} {}

  /// Counts the arrival of message `sequence`.
  verdict arrive(std::uint32_t sequence, ledger_counts& counts);

private:
  /// Whether `sequence` was missing; it is not from now on.
  bool fill(std::uint32_t sequence);

  std::uint32_t next_ = 0;
  std::unique_ptr<std::map<std::uint32_t, std::uint32_t>> missing_;  ///< first -> behind the last
};

/// The streams of a worker's subscribers. Two manners of looking one up: by number where both ends are ours and every
/// stream starts at 0; by name where publishers are strangers, whose streams start with what is seen of them first.
class ledger {
public:
  ledger() = default;
  ledger(std::uint32_t subscribers, std::uint32_t publishers_each)
    : publishers_each_{publishers_each},
      known_(std::size_t{subscribers} * publishers_each) {}

  stream::verdict arrive(std::uint32_t subscriber, std::uint32_t publisher, std::uint32_t sequence) {
    return known_[std::size_t{subscriber} * publishers_each_ + publisher].arrive(sequence, counts_);
  }
  stream::verdict arrive_of_stranger(std::uint32_t subscriber, std::uint32_t run, std::uint32_t publisher,
                                     std::uint32_t sequence);
  void foreign() noexcept { ++counts_.foreign; }

  const ledger_counts& counts() const noexcept { return counts_; }

private:
  struct name {
    std::uint32_t subscriber, run, publisher;
    friend bool operator==(const name&, const name&) = default;
  };
  struct name_hash {
    std::size_t operator()(const name& of) const noexcept {
      return (std::size_t{of.subscriber} << 32 | of.publisher) * 0x9E37'79B9'7F4A'7C15u ^ of.run;
    }
  };

  ledger_counts counts_;
  std::uint32_t publishers_each_ = 0;
  std::vector<stream> known_;
  std::unordered_map<name, stream, name_hash> strangers_;
};

}  // namespace troupe::bench
