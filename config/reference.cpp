#include "config/reference.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "config/environment.hpp"
#include "config/table.hpp"

namespace troupe::config {

namespace {

constexpr std::string_view any_name = "<name>";

/// What a reader sees of one option.
struct entry {
  std::string name, type, unit, range, value, also;
  std::string_view felt, meaning;
};

std::string range_of(const option& of) {
  if (!number_of(of.field)) return {};
  const bool open = of.range.most == std::numeric_limits<std::uint64_t>::max();
  if (open) return of.range.least == 0 ? "" : "from " + text_of(of.range.least, of.field, of.unit);
  return fmt::format("{} to {}", text_of(of.range.least, of.field, of.unit), text_of(of.range.most, of.field, of.unit));
}

std::string other_name(const std::string& option) {
  for (const auto& one : aliases())
    if (one.option == option) return std::string{one.name};
  return {};
}

entry describe(const option& of) {
  return {of.name,
          type_name(of.field, of.unit),
          std::string{of.unit.name},
          range_of(of),
          of.text().empty() ? "none" : of.text(),
          other_name(of.name),
          of.felt == felt::on_reload ? "reload" : "restart",
          of.meaning};
}

options example() {
  options of;
  of.listeners = default_listeners();
  of.listeners[std::string{any_name}].name = any_name;
  return of;
}

/// The reference's sections: everything up to the last dot, in the order of the table. Default listeners appear only
/// with what they change, and a listener's limits only once, as the node's.
struct section {
  std::string name;
  std::vector<entry> entries;
};

std::string section_of(const std::string& option) {
  const auto dot = option.rfind('.');
  return dot == std::string::npos ? std::string{} : option.substr(0, dot);
}

bool belongs_to_default_listener(const option& one) {
  return one.name.starts_with("listeners.") && one.name.find(any_name) == std::string::npos;
}

std::vector<section> sections() {
  auto of = example();
  std::vector<section> all;
  for (const auto& one : options_of(of)) {
    const auto name = section_of(one.name);
    if (belongs_to_default_listener(one) || name.ends_with(fmt::format("{}.limits", any_name))) continue;
    if (all.empty() || all.back().name != name) all.push_back({name, {}});
    all.back().entries.push_back(describe(one));
  }
  return all;
}

/// "listeners.ws.bind = 127.0.0.1:8083": where the listeners a node has by itself differ from a new one.
std::vector<std::string> default_listener_lines() {
  auto of = example();
  const auto all = options_of(of);
  std::vector<std::string> lines;
  for (const auto& [name, listener] : default_listeners()) {
    const auto prefix = fmt::format("listeners.{}.", name);
    for (const auto& one : all) {
      if (!one.name.starts_with(prefix)) continue;
      const auto plain = fmt::format("listeners.{}.{}", any_name, one.name.substr(prefix.size()));
      const auto same = std::find_if(all.begin(), all.end(), [&](const option& other) { return other.name == plain; });
      if (one.name == prefix + "type" || same->text() != one.text())
        lines.push_back(fmt::format("{} = {}", one.name, one.text()));
    }
  }
  return lines;
}

constexpr std::string_view introduction =
  "Every option of a Troupe node. A value is taken from the strongest of: --set key=value, the environment "
  "(TROUPE_LISTENERS__WS__BIND for listeners.ws.bind: levels are separated by two underscores), the TOML file of "
  "--config, the default below.";
constexpr std::string_view notation =
  "Sizes: 64KiB, 2MiB, 1GiB or a number of bytes. Durations: 500ms, 5s, 10m, 1h, 2d or a number in the option's unit. "
  "Lists: an array in the file, separated by commas elsewhere. reload: a changed value is felt at the next SIGHUP; "
  "restart: when the node is started again.";
constexpr std::string_view limits_note =
  "Each of these may also be said for one listener, as listeners.<name>.limits.<option>, which wins over the node's.";
constexpr std::string_view listeners_note =
  "Any number of listeners, each with a name of its own. Two are there by default and keep what is not changed; "
  "listeners.tcp.enabled = false switches one off:";

std::string_view note_of(std::string_view section) {
  if (section == "limits") return limits_note;
  return section == fmt::format("listeners.{}", any_name) ? listeners_note : std::string_view{};
}

/// Breaks a text at blanks, indented.
std::string wrapped(std::string_view text, std::size_t indent) {
  constexpr std::size_t width = 100;
  std::string lines;
  while (!text.empty()) {
    const auto room = width - indent;
    auto end = text.size() <= room ? text.size() : text.rfind(' ', room);
    if (end == std::string_view::npos) end = text.size();
    lines += fmt::format("{:{}}{}\n", "", indent, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string facts(const entry& of) {
  std::string all = of.type;
  if (!of.unit.empty()) all += fmt::format(" ({})", of.unit);
  if (!of.range.empty()) all += ", " + of.range;
  return fmt::format("{}; {}", all, of.felt);
}

std::string text_entry(const entry& of) {
  auto lines = fmt::format("  {} = {}\n", of.name, of.value) + wrapped(facts(of), 6) + wrapped(of.meaning, 6);
  if (!of.also.empty()) lines += wrapped("May also be written " + of.also + ".", 6);
  return lines;
}

std::string text_reference() {
  auto all = wrapped(introduction, 0) + wrapped(notation, 0);
  for (const auto& section : sections()) {
    all += fmt::format("\n[{}]\n", section.name);
    if (const auto note = note_of(section.name); !note.empty()) all += wrapped(note, 2);
    if (note_of(section.name) == listeners_note)
      for (const auto& line : default_listener_lines()) all += fmt::format("      {}\n", line);
    for (const auto& entry : section.entries) all += text_entry(entry);
  }
  return all;
}

/// A table's cell may hold neither its separator nor what looks like HTML.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|')
      escaped += "\\|";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else
      escaped += c;
  }
  return escaped;
}

std::string markdown_entry(const entry& of) {
  const auto key = of.name.substr(of.name.rfind('.') + 1);
  const auto value = of.value == "none" ? of.value : fmt::format("`{}`", of.value);
  auto meaning = cell(of.meaning);
  if (!of.range.empty()) meaning += fmt::format(" Range: {}.", of.range);
  if (!of.also.empty()) meaning += fmt::format(" May also be written `{}`.", of.also);
  return fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", key, value, of.type, of.unit, of.felt, meaning);
}

std::string markdown_reference() {
  auto all = fmt::format("# Options\n\nWritten by `troupe config-reference --markdown`; do not edit.\n\n{}\n\n{}\n",
                         introduction, notation);
  for (const auto& section : sections()) {
    all += fmt::format("\n## `[{}]`\n\n", section.name);
    if (const auto note = note_of(section.name); !note.empty()) all += cell(note) + "\n\n";
    if (note_of(section.name) == listeners_note) {
      for (const auto& line : default_listener_lines()) all += fmt::format("- `{}`\n", line);
      all += '\n';
    }
    all += "| option | default | type | unit | change | meaning |\n|---|---|---|---|---|---|\n";
    for (const auto& entry : section.entries) all += markdown_entry(entry);
  }
  return all;
}

}  // namespace

std::string reference(reference_format format) {
  return format == reference_format::markdown ? markdown_reference() : text_reference();
}

std::string effective(const load_result& loaded) {
  auto of = loaded.options;
  std::string lines;
  for (const auto& one : options_of(of))
    if (const auto from = loaded.from(one.name); from.kind != origin::source::built_in)
      lines += fmt::format("{} = {}  ({})\n", one.name, one.text(), from.text());
  return lines;
}

}  // namespace troupe::config
