#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/durability/store_desk.hpp"
#include "actors/durability/wall_time.hpp"
#include "actors/session/protocol/restore.hpp"

namespace troupe::actors {

/// Reads all rows of one session. It keeps itself until it is done.
class session_loader : public std::enable_shared_from_this<session_loader> {
public:
  /// Nothing: the store cannot be read, or has no such session.
  using done = std::function<void(std::optional<session::kept_session>)>;

  static void load(store_desk& from, std::string_view client_id, std::uint64_t number, done then);

private:
  using take_row = void (session_loader::*)(std::string_view key, std::string_view value);

  session_loader(store_desk& from, std::uint64_t number, done then)
    : desk_{from},
      number_{number},
      then_{std::move(then)} {}

  void begin(std::string_view client_id);
  void scan(persistence::table where, std::string first, take_row take);
  void take_session(std::string_view key, std::string_view value);
  void take_subscription(std::string_view key, std::string_view value);
  void take_inbound(std::string_view key, std::string_view value);
  void take_entry(std::string_view key, std::string_view value);
  void read_bodies();
  void step_done();
  void finish();

  store_desk& desk_;
  std::uint64_t number_;
  done then_;
  wall_time time_ = wall_time::now();
  session::kept_session found_;
  std::unordered_map<std::uint64_t, publication_ptr> bodies_;  ///< by message id
  std::size_t steps_due_ = 0;
  bool bodies_asked_ = false;
  bool has_session_ = false;
  bool failed_ = false;
};

}  // namespace troupe::actors
