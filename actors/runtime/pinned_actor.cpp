#include "actors/runtime/pinned_actor.hpp"

#include <caf/all.hpp>

#include "config/log.hpp"

namespace troupe::runtime {

caf::error to_exit_reason(const std::exception_ptr& thrown) noexcept {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    return caf::make_error(caf::sec::runtime_error, std::string{error.what()});
  } catch (...) {
    return caf::make_error(caf::sec::runtime_error, std::string{"an exception that is no std::exception"});
  }
}

void end_by_exceptions(caf::scheduled_actor& actor) {
  actor.set_exception_handler([](caf::scheduled_actor*, std::exception_ptr& thrown) { return to_exit_reason(thrown); });
}

namespace {

constexpr auto operators_wish = caf::atom("operator");

}  // namespace

caf::error restart_wish(std::string text) { return {1, operators_wish, caf::make_message(std::move(text))}; }

bool is_restart_wish(const caf::error& reason) noexcept { return reason && reason.category() == operators_wish; }

std::string describe(const caf::error& reason) {
  const auto& context = reason.context();
  const auto has_text = reason == caf::sec::runtime_error || is_restart_wish(reason);
  if (has_text && context.match_elements<std::string>()) return context.get_as<std::string>(0);
  return to_string(reason);
}

pinned_actor::pinned_actor(caf::actor_config& config)
  : caf::event_based_actor{config},
    loop_{*static_cast<event_loop*>(config.host)} {
  set_exception_handler([this](caf::scheduled_actor*, std::exception_ptr& thrown) {
    failed_ = true;
    return to_exit_reason(thrown);
  });
  // A message of ours that nobody matched comes back as an error; CAF's own handler would end this actor for it.
  set_error_handler([](caf::scheduled_actor* self, caf::error& error) {
    log::error("supervisor", "{} was answered with an error: {}", self->name(), describe(error));
  });
  set_default_handler([](caf::scheduled_actor* self, caf::message_view& mail) -> caf::result<caf::message> {
    log::error("supervisor", "{} does not know the message {}", self->name(), to_string(mail.content()));
    return caf::message{};
  });
}

void pinned_actor::enqueue(caf::mailbox_element_ptr mail, caf::execution_unit*) {
  caf::event_based_actor::enqueue(std::move(mail), &loop_);
}

void pinned_actor::launch(caf::execution_unit*, bool lazy, bool hide) {
  caf::event_based_actor::launch(&loop_, lazy, hide);
}

caf::resumable::resume_result pinned_actor::resume(caf::execution_unit* on, std::size_t max_throughput) {
  const transport::at_work mark{loop_.mark(), id()};
  return caf::event_based_actor::resume(on, max_throughput);
}

}  // namespace troupe::runtime
