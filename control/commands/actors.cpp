#include <algorithm>

#include <boost/json/array.hpp>

#include "control/client/failure.hpp"
#include "control/commands/commands.hpp"
#include "control/terminal/table.hpp"
#include "control/terminal/units.hpp"

namespace troupe::control {

namespace json = boost::json;

namespace {

std::vector<column> columns() {
  return {{"ACTOR"},
          {"STATE"},
          {"MAILBOX", align::right},
          {"OLDEST", align::right},
          {"HANDLED", align::right},
          {"PER SECOND", align::right},
          {"CPU", align::right},
          {"MEMORY", align::right},
          {"RESTARTS", align::right},
          {"CHILDREN", align::right},
          {"LAST ERROR"}};
}

std::string share_of(const json::object& of, std::string_view field) {
  return has_number(of, field) ? share_text(number_of(of, field)) : "-";
}

std::string age_of(const json::object& of, std::string_view field) {
  return has_number(of, field) ? duration_text(number_of(of, field) / 1000) : "-";
}

}  // namespace

document actor_view::children(const api& node, const std::string& path, std::size_t limit) const {
  return node.list({"actors"}, {{"path", path}, {"sort", asked_.sort}}, limit);
}

void actor_view::add_below(const api& node, const std::string& path, std::size_t level, std::size_t limit) try {
  const auto found = children(node, path, limit);
  if (level == 1) lines_.push_back({object_of(found.object(), "actor"), 0});
  whole_ = whole_ && !has_more(found);
  for (const auto& each : array_of(found.object(), "items")) {
    if (lines_.size() > limit) {  // the first line is where it begins, and none of the list
      whole_ = false;
      return;
    }
    const auto& child = each.as_object();
    lines_.push_back({child, level});
    if (level < asked_.depth && number_of(child, "children") > 0)
      add_below(node, text_of(child, "path"), level + 1, limit);
  }
} catch (const refusal& why) {
  // An actor that came to its end since it was listed has no children any more.
  constexpr unsigned not_found = 404;
  if (level == 1 || why.status != not_found) throw;
}

std::string actor_view::rate(const json::object& of, std::chrono::duration<double> since) const {
  const auto before = handled_.find(text_of(of, "path"));
  if (before == handled_.end() || !has_number(of, "messages_handled")) return "-";
  // An actor that was restarted may count anew.
  return rate_text(std::max(0.0, number_of(of, "messages_handled") - before->second) / since.count());
}

std::string actor_view::frame(const api& node, const presentation& how) {
  if (how.json) return json_text(children(node, asked_.path, how.limit));
  lines_.clear();
  whole_ = true;
  add_below(node, asked_.path, 1, how.limit);
  const auto now = clock::now();
  table result{columns()};
  std::map<std::string, double> handled;
  for (const auto& [actor, level] : lines_) {
    const auto& error = object_of(actor, "last_error");
    result.add({std::string(level * 2, ' ') + (level == 0 ? text_of(actor, "path") : text_of(actor, "name")),
                text_of(actor, "state"), text_of(actor, "mailbox_depth"), age_of(actor, "oldest_message_age_ms"),
                text_of(actor, "messages_handled"), rate(actor, now - at_), share_of(actor, "cpu_share"),
                bytes_of(actor, "memory_bytes"), text_of(actor, "restarts"), text_of(actor, "children"),
                error.empty() ? "" : text_of(error, "text")});
    if (has_number(actor, "messages_handled")) handled[text_of(actor, "path")] = number_of(actor, "messages_handled");
  }
  handled_ = std::move(handled);
  at_ = now;
  return result.text(how.cell_columns_max) + more_text(!whole_);
}

}  // namespace troupe::control
