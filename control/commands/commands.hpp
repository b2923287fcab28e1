#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/client/api.hpp"

/// What `troupectl` can do. Each command asks a node and returns what is to be printed, lines that end in \n: a table,
/// or the API's answer as it is. A node that refuses or is not there is a `failure`.
namespace troupe::control {

struct presentation {
  bool json = false;
  std::size_t limit = 100;  ///< items of a list
  std::size_t cell_columns_max = 48;
};

/// The API's answer as it is, on a line of its own; nothing for an answer without a body.
std::string json_text(const document& of);
/// Whether a list goes on behind its last item here.
bool has_more(const document& of);
/// What a list's table ends with when it is not the whole list.
std::string more_text(bool more);

// --- the node -------------------------------------------------------------------------------------------------------

std::string status(const api& node, const presentation& how);
std::string drops(const api& node, const presentation& how);
/// All options, those of a section, or what is known of one.
std::string show_config(const api& node, const presentation& how, const std::string& name);

std::string set_config(const api& node, const presentation& how, const std::string& name, const std::string& value);

std::string listeners(const api& node, const presentation& how);
/// `what`: "start" or "stop".
std::string change_listener(const api& node, const presentation& how, const std::string& name, const std::string& what);

/// Counters, and from the second frame on what they grew by.
class metrics_view {
public:
  std::string frame(const api& node, const presentation& how);

private:
  using clock = std::chrono::steady_clock;
  std::map<std::string, double> before_;
  clock::time_point at_;
};

// --- who may use the console and its API ---------------------------------------------------------------------------

struct user_request {
  std::string name, password, role;  ///< empty: as it is
};
std::string users(const api& node, const presentation& how);
std::string add_user(const api& node, const presentation& how, const user_request& what);
std::string change_user(const api& node, const presentation& how, const user_request& what);
std::string remove_user(const api& node, const presentation& how, const std::string& name);

struct key_request {
  std::string name, role = "viewer";
  std::uint32_t days = 365;
};
std::string list_keys(const api& node, const presentation& how);
/// The key, which the node does not tell again.
std::string add_key(const api& node, const presentation& how, const key_request& what);
std::string remove_key(const api& node, const presentation& how, const std::string& name);

// --- actors ---------------------------------------------------------------------------------------------------------

struct actor_request {
  std::string path = "root";
  std::string sort;         ///< a field of the API's actor, - in front of it for the largest first; empty: by name
  std::uint32_t depth = 2;  ///< levels below `path`
};

/// A part of the tree; from the second frame on with what each actor handles a second.
class actor_view {
public:
  explicit actor_view(actor_request asked) : asked_{std::move(asked)} {}
  std::string frame(const api& node, const presentation& how);

private:
  struct line {
    boost::json::object actor;
    std::size_t level = 0;
  };
  using clock = std::chrono::steady_clock;

  document children(const api& node, const std::string& path, std::size_t limit) const;
  /// Until there are `limit` lines.
  void add_below(const api& node, const std::string& path, std::size_t level, std::size_t limit);
  std::string rate(const boost::json::object& of, std::chrono::duration<double> since) const;

  actor_request asked_;
  std::vector<line> lines_;
  bool whole_ = true;                      ///< there was room for all of them
  std::map<std::string, double> handled_;  ///< in the frame before, by path
  clock::time_point at_;
};

// --- clients --------------------------------------------------------------------------------------------------------

struct client_filter {
  std::string id_prefix, user, address, listener, protocol;
  std::string connected;  ///< "true", "false"; empty: both
};

std::string list_clients(const api& node, const presentation& how, const client_filter& which);
std::string show_client(const api& node, const presentation& how, const std::string& id);
/// `whole`: its session ends, too.
std::string kick_client(const api& node, const presentation& how, const std::string& id, bool whole);
std::string client_events(const api& node, const presentation& how, const std::string& id);
std::string autopsy(const api& node, const presentation& how, const std::string& id);
std::string subscriptions(const api& node, const presentation& how, const std::string& client,
                          const std::string& filter);

// --- bans -----------------------------------------------------------------------------------------------------------

struct ban_request {
  std::string kind;  ///< client, user, address
  std::string value;
  std::string reason;
  std::uint32_t seconds = 0;  ///< 0: for ever
};

std::string list_bans(const api& node, const presentation& how);
std::string add_ban(const api& node, const presentation& how, const ban_request& what);
std::string remove_ban(const api& node, const presentation& how, const std::string& id);

// --- topics ---------------------------------------------------------------------------------------------------------

/// The level below a topic, the first one for an empty `parent`.
std::string list_topics(const api& node, const presentation& how, const std::string& parent);
/// Retained messages whose topic begins with `prefix`.
std::string list_retained(const api& node, const presentation& how, const std::string& prefix);
std::string show_retained(const api& node, const presentation& how, const std::string& topic);
std::string delete_retained(const api& node, const presentation& how, const std::string& topic);
/// All whose topic begins with `prefix`, which is not empty.
std::string delete_retained_below(const api& node, const presentation& how, const std::string& prefix);

// --- messages -------------------------------------------------------------------------------------------------------

struct publish_request {
  std::string topic;
  std::string payload;  ///< UTF-8
  int qos = 0;
  bool retain = false;
  bool follow = false;
  std::string client;  ///< followed: why it has not got it; empty: nobody's
};

std::string publish(const api& node, const presentation& how, const publish_request& what);

// --- traces ---------------------------------------------------------------------------------------------------------

std::string list_traces(const api& node, const presentation& how);
/// `kind`: "client", "topic" or "address".
std::string start_trace(const api& node, const presentation& how, const std::string& kind, const std::string& value,
                        std::uint32_t seconds);
std::string stop_trace(const api& node, const presentation& how, const std::string& id);

/// The lines of a trace: each frame has those that came since the one before it.
class trace_view {
public:
  explicit trace_view(std::string id) : id_{std::move(id)} {}
  std::string frame(const api& node, const presentation& how);

private:
  std::string id_;
  std::string cursor_;  ///< empty: from the first line on
};

}  // namespace troupe::control
