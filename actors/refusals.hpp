#pragma once

#include "actors/runtime/loop.hpp"
#include "actors/workplace.hpp"

namespace troupe::actors {

/// Makes every seat of a loop answer for messages that ended two actors in a row, so that nobody waits for ever: a
/// batch is refused (0x80), a claim is turned down, a walk over retained messages goes on with the next.
void answer_refused_mail(runtime::loop& loop, workplace& at);

}  // namespace troupe::actors
