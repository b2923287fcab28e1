#pragma once

#include <cstdint>

#include "bench/load/plan.hpp"
#include "bench/load/workbench.hpp"

namespace troupe::bench {

/// What a parent tells its workers.
struct command {
  enum class kind : std::uint32_t { start, finish };
  command::kind what = kind::start;
  nanoseconds start = 0, measured_from = 0, until = 0;
};

/// The clients of one worker.
struct share {
  std::uint32_t first = 0, count = 0;
};

/// One process' part of a run: connects its clients, publishes on schedule, reports to `channel` ten times a second,
/// until it is told to finish or the channel ends.
class worker {
public:
  worker(const plan& what, share mine, share of_rate, int channel);
  ~worker();
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  /// Returns the exit code of the process.
  int run();

private:
  void turn();
  void wait();
  void serve(int epoll, nanoseconds at_most);
  void gain_patience();
  void lose_patience();
  void gather();
  void obey();
  void start(const command& told);
  void open_more();
  void storm();
  void publish_due();
  void pump_waiting();
  void read_slowly();
  void recover_windows();
  void keep_alive();
  void report(bool final);
  void finish();
  nanoseconds next_wake() const noexcept;
  nanoseconds next_opening() const noexcept;
  nanoseconds next_in_line(nanoseconds began, std::uint64_t number, double rate) const noexcept;
  nanoseconds next_storm() const noexcept;

  const plan& what_;
  share mine_;
  share of_rate_;  ///< which share of plan::connect_rate is ours: `first` of `count`
  int channel_;
  std::uint64_t resident_empty_bytes_;
  workbench at_;
  nanoseconds began_;
  std::uint32_t opened_ = 0;    ///< clients whose first connection was begun
  std::uint64_t openings_ = 0;  ///< connections begun by clients that come back; of churn: all
  nanoseconds storm_began_ = 0;
  std::vector<std::uint32_t> publishers_;
  std::vector<std::uint32_t> pumped_;
  std::size_t cursor_ = 0;   ///< in publishers_: whose message is due next, in open loop
  std::uint64_t round_ = 0;  ///< which message of theirs
  nanoseconds next_report_ = 0, next_recovery_ = 0;
  nanoseconds next_sip_ = never;      ///< when slow readers read next
  std::uint64_t recovered_at_ = 0;    ///< messages received by then
  std::uint64_t handled_ = 0;         ///< messages and acknowledgements received by the last turn's end
  std::uint64_t pinged_ = 0;          ///< clients that the round of keep-alives has come past
  nanoseconds next_patient_ = never;  ///< when workbench::patient_epoll is looked at next
  bool patient_ = false;
  bool over_ = false;
};

}  // namespace troupe::bench
