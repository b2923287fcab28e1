#include "control/grammar/grammar.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include "config/version.hpp"
#include "control/client/failure.hpp"

namespace troupe::control {

namespace {

constexpr const char* about = "Looks into a running Troupe node through its admin API, and tells it what to do.";
constexpr const char* footer = "Every command takes --json, --socket, --url, --key, --ca and --limit as well.\n"
                               "Exit codes: 0 done; 1 failed, or refused by the node; 2 command line not understood.";

constexpr std::size_t items_max = 10'000'000;
constexpr std::uint32_t depth_max = 4;  ///< root, loop, supervisor, session
constexpr std::size_t payload_bytes_max = 1024 * 1024;

/// All of standard input.
std::string payload_from_input() {
  std::string result(payload_bytes_max + 1, '\0');
  result.resize(std::fread(result.data(), 1, result.size(), stdin));
  if (result.size() > payload_bytes_max) throw failure{"the payload has more than a MiB"};
  return result;
}

void append_words(command_words& to, const CLI::App& of, const std::vector<std::string>& everywhere) {
  to.options = everywhere;
  for (const auto* each : of.get_options())
    for (const auto& name : each->get_lnames())
      if (std::find(everywhere.begin(), everywhere.end(), "--" + name) == everywhere.end())
        to.options.push_back("--" + name);
  for (const auto* each : of.get_subcommands([](const CLI::App*) { return true; })) {
    to.commands.push_back({each->get_name(), {}, {}, {}});
    append_words(to.commands.back(), *each, everywhere);
  }
}

}  // namespace

grammar::grammar() : app_{about, "troupectl"} {
  app_.set_version_flag("--version", fmt::format("troupectl {}", version_text));
  app_.require_subcommand(1);
  app_.fallthrough();  // what is said to every command may stand behind it
  app_.footer(footer);
  app_.add_flag("--json", json_, "The API's answer as it is");
  auto* socket = app_.add_option("--socket", socket_, "Unix socket of a node on this machine");
  socket->type_name("PATH")->capture_default_str();
  app_.add_option("--url", url_, "https://host:port of a node elsewhere")->type_name("URL")->excludes(socket);
  app_.add_option("--key", key_, "API key for --url; in the environment others cannot read it")
    ->type_name("KEY")
    ->envname("TROUPE_ADMIN_KEY");
  app_.add_option("--ca", ca_, "PEM file of those whose certificates are believed")->type_name("FILE");
  app_.add_option("--limit", limit_, "Items of a list")
    ->check(CLI::Range(std::size_t{1}, items_max))
    ->capture_default_str();
  take_node_commands();
  take_actor_commands();
  take_client_commands();
  take_topic_commands();
  take_message_commands();
  take_trace_commands();
  take_ban_commands();
  take_access_commands();
  take_completion();
  for (const auto& [command, what] : actions_) const_cast<CLI::App*>(command)->footer(footer);
}

void grammar::take_watching(CLI::App& command) {
  command.add_flag("--watch", watch_, "Draw it again and again, until Ctrl-C");
  command.add_option("--interval", interval_seconds_, "Seconds from one to the next")
    ->check(CLI::Range(0.1, 3600.0))
    ->capture_default_str();
  command.add_option("--frames", frames_, "End after so many; 0: go on")->capture_default_str();
}

void grammar::take_node_commands() {
  auto& status_command = *app_.add_subcommand("status", "How the node is: version, memory, rates, loops, alarms");
  for_action(status_command, status);
  take_watching(status_command);

  auto& metrics = *app_.add_subcommand("metrics", "Everything that the node counts");
  for_action(metrics, [view = std::make_shared<metrics_view>()](const api& node, const presentation& shown) {
    return view->frame(node, shown);
  });
  take_watching(metrics);

  auto& ledger = *app_.add_subcommand("drops", "What became of the messages: delivered, queued, dropped and why");
  for_action(ledger, drops);
  take_watching(ledger);

  auto& listening = *app_.add_subcommand("listeners", "List the listeners, stop or start one");
  for_action(listening, listeners);
  for (const auto* what : {"stop", "start"}) {
    auto& command = *listening.add_subcommand(what, std::string{"Let one "} + what + " taking connections");
    command.add_option("NAME", listener_, "As the list has it")->required();
    for_action(command, [this, what](const api& node, const presentation& shown) {
      return change_listener(node, shown, listener_, what);
    });
  }

  auto& configuration = *app_.add_subcommand("config", "What the node was told, and is")->require_subcommand(1);
  auto& get = *configuration.add_subcommand("get", "Options with their values and where these came from");
  get.add_option("NAME", option_, "One option or section; all unless given");
  for_action(get, [this](const api& node, const presentation& shown) { return show_config(node, shown, option_); });
  auto& set = *configuration.add_subcommand("set", "Change one while the node runs; it lasts until the node ends");
  set.add_option("NAME", option_, "One that is changeable")->required();
  set.add_option("VALUE", value_, "As the configuration file writes it")->required();
  for_action(set,
             [this](const api& node, const presentation& shown) { return set_config(node, shown, option_, value_); });
}

void grammar::take_actor_commands() {
  auto& actors = *app_.add_subcommand("actors", "The living tree: mailboxes, rates, restarts, errors");
  actors.add_option("PATH", actor_.path, "Where it begins, such as 'root/loop 0/sessions'")->capture_default_str();
  actors.add_option("--sort", actor_.sort, "A field of the API, - before it for the largest first: -restarts")
    ->type_name("FIELD");
  actors.add_option("--depth", actor_.depth, "Levels below PATH")
    ->check(CLI::Range(1u, depth_max))
    ->capture_default_str();
  take_watching(actors);
  for_action(actors, [this, view = std::shared_ptr<actor_view>{}](const api& node, const presentation& shown) mutable {
    if (!view) view = std::make_shared<actor_view>(actor_);
    return view->frame(node, shown);
  });
}

void grammar::take_client_commands() {
  auto& clients = *app_.add_subcommand("clients", "Clients and their sessions, connected or not");
  clients.require_subcommand(1);
  auto& list = *clients.add_subcommand("list", "Those that fit all of what is given");
  list.add_option("--prefix", clients_.id_prefix, "What the client id begins with");
  list.add_option("--user", clients_.user, "User name");
  list.add_option("--address", clients_.address, "What the address begins with");
  list.add_option("--listener", clients_.listener, "Name of the listener");
  list.add_option("--protocol", clients_.protocol, "MQTT version")->check(CLI::IsMember({"3.1", "3.1.1", "5"}));
  auto* connected = list.add_flag("--connected", connected_, "Those that are there");
  list.add_flag("--disconnected", disconnected_, "Those that are away")->excludes(connected);
  take_watching(list);
  for_action(list, [this](const api& node, const presentation& shown) {
    auto which = clients_;
    if (connected_ || disconnected_) which.connected = connected_ ? "true" : "false";
    return list_clients(node, shown, which);
  });

  const auto with_id = [&](const char* name, const char* meaning, auto what) -> CLI::App& {
    auto& command = *clients.add_subcommand(name, meaning);
    command.add_option("ID", client_, "Client id")->required();
    for_action(command,
               [this, what](const api& node, const presentation& shown) { return what(node, shown, client_); });
    return command;
  };
  take_watching(with_id("show", "Everything that is known of one", show_client));
  with_id("events", "What happened to one, the newest first", client_events);
  with_id("autopsy", "Why one is gone, in sentences", autopsy);
  auto kick = [this](const api& node, const presentation& shown, const std::string& id) {
    return kick_client(node, shown, id, whole_session_);
  };
  with_id("kick", "Cut the connection of one", kick).add_flag("--session", whole_session_, "End its session, too");
}

void grammar::take_message_commands() {
  auto& subscribed = *app_.add_subcommand("subscriptions", "Who subscribed to what");
  subscribed.add_option("--client", client_, "Those of one client id");
  subscribed.add_option("--filter", filter_, "Those with this topic filter");
  for_action(subscribed, [this](const api& node, const presentation& shown) {
    return subscriptions(node, shown, client_, filter_);
  });

  auto& send = *app_.add_subcommand("publish", "Publish a message");
  send.add_option("TOPIC", publish_.topic, "Topic name")->required();
  auto* payload = send.add_option("PAYLOAD", publish_.payload, "Text; standard input unless given");
  send.add_option("--qos", publish_.qos, "At most")->check(CLI::Range(0, 2))->capture_default_str();
  send.add_flag("--retain", publish_.retain, "Keep it for those who subscribe later");
  auto* follow = send.add_flag("--follow", publish_.follow, "Show its way, and what became of it at each receiver");
  send.add_option("--client", publish_.client, "Why this client has not got it")->needs(follow);
  for_action(send, [this, payload](const api& node, const presentation& shown) {
    if (payload->count() == 0) publish_.payload = payload_from_input();
    return publish(node, shown, publish_);
  });
}

void grammar::take_trace_commands() {
  auto& trace = *app_.add_subcommand("trace", "Packets of some clients, in words")->require_subcommand(1);
  auto& start = *trace.add_subcommand("start", "Begin a trace; its lines are kept for a while after its end");
  start.add_option("KIND", trace_kind_, "client, topic or address")
    ->required()
    ->check(CLI::IsMember({"client", "topic", "address"}));
  start.add_option("VALUE", trace_value_, "Client id, topic filter, or address such as 192.0.2.0/24")->required();
  start.add_option("--seconds", trace_seconds_, "How long")->check(CLI::Range(1u, 86'400u))->capture_default_str();
  for_action(start, [this](const api& node, const presentation& shown) {
    return start_trace(node, shown, trace_kind_, trace_value_, trace_seconds_);
  });
  for_action(*trace.add_subcommand("list", "All that are there"), list_traces);
  auto& show = *trace.add_subcommand("show", "The lines of one");
  show.add_option("ID", trace_, "As the list has it")->required();
  show.add_flag("--follow", follow_, "Go on with what comes, until Ctrl-C");
  for_action(show, [this, view = std::shared_ptr<trace_view>{}](const api& node, const presentation& shown) mutable {
    if (!view) view = std::make_shared<trace_view>(trace_);
    return view->frame(node, shown);
  });
  auto& stop = *trace.add_subcommand("stop", "End one that runs; of one that has ended, forget the lines");
  stop.add_option("ID", trace_, "As the list has it")->required();
  for_action(stop, [this](const api& node, const presentation& shown) { return stop_trace(node, shown, trace_); });
}

void grammar::take_completion() {
  auto& completion = *app_.add_subcommand("completion", "A script that completes commands and options in a shell");
  completion.require_subcommand(1);
  for_action(*completion.add_subcommand("bash", "For ~/.bashrc: eval \"$(troupectl completion bash)\""),
             [this](const api&, const presentation&) { return bash_completion(words()); });
  for_action(*completion.add_subcommand("zsh", "For ~/.zshrc, after compinit: eval \"$(troupectl completion zsh)\""),
             [this](const api&, const presentation&) { return zsh_completion(words()); });
}

void grammar::parse(int argc, const char* const* argv) {
  app_.parse(argc, argv);
  const auto said =
    std::find_if(actions_.rbegin(), actions_.rend(), [](const auto& each) { return each.first->parsed(); });
  if (said == actions_.rend()) throw not_understood{"no command is given"};
  chosen_ = &said->second;
  if (!url_.empty() && !parse_url(url_)) throw not_understood{"--url: '" + url_ + "' is not http(s)://host[:port]"};
}

destination grammar::where() const {
  return {.socket = socket_, .at = url_.empty() ? std::nullopt : parse_url(url_), .key = key_, .certificate_ca = ca_};
}

presentation grammar::how() const {
  constexpr std::size_t on_a_terminal = 48, elsewhere = 100'000;
  return {.json = json_, .limit = limit_, .cell_columns_max = screen_of(stdout) ? on_a_terminal : elsewhere};
}

std::optional<watching> grammar::watched() const {
  if (follow_) return watching{.appends = true};
  if (!watch_) return {};
  return watching{std::chrono::milliseconds{static_cast<std::int64_t>(interval_seconds_ * 1000)}, frames_, false};
}

command_words grammar::words() const {
  command_words result{app_.get_name(), {}, {"--socket", "--ca"}, {}};
  std::vector<std::string> everywhere;
  for (const auto* each : app_.get_options())
    for (const auto& name : each->get_lnames()) everywhere.push_back("--" + name);
  append_words(result, app_, everywhere);
  return result;
}

}  // namespace troupe::control
