#include "control/grammar/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace troupe::control {

namespace {

/// "    ' clients list') at=' clients list' ;;" for every command below.
void append_paths(std::string& to, const command_words& of, const std::string& path) {
  for (const auto& each : of.commands) {
    const auto below = path + ' ' + each.name;
    to += fmt::format("      '{0}') at='{0}' ;;\n", below);
    append_paths(to, each, below);
  }
}

/// "    ' clients') words='list show ...' ;;" for every command.
void append_words(std::string& to, const command_words& of, const std::string& path) {
  std::vector<std::string> words;
  for (const auto& each : of.commands) words.push_back(each.name);
  words.insert(words.end(), of.options.begin(), of.options.end());
  to += fmt::format("    '{}') words='{}' ;;\n", path, fmt::join(words, " "));
  for (const auto& each : of.commands) append_words(to, each, path + ' ' + each.name);
}

std::string paths(const command_words& all) {
  std::string result;
  append_paths(result, all, "");
  return result;
}

std::string words(const command_words& all) {
  std::string result;
  append_words(result, all, "");
  return result;
}

constexpr const char* bash = R"(_{0}() {{
  local at='' words='' word
  COMPREPLY=()
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$at $word" in
{1}    esac
  done
  case "$3" in
    {3}) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$2"); return ;;
  esac
  case "$at" in
{2}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$2")
}}
complete -F _{0} {0}
)";

constexpr const char* zsh = R"(#compdef {0}
_{0}() {{
  local at='' words_here='' word
  for word in "${{(@)words[2,CURRENT-1]}}"; do
    case "$at $word" in
{1}    esac
  done
  case "${{words[CURRENT-1]}}" in
    {3}) _files; return ;;
  esac
  case "$at" in
{2}  esac
  compadd -- ${{=words_here}}
}}
if [ "$funcstack[1]" = _{0} ]; then _{0}; else compdef _{0} {0}; fi
)";

}  // namespace

std::string bash_completion(const command_words& all) {
  return fmt::format(fmt::runtime(bash), all.name, paths(all), words(all), fmt::join(all.file_options, "|"));
}

// `words` is what zsh calls the command line itself.
std::string zsh_completion(const command_words& all) {
  auto here = words(all);
  for (auto at = here.find(" words="); at != std::string::npos; at = here.find(" words=", at + 1))
    here.replace(at, 7, " words_here=");
  return fmt::format(fmt::runtime(zsh), all.name, paths(all), here, fmt::join(all.file_options, "|"));
}

}  // namespace troupe::control
