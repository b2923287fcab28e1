#include "control/client/failure.hpp"
#include "control/grammar/grammar.hpp"

namespace troupe::control {

void grammar::take_topic_commands() {
  auto& tree = *app_.add_subcommand("topics", "One level of the topic tree: subscriptions, retained messages, rates");
  tree.add_option("PREFIX", topic_, "Topic whose next level is listed; the first level unless given");
  take_watching(tree);
  for_action(tree, [this](const api& node, const presentation& shown) { return list_topics(node, shown, topic_); });

  auto& kept = *app_.add_subcommand("retained", "Retained messages")->require_subcommand(1);
  auto& list = *kept.add_subcommand("list", "Those there are, in the order of the topic tree");
  list.add_option("--prefix", filter_, "What the topic begins with");
  for_action(list, [this](const api& node, const presentation& shown) { return list_retained(node, shown, filter_); });

  auto& show = *kept.add_subcommand("show", "One with its payload");
  show.add_option("TOPIC", topic_, "Topic name")->required();
  for_action(show, [this](const api& node, const presentation& shown) { return show_retained(node, shown, topic_); });

  auto& remove = *kept.add_subcommand("delete", "Delete one, or all whose topic begins so");
  auto* topic = remove.add_option("TOPIC", topic_, "Topic name");
  remove.add_option("--prefix", filter_, "All whose topic begins with this text")->excludes(topic);
  for_action(remove, [this](const api& node, const presentation& shown) {
    if (topic_.empty() && filter_.empty()) throw not_understood{"retained delete wants a TOPIC or a --prefix"};
    return filter_.empty() ? delete_retained(node, shown, topic_) : delete_retained_below(node, shown, filter_);
  });
}

}  // namespace troupe::control
