#include "control/grammar/grammar.hpp"

namespace troupe::control {

void grammar::take_ban_commands() {
  constexpr std::uint32_t century = 3'153'600'000;
  auto& bans = *app_.add_subcommand("ban", "Who may not connect")->require_subcommand(1);
  for_action(*bans.add_subcommand("list", "The bans that are in force"), list_bans);

  auto& add =
    *bans.add_subcommand("add", "Ban one, or all whose id or name begins so, or a network; cuts who is there");
  add.add_option("KIND", ban_.kind, "client, user or address")
    ->required()
    ->check(CLI::IsMember({"client", "user", "address"}));
  add.add_option("VALUE", ban_.value, "Client id or user name, * at its end for all that begin so; 192.0.2.0/24")
    ->required();
  add.add_option("--reason", ban_.reason, "For operators; no client is told it");
  add.add_option("--seconds", ban_.seconds, "Until then; for ever unless given")->check(CLI::Range(1u, century));
  for_action(add, [this](const api& node, const presentation& shown) { return add_ban(node, shown, ban_); });

  auto& remove = *bans.add_subcommand("remove", "Lift one");
  remove.add_option("ID", ban_id_, "As the list has it")->required();
  for_action(remove, [this](const api& node, const presentation& shown) { return remove_ban(node, shown, ban_id_); });
}

}  // namespace troupe::control
