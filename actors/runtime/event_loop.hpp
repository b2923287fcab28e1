#pragma once

#include <cstdint>

#include <caf/execution_unit.hpp>
#include <caf/mailbox_element.hpp>

#include "routing/publication.hpp"
#include "transport/work_mark.hpp"

namespace troupe::runtime {

/// The seats that every loop has: where the actors sit that other loops address by index, never by a kept handle.
enum class role : std::uint8_t { sessions, registry, shard, delivery, store };
inline constexpr std::size_t role_count = 5;

/// How soon a seat that is on hold hands out mail: rebuilding needs some of it before the rest.
enum class mail_class : std::uint8_t { ordinary, rebuilding };

/// Delivers mail to the actor that has a role on a loop, whichever actor that is when the mail is read. Mail between
/// two loops keeps its order. Thread-safe.
class post_office {
public:
  virtual ~post_office() = default;
  virtual void post(std::uint32_t loop, role to, caf::mailbox_element_ptr mail,
                    mail_class urgency = mail_class::ordinary) = 0;
  /// Loops of the node, hence shards, registries and deliveries too.
  virtual std::uint32_t loops() const noexcept = 0;

  /// Builds the mailbox element in place: wrapping a prepared caf::message costs two to three times as much.
  template <class T>
  void send(std::uint32_t loop, role to, T&& value, mail_class urgency = mail_class::ordinary) {
    post(loop, to, caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::forward<T>(value)), urgency);
  }
};

/// What actors run on. exec_later() may be called from every thread; on the loop's own it is a push on a queue.
/// Tests replace it by one that hands jobs to CAF's test coordinator.
class event_loop : public caf::execution_unit {
public:
  explicit event_loop(caf::actor_system* system) : caf::execution_unit{system} {}

  virtual std::uint32_t index() const noexcept = 0;
  /// Time at the start of the turn: one look at the clock serves all that happens in it.
  virtual time_point now() const noexcept = 0;

  /// Whom it works for: its thread tells, any thread may look.
  transport::work_mark& mark() noexcept { return mark_; }

private:
  transport::work_mark mark_;
};

}  // namespace troupe::runtime
