#include "config/changes.hpp"

#include <map>
#include <utility>

namespace troupe::config {

namespace {

using texts = std::map<std::string, std::pair<std::string, felt>>;

texts texts_of(options of) {  // a copy: the table points into options that it may change
  texts all;
  for (const auto& one : options_of(of)) all[one.name] = {one.text(), one.felt};
  return all;
}

}  // namespace

std::vector<change> changes(const options& running, const options& next) {
  const auto before = texts_of(running), after = texts_of(next);
  std::vector<change> found;
  for (const auto& [name, now] : after) {
    const auto then = before.find(name);
    if (then == before.end())
      found.push_back({name, "", now.first, felt::on_restart});
    else if (then->second.first != now.first)
      found.push_back({name, then->second.first, now.first, now.second});
  }
  for (const auto& [name, then] : before)
    if (!after.contains(name)) found.push_back({name, then.first, "", felt::on_restart});
  return found;
}

}  // namespace troupe::config
