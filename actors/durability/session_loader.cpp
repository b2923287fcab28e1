#include "actors/durability/session_loader.hpp"

#include "actors/durability/rows.hpp"
#include "persistence/keys.hpp"
#include "persistence/records.hpp"

namespace troupe::actors {

using persistence::table;

void session_loader::load(store_desk& from, std::string_view client_id, std::uint64_t number, done then) {
  std::shared_ptr<session_loader> loader{new session_loader{from, number, std::move(then)}};
  loader->begin(client_id);
}

// All at once: each answer may have to wait for a commit.
void session_loader::begin(std::string_view client_id) {
  ++steps_due_;
  desk_.read(table::sessions, client_id, [self = shared_from_this()](persistence::result& answer) {
    self->failed_ |= answer.outcome != persistence::outcome::done;
    if (!answer.rows.empty()) self->take_session(answer.rows[0].key, answer.rows[0].value);
    self->step_done();
  });
  steps_due_ += 3;
  const auto first = persistence::session_key{number_}.str();
  scan(table::subscriptions, first, &session_loader::take_subscription);
  scan(table::inbound, first, &session_loader::take_inbound);
  scan(table::queue, first, &session_loader::take_entry);
}

void session_loader::scan(table where, std::string first, take_row take) {
  persistence::range what{
    .table = where, .first = std::move(first), .last = persistence::session_key{number_ + 1}.str()};
  desk_.scan(std::move(what), [self = shared_from_this(), where, take](persistence::result& answer) {
    self->failed_ |= answer.outcome != persistence::outcome::done;
    for (std::size_t i = 0; i < answer.rows.size(); ++i) ((*self).*take)(answer.rows[i].key, answer.rows[i].value);
    if (!answer.more || self->failed_) return self->step_done();
    auto next = std::string{answer.rows[answer.rows.size() - 1].key};
    self->scan(where, next.append(1, '\0'), take);
  });
}

void session_loader::take_session(std::string_view, std::string_view value) {
  auto row = persistence::decode_session(value);
  if (!row || row->number != number_) return;
  has_session_ = true;
  found_.client_id = shared_text{row->client_id};
  if (row->user_name) found_.user_name = shared_text{*row->user_name};
  found_.number = number_;
  found_.version = static_cast<mqtt::version>(std::clamp<std::uint8_t>(row->protocol_version, 3, 5));
  found_.session_expiry = row->expiry_interval;
  found_.since = row->disconnected_at == 0 ? time_.node : time_.from(row->disconnected_at);
  if (row->will) found_.will = stored_will_of(*row->will);
}

void session_loader::take_subscription(std::string_view key, std::string_view value) {
  if (auto row = persistence::decode_subscription(key, value)) found_.subscriptions.push_back(subscription_of(*row));
}

void session_loader::take_inbound(std::string_view key, std::string_view) {
  if (auto packet_id = persistence::packet_id_of(key)) found_.received.push_back(packet_id);
}

void session_loader::take_entry(std::string_view key, std::string_view value) {
  auto row = persistence::decode_queue_entry(value);
  if (!row) return;
  const auto released = row->state == persistence::entry_state::received;
  found_.queue.push_back({delivery_of(*row, persistence::sequence_of(key), time_), row->packet_id, released});
}

void session_loader::read_bodies() {
  bodies_asked_ = true;
  for (const auto& each : found_.queue)
    if (!each.released && !each.what.body) bodies_.try_emplace(each.what.more->message);
  steps_due_ = bodies_.size();
  for (const auto& [id, body] : bodies_)
    desk_.read(table::messages, persistence::message_key{id}, [self = shared_from_this(), id = id](auto& answer) {
      self->failed_ |= answer.outcome != persistence::outcome::done;
      if (!answer.rows.empty())
        if (auto row = persistence::decode_message(answer.rows[0].value))
          self->bodies_[id] = publication_of(*row, self->time_);
      self->step_done();
    });
  if (steps_due_ == 0) finish();
}

void session_loader::step_done() {
  if (--steps_due_ > 0) return;
  if (bodies_asked_ || failed_ || !has_session_) return finish();
  read_bodies();
}

void session_loader::finish() {
  if (failed_ || !has_session_) return then_(std::nullopt);
  for (auto& each : found_.queue)
    if (!each.released && !each.what.body) each.what.body = bodies_[each.what.more->message];
  then_(std::move(found_));
}

}  // namespace troupe::actors
