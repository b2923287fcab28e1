#include "config/command_line.hpp"

#include <cstdio>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config/nearest.hpp"
#include "config/reference.hpp"
#include "config/version.hpp"

namespace troupe::config {

namespace {

constexpr const char* about = "Troupe: an MQTT broker in which every connection is an actor.";
constexpr const char* exit_codes =
  "Exit codes: 0 done; 1 failed at run time; 2 usage or configuration not understood.\n"
  "SIGHUP reads the configuration, certificates and access files again and reopens "
  "the log; SIGTERM and SIGINT stop the node, a second one at once.";

void print(std::FILE* to, std::string_view text) { std::fwrite(text.data(), 1, text.size(), to); }

int refuse(const std::vector<std::string>& errors) {
  for (const auto& line : errors) print(stderr, fmt::format("troupe: {}\n", line));
  return exit_code::not_understood;
}

int run(const sources& from, const commands& with) {
  auto loaded = load(from);
  if (!loaded.ok()) return refuse(loaded.errors);
  if (const auto errors = with.check_files(loaded.options); !errors.empty()) return refuse(errors);
  return with.run(std::move(loaded), [from] { return load(from); });
}

int check_config(const sources& from, const commands& with) {
  const auto loaded = load(from);
  if (!loaded.ok()) return refuse(loaded.errors);
  if (const auto errors = with.check_files(loaded.options); !errors.empty()) return refuse(errors);
  print(stdout, effective(loaded) + "The configuration is valid.\n");
  return exit_code::done;
}

int store(const sources& from, store_request request, const commands& with) {
  auto loaded = load(from);
  if (!loaded.ok()) return refuse(loaded.errors);
  request.store = std::move(loaded.options.persistence);
  return with.store(request);
}

/// The grammar of the command line, and what was said in it.
class command_line {
public:
  command_line() {
    app_.set_version_flag("--version", fmt::format("troupe {}", version_text));
    app_.require_subcommand(1);
    take_sources(*run_);
    take_sources(*check_);
    app_.add_subcommand("config-reference", "Print every option: default, unit, meaning")
      ->add_flag("--markdown", markdown_, "As a page for docs/");
    passwd_->add_option("FILE", password_.file, "Password file")->required();
    passwd_->add_option("USER", password_.user, "User name")->required();
    passwd_->add_flag("--delete", password_.remove, "Take the user out of the file");
    take_store();
    app_.footer(exit_codes);
    for (auto* command : app_.get_subcommands({})) command->footer(exit_codes);
  }

  int execute(int argc, char** argv, const commands& with) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // --help and --version
      return app_.exit(asked);
    } catch (const CLI::RequiredError& error) {
      return refuse({unknown_command().value_or(error.what()) + " (see troupe --help)"});
    } catch (const CLI::ParseError& error) {
      return refuse({fmt::format("{} (see troupe --help)", error.what())});
    }
    if (run_->parsed()) return run(from_, with);
    if (check_->parsed()) return check_config(from_, with);
    if (passwd_->parsed()) return with.passwd(password_);
    for (const auto& [command, action] : store_actions_) {
      store_request_.action = action;
      if (command->parsed()) return store(from_, store_request_, with);
    }
    print(stdout, reference(markdown_ ? reference_format::markdown : reference_format::text));
    return exit_code::done;
  }

private:
  /// A word where a command should be is reported as a missing command otherwise.
  std::optional<std::string> unknown_command() const {
    const auto words = app_.remaining();
    if (words.empty() || !app_.get_subcommands().empty()) return {};
    std::vector<std::string> names;
    for (const auto* command : app_.get_subcommands([](const CLI::App*) { return true; }))
      names.push_back(command->get_name());
    return fmt::format("there is no command '{}': did you mean '{}'?", words.front(), nearest(words.front(), names));
  }

  void take_store() {
    using enum store_action;
    const auto add = [this](const char* name, store_action action, const char* about_it) {
      auto* command = store_->add_subcommand(name, about_it);
      take_sources(*command);
      store_actions_.emplace_back(command, action);
      return command;
    };
    store_->require_subcommand(1);
    add("check", check, "Verify checksums and what rows say of each other; changes nothing");
    add("stats", stats, "Count rows and bytes");
    add("export", export_rows, "Write all rows as a stream, docs/store-format.md")
      ->add_option("FILE", store_request_.file, "A new file; standard output if not given");
    add("import", import_rows, "Read such a stream into an empty store")
      ->add_option("FILE", store_request_.file, "Standard input if not given");
  }

  void take_sources(CLI::App& command) {
    command.add_option("--config", from_.file, "TOML file")->type_name("FILE");
    command.add_option("--set", from_.sets, "One option, stronger than file and environment; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);  // one value each, so that what follows is not swallowed
  }

  sources from_{{}, environment(), {}};
  passwd_request password_;
  store_request store_request_;
  std::vector<std::pair<const CLI::App*, store_action>> store_actions_;
  bool markdown_ = false;
  CLI::App app_{about, "troupe"};
  CLI::App* run_ = app_.add_subcommand("run", "Start a node");
  CLI::App* check_ = app_.add_subcommand("check-config", "Read the configuration as run would, and say what is set");
  CLI::App* store_ = app_.add_subcommand("store", "Look after the store of a stopped node");
  CLI::App* passwd_ = app_.add_subcommand("passwd", "Set a user's password, from the terminal or standard input");
};

}  // namespace

int execute(int argc, char** argv, const commands& with) { return command_line{}.execute(argc, argv, with); }

}  // namespace troupe::config
