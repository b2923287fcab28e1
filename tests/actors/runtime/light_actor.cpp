#define CAF_SUITE actors_runtime_light_actor

#include "actors/runtime/light_actor.hpp"

#include <malloc.h>

#include "actors/session/session_actor.hpp"
#include "tests/actors/fixtures/actors.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

/// Notes numbers and throws at negative ones; at 0 it ends by itself. Answers nothing.
class note_taker final : public runtime::light_actor {
public:
  note_taker(caf::actor_config& config, std::vector<int>& heard) : light_actor{config}, heard_{heard} {}
  const char* name() const override { return "note_taker"; }

private:
  void receive(caf::mailbox_element& mail) override {
    auto number = mail.content().get_as<int>(0);
    heard_.push_back(number);
    if (number < 0) throw std::runtime_error{"a negative number"};
    if (number == 0) cleanup(caf::exit_reason::normal, &loop());
  }

  std::vector<int>& heard_;
};

struct fixture : actors_fixture {
  ~fixture() override {
    who = nullptr;
    end_actors();
  }

  caf::actor start() {
    caf::actor_config config{&loop};
    return actors.emplace_back(sys.spawn_impl<note_taker, caf::no_spawn_options>(config, heard));
  }
  /// What a watcher was told; nothing yet if empty.
  std::string news() {
    std::string result;
    while (!self->mailbox().empty())
      self->receive([&](const caf::down_msg& down) { result += runtime::describe(down.reason); },
                    [&](const caf::exit_msg& exit) { result += runtime::describe(exit.reason); });
    return result;
  }
  template <class Response>
  std::string failure_of(Response&& response) {
    if (self->mailbox().empty()) return "no answer";
    std::string result;
    response.receive([&](int) { result = "a value"; }, [&](caf::error& error) { result = to_string(error); });
    return result;
  }

  std::vector<int> heard;
  caf::actor who = start();
};

std::size_t bytes_of(const caf::actor& who) {
  return malloc_usable_size(caf::actor_cast<caf::abstract_actor*>(who)->ctrl());
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(light_actor_tests, fixture)

CAF_TEST(mail_is_handled_in_the_order_it_came) {
  for (auto number : {1, 2, 3, 4}) caf::anon_send(who, number);
  CAF_CHECK(heard.empty());
  run();
  caf::anon_send(who, 5);
  run();
  CAF_CHECK_EQUAL(heard, (std::vector<int>{1, 2, 3, 4, 5}));
}

CAF_TEST(whoever_monitors_it_hears_why_it_ended) {
  self->monitor(who);
  caf::anon_send(who, -1);
  run();
  CAF_CHECK_EQUAL(news(), "a negative number");
}

CAF_TEST(whoever_monitors_it_too_late_hears_at_once) {
  caf::anon_send(who, -1);
  run();
  self->monitor(who);
  CAF_CHECK_EQUAL(news(), "a negative number");
}

CAF_TEST(an_exit_message_ends_it) {
  self->monitor(who);
  caf::anon_send_exit(who, caf::exit_reason::kill);
  caf::anon_send(who, 1);
  run();
  CAF_CHECK_EQUAL(news(), to_string(caf::make_error(caf::exit_reason::kill)));
  CAF_CHECK(heard.empty());
}

CAF_TEST(whoever_is_linked_to_it_ends_with_it) {
  auto other = start();
  deref<note_taker>(who).link_to(other);
  self->monitor(other);
  caf::anon_send(who, -1);
  run();
  CAF_CHECK_EQUAL(news(), "a negative number");
}

CAF_TEST(a_linked_actor_that_ends_normally_takes_nobody_along) {
  auto other = start();
  deref<note_taker>(who).link_to(other);
  caf::anon_send(who, 0);
  run();
  caf::anon_send(other, 5);
  run();
  CAF_CHECK_EQUAL(heard, (std::vector<int>{0, 5}));
}

CAF_TEST(a_request_to_a_dead_one_is_bounced) {
  caf::anon_send(who, -1);
  run();
  auto response = self->request(who, caf::infinite, 1);
  CAF_CHECK_NOT_EQUAL(failure_of(response), "no answer");
}

CAF_TEST(a_request_that_waits_when_it_ends_is_bounced) {
  caf::anon_send(who, -1);
  auto response = self->request(who, caf::infinite, 1);
  run();
  CAF_CHECK_NOT_EQUAL(failure_of(response), "no answer");
}

CAF_TEST(the_system_counts_it_until_it_ends) {
  auto before = sys.registry().running();
  auto another = start();
  CAF_CHECK_EQUAL(sys.registry().running(), before + 1);
  caf::anon_send_exit(another, caf::exit_reason::user_shutdown);
  run();
  CAF_CHECK_EQUAL(sys.registry().running(), before);
}

CAF_TEST(it_is_destroyed_with_its_last_handle_and_unread_mail) {
  caf::anon_send(who, -1);
  for (auto number : {1, 2, 3}) caf::anon_send(who, number);
  run();
  CAF_CHECK_EQUAL(heard, std::vector<int>{-1});
  auto address = caf::actor_cast<caf::actor_addr>(who);
  who = nullptr;
  actors.clear();
  CAF_CHECK(!caf::actor_cast<caf::actor>(address));
}

CAF_TEST(it_is_small) {
  CAF_MESSAGE("light actor: sizeof " << sizeof(note_taker) << ", allocated " << bytes_of(who));
  CAF_MESSAGE("session actor: sizeof " << sizeof(actors::session_actor));
  CAF_CHECK_LESS_OR_EQUAL(bytes_of(who), 300u);
  CAF_CHECK_LESS_OR_EQUAL(sizeof(actors::session_actor), sizeof(note_taker));
}

CAF_TEST_FIXTURE_SCOPE_END()
