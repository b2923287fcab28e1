#include "config/new_password.hpp"
#include "control/client/failure.hpp"
#include "control/grammar/grammar.hpp"

namespace troupe::control {

namespace {

const auto is_role = CLI::IsMember({"viewer", "operator", "admin"});

std::string new_password() {
  std::string why;
  auto password = config::read_new_password(why);
  if (!password) throw failure{why};
  return *std::move(password);
}

}  // namespace

void grammar::take_access_commands() {
  auto& who = *app_.add_subcommand("users", "Who may log in to the console; add, change or remove one");
  for_action(who, users);
  auto& add = *who.add_subcommand("add", "Add one; the password is asked for, or the first line of standard input");
  add.add_option("NAME", user_.name, "To log in with")->required();
  add.add_option("--role", user_.role, "viewer, operator or admin")->required()->check(is_role);
  for_action(add, [this](const api& node, const presentation& shown) {
    user_.password = new_password();
    return add_user(node, shown, user_);
  });
  auto& password = *who.add_subcommand("password", "Give one another password; ends its log-ins");
  password.add_option("NAME", user_.name, "As the list has it")->required();
  for_action(password, [this](const api& node, const presentation& shown) {
    return change_user(node, shown, {user_.name, new_password(), {}});
  });
  auto& role = *who.add_subcommand("role", "Give one another role; ends its log-ins");
  role.add_option("NAME", user_.name, "As the list has it")->required();
  role.add_option("ROLE", user_.role, "viewer, operator or admin")->required()->check(is_role);
  for_action(role, [this](const api& node, const presentation& shown) { return change_user(node, shown, user_); });
  auto& remove = *who.add_subcommand("remove", "Remove one; ends its log-ins");
  remove.add_option("NAME", user_.name, "As the list has it")->required();
  for_action(remove,
             [this](const api& node, const presentation& shown) { return remove_user(node, shown, user_.name); });

  auto& keys = *app_.add_subcommand("keys", "API keys of programs; add or remove one");
  for_action(keys, list_keys);
  auto& add_one = *keys.add_subcommand("add", "Add one, and print the key, which is not shown again");
  add_one.add_option("NAME", key_of_.name, "What it is for")->required();
  add_one.add_option("--role", key_of_.role, "viewer, operator or admin")->check(is_role)->capture_default_str();
  add_one.add_option("--days", key_of_.days, "Until it expires")->check(CLI::Range(1u, 3650u))->capture_default_str();
  for_action(add_one, [this](const api& node, const presentation& shown) { return add_key(node, shown, key_of_); });
  auto& remove_one = *keys.add_subcommand("remove", "Remove one");
  remove_one.add_option("NAME", key_of_.name, "As the list has it")->required();
  for_action(remove_one,
             [this](const api& node, const presentation& shown) { return remove_key(node, shown, key_of_.name); });
}

}  // namespace troupe::control
