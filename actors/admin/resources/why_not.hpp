#pragma once

#include <functional>
#include <string>

#include "actors/admin/inquiries.hpp"

namespace troupe::admin {

/// Why a client has not got a publication to `topic` that its shard sent to others: `then` gets half a sentence, on the
/// admin's thread. A session that sleeps is woken to be asked. `publisher`: in whose name it was published.
void why_not(inquiries& ask, const std::string& client, const std::string& topic, session_ref publisher,
             std::function<void(std::string)> then);

}  // namespace troupe::admin
