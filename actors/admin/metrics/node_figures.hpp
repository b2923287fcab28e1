#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/admin/history/latency_sketch.hpp"
#include "actors/admin/metrics/process_figures.hpp"

namespace troupe::admin {

/// What one scrape tells of a node: copies, gathered on the admin's thread. What is counted is counted since the start.
struct node_figures {
  using count = std::uint64_t;
  /// By a label whose values are few and known: no client, no topic.
  using by_label = std::vector<std::pair<std::string, count>>;

  struct seat {
    std::string_view role;
    count depth = 0, handled = 0, refused = 0;
    double oldest_seconds = 0;  ///< 0: nothing waits
  };
  struct loop {
    double processor_seconds = 0;
    double busy_share = 0;            ///< of the last second
    double longest_turn_seconds = 0;  ///< of the last one or two seconds
    count links = 0, sessions = 0, asleep = 0;
    count subscriptions = 0;  ///< in the index of its shard, which has those with wildcards of all clients
    count retained = 0, retained_bytes = 0;
    std::vector<seat> seats;
  };
  struct listener {
    std::string name;
    bool listens = false;
    count connections = 0, accepted = 0;
    by_label refused;
  };
  struct storage {
    count commits = 0, batches = 0, bytes = 0, syncs = 0, failures = 0, conflicts = 0, refused = 0;
    count waiting = 0, waiting_bytes = 0, disk_bytes = 0;
    double sync_seconds = 0;
    by_label rows;  ///< by table
  };
  struct events {
    count told = 0, overwritten = 0, lost = 0, watching = 0, bytes = 0, bytes_max = 0;
  };

  /// The HTTP server that also answers the scrape.
  struct service {
    count connections = 0, streams = 0;  ///< open
    count turned_away = 0, requests = 0, refused = 0, too_slow = 0, failed = 0, unanswered = 0, streams_too_slow = 0;
  };

  std::string version;
  count sessions = 0, connected = 0;
  count connects_accepted = 0, connects_refused = 0;
  count bans = 0, banned = 0;  ///< bans in force; connections that they refused
  count received = 0, sent = 0, bytes_received = 0, bytes_sent = 0, protocol_errors = 0;
  by_label dropped;   ///< by reason
  by_label restarts;  ///< by class of actor
  by_label alarms;    ///< 1: it is on
  latency_sketch::octaves latency;
  std::vector<loop> loops;
  std::vector<listener> listeners;
  storage store;
  events history;
  service admin;
  process_figures process;
};

}  // namespace troupe::admin
