#pragma once

#include <string>

#include "actors/admin/history/event_history.hpp"
#include "actors/bans/ban_desk.hpp"

namespace troupe::actors {

/// "ban 3 of the address 192.0.2.0/24: it floods", for operators.
std::string words_of(const standing_ban& by);

/// Whether nobody from there is let in. Counts whom it keeps out; the history, which may be null, hears of an address
/// at most once a second for each ban, however often it comes. On any thread.
bool keeps_out(const ban_desk& desk, admin::event_history* history, const transport::peer_address& from);

}  // namespace troupe::actors
