#include "control/grammar/command_line.hpp"

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/command_line.hpp"
#include "config/nearest.hpp"
#include "control/client/failure.hpp"
#include "control/grammar/grammar.hpp"
#include "control/terminal/escape.hpp"

namespace troupe::control {

namespace {

using config::exit_code::done;
using config::exit_code::failed;

int end_with(int code, std::string_view sentence) {
  std::fprintf(stderr, "troupectl: %s\n", escaped(sentence).c_str());
  return code;
}

int refuse(std::string_view sentence) {
  return end_with(config::exit_code::not_understood, std::string{sentence} + " (see troupectl --help)");
}

/// The command that was said, as far down as that goes.
const CLI::App& said_in(const CLI::App& top) {
  const auto* app = &top;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return *app;
}

/// A word where a command should be is reported as a missing command by CLI11, without either.
std::string no_command(const CLI::App& top) {
  const auto words = top.remaining(true);
  const auto& app = said_in(top);
  std::vector<std::string> names;
  for (const auto* each : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(each->get_name());
  if (words.empty()) return fmt::format("{} wants one of these: {}", app.get_name(), fmt::join(names, ", "));
  return fmt::format("there is no command '{}': did you mean '{}'?", words.front(),
                     config::nearest(words.front(), names));
}

/// Whether a command is missing, and not an argument of one.
bool wants_command(const CLI::App& top) { return said_in(top).get_require_subcommand_min() > 0; }

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw failure{"the output cannot be written"};
}

int carry_out(const grammar& said, const ask_function& ask) {
  const api node{ask};
  const auto how = said.how();
  const auto frame = [&] { return said.chosen()(node, how); };
  if (const auto watched = said.watched())
    watch(frame, *watched, stdout);
  else
    print(frame());
  return done;
}

}  // namespace

int execute(int argc, const char* const* argv, const std::function<ask_function(destination)>& connect) {
  grammar said;
  try {
    said.parse(argc, argv);
    return carry_out(said, connect(said.where()));
  } catch (const CLI::Success& asked) {  // --help and --version
    return said.app().exit(asked);
  } catch (const CLI::ParseError& error) {
    const auto missing = dynamic_cast<const CLI::RequiredError*>(&error) && wants_command(said.app());
    return refuse(missing ? no_command(said.app()) : error.what());
  } catch (const not_understood& error) {
    return refuse(error.what());
  } catch (const std::exception& error) {
    return end_with(failed, error.what());
  }
}

}  // namespace troupe::control
