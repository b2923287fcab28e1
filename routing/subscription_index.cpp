#include "routing/subscription_index.hpp"

namespace troupe {
namespace {

target target_of(const subscription& what, session_ref who) noexcept {
  return {.session = who,
          .maximum_qos = what.options.maximum_qos,
          .retain_as_published = what.options.retain_as_published,
          .no_local = what.options.no_local,
          .identifier = what.identifier};
}

}  // namespace

subscription_index::subscription_index(config::share_strategy strategy, std::uint64_t seed)
  : filters_{seed},
    groups_{strategy, seed} {}

bool subscription_index::insert(const subscription& what, session_ref who) {
  if (split_share(what.filter)) return groups_.insert(what, who);
  // A list that is empty does not throw, and one that is not stays: either way no empty filter is left behind.
  auto added = filters_.make(what.filter).insert(target_of(what, who));
  if (added) ++subscriptions_;
  return added;
}

bool subscription_index::erase(std::string_view filter, session_ref who) noexcept {
  if (split_share(filter)) return groups_.erase(filter, who);
  auto* list = filters_.find(filter);
  if (!list || !list->erase(who)) return false;
  if (list->empty()) filters_.drop(filter);
  --subscriptions_;
  return true;
}

void subscription_index::match(std::string_view topic, origin from, match_result& out) {
  out.clear();
  filters_.match(topic, out.steps(), [&](const target_list& list) { out.add(list, from.publisher); });
  if (groups_.size() != 0) groups_.match(topic, from, out);
  out.finish();
}

std::optional<shared_target> subscription_index::choose_another(std::string_view filter, std::string_view topic,
                                                                origin from, std::span<const session_ref> refused) {
  return groups_.choose_another(filter, topic, from, refused);
}

bool subscription_index::visit(position& at, std::size_t left, bool wildcards,
                               const std::function<void(std::string_view, std::size_t)>& f) const {
  auto plain = [&](std::string_view filter, const target_list& list) { f(filter, list.size()); };
  return filters_.visit(at.plain, left, wildcards, plain) && groups_.visit(at.shared, left, wildcards, f);
}

}  // namespace troupe
