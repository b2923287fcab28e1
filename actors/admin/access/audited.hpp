#pragma once

#include <functional>
#include <memory>
#include <string>

#include "actors/admin/access/audit_log.hpp"
#include "actors/admin/http/exchange.hpp"

namespace troupe::admin {

/// What a request acts on, in a few words for the audit log.
using target_of = std::function<std::string(const request&)>;

/// What was captured of the path; without that the query; else nothing. Never of the body, which may hold a secret.
std::string target_in_path(const request& asked);
/// A text field of the body, as of what is created.
target_of target_in_body(std::string field);

/// The handler, with every call recorded once it is answered: by whom, what, and with which outcome; also one that
/// throws, and one whose reply is dropped without a call.
handler audited(std::shared_ptr<audit_log> log, std::string action, handler inner, target_of target = target_in_path);

/// What an answer means: "done", or its status and the sentence of its error.
std::string outcome_of(const answer& given);

}  // namespace troupe::admin
