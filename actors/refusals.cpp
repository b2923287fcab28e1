#include "actors/refusals.hpp"

#include <caf/all.hpp>

#include "actors/durability/durability.hpp"
#include "actors/registry.hpp"
#include "config/log.hpp"

namespace troupe::actors {

namespace {

using runtime::role;

template <class Message, class F>
void on(const caf::mailbox_element& mail, F answer) {
  if (mail.content().match_elements<Message>()) answer(mail.content().get_as<Message>(0));
}

void refuse_at_shard(workplace& at, const caf::mailbox_element& mail) {
  on<route>(mail, [&](const route& m) {
    std::vector<route_result> refused(m.batch->publications.size(), route_result::refused);
    at.office.send(m.batch->id.loop, role::delivery, dispatched{m.batch->id, 0, std::move(refused)});
  });
  on<subscribe>(mail, [&](const subscribe& m) {
    at.office.send(m.session.loop, role::delivery, subscribed{m.session, m.ticket, true});
  });
  on<unsubscribe>(mail, [&](const unsubscribe& m) {
    if (m.ticket != 0) at.office.send(m.session.loop, role::delivery, unsubscribed{m.session, m.ticket, true});
  });
  on<continue_walk>(mail, [&](const continue_walk& m) { at.retained.walks.erase(m.walk.number); });
}

void refuse_at_delivery(workplace& at, const caf::mailbox_element& mail) {
  on<deliver>(mail, [&](const deliver& m) {
    at.delivery_progress = 0;
    if (m.batch->id.number == 0) return;
    auto kept = at.durable ? at.durable->deliveries().close(m.batch->id) : nullptr;
    at.office.send(m.batch->id.loop, role::delivery, delivered{m.batch->id, at.loop.index(), std::move(kept)});
  });
}

void refuse_at_registry(workplace& at, const caf::mailbox_element& mail) {
  on<claim>(mail, [&](const claim& m) {
    at.office.send(m.who.loop, role::sessions, authenticated{m.who, mqtt::reason::unspecified_error});
  });
}

void refuse_at_sessions(workplace& at, const caf::mailbox_element& mail) {
  auto tell_registry = [&](const shared_text& client_id, auto news) {
    at.office.send(registry_of(client_id, at.office.loops()), role::registry, std::move(news));
  };
  on<grant>(mail, [&](const grant& m) { tell_registry(m.client_id, abandoned{m.client_id}); });
  on<evict>(mail, [&](const evict& m) { tell_registry(m.client_id, evicted{m.client_id}); });
  on<resume_session>(mail, [&](const resume_session& m) {
    shared_text client_id{m.parcel->request.client_id};
    tell_registry(client_id, abandoned{client_id});
  });
}

}  // namespace

void answer_refused_mail(runtime::loop& loop, workplace& at) {
  auto answer = [&](role which, void (*refuse)(workplace&, const caf::mailbox_element&)) {
    loop.seat_of(which).on_refused([&at, refuse](const caf::mailbox_element& mail) {
      log::error("supervisor", "a message is refused: two actors in a row failed at {}", to_string(mail.content()));
      refuse(at, mail);
    });
  };
  answer(role::shard, refuse_at_shard);
  answer(role::delivery, refuse_at_delivery);
  answer(role::registry, refuse_at_registry);
  answer(role::sessions, refuse_at_sessions);
}

}  // namespace troupe::actors
