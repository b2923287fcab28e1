#include "actors/admin/http/router.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace troupe::admin {

namespace {

using boost::beast::http::verb;

std::vector<std::string> parts_of(std::string_view pattern) {
  std::vector<std::string> parts;
  if (!pattern.starts_with('/'))
    throw std::logic_error{"a route's pattern starts with a slash: " + std::string{pattern}};
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const auto part = pattern.substr(0, pattern.find('/'));
    const bool captures = part.size() > 2 && part.front() == '{' && part.back() == '}';
    if (!captures && (part.empty() || part.find_first_of("{}") != std::string_view::npos))
      throw std::logic_error{"a route's pattern has an odd segment: " + std::string{part}};
    parts.emplace_back(captures ? "" : part);
    pattern.remove_prefix(part.size());
  }
  return parts;
}

// A capture, which is empty, sorts behind every literal.
bool before(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::lexicographical_compare(
    a.begin(), a.end(), b.begin(), b.end(), [](const std::string& left, const std::string& right) {
      return left.empty() || right.empty() ? left.size() > right.size() : left < right;
    });
}

}  // namespace

router::place& router::place_of(const std::string& pattern) {
  auto parts = parts_of(pattern);
  const auto at =
    std::find_if(places_.begin(), places_.end(), [&](const place& each) { return !before(each.parts, parts); });
  if (at != places_.end() && at->parts == parts) return *at;
  return *places_.insert(at, place{.pattern = pattern, .parts = std::move(parts), .calls = {}, .stream = nullptr});
}

void router::add(route call) {
  auto& at = place_of(call.pattern);
  const auto same = [&](const route& each) { return each.method == call.method; };
  if (std::any_of(at.calls.begin(), at.calls.end(), same) || (at.stream && call.method == verb::get))
    throw std::logic_error{"there are two routes of one method at " + call.pattern};
  at.calls.push_back(std::move(call));
}

void router::add(stream_route opened) {
  auto& at = place_of(opened.pattern);
  const auto gets = [](const route& each) { return each.method == verb::get; };
  if (at.stream || std::any_of(at.calls.begin(), at.calls.end(), gets))
    throw std::logic_error{"there are two routes to get at " + opened.pattern};
  at.stream = std::make_unique<stream_route>(std::move(opened));
}

bool router::fits(const place& candidate, const target& asked) {
  return std::equal(
    candidate.parts.begin(), candidate.parts.end(), asked.segments.begin(), asked.segments.end(),
    [](const auto& part, const auto& segment) { return part.empty() ? !segment.empty() : part == segment; });
}

std::string router::allowed_at(const place& at) {
  std::vector<std::string> methods;
  if (at.stream) methods.emplace_back("GET");
  for (const auto& each : at.calls) {
    methods.emplace_back(to_string(each.method));
    if (each.method == verb::get) methods.emplace_back("HEAD");
  }
  std::sort(methods.begin(), methods.end());
  std::string result;
  for (const auto& each : methods) result += (result.empty() ? "" : ", ") + each;
  return result;
}

matched router::find(verb method, const target& asked) const {
  matched result;
  const auto at = std::find_if(places_.begin(), places_.end(), [&](const place& each) { return fits(each, asked); });
  if (at == places_.end()) return result;
  result.known = true;
  for (std::size_t i = 0; i < at->parts.size(); ++i)
    if (at->parts[i].empty()) result.captured.push_back(asked.segments[i]);
  const auto wanted = method == verb::head ? verb::get : method;
  for (const auto& each : at->calls)
    if (each.method == wanted) result.call = &each;
  if (method == verb::get) result.stream = at->stream.get();
  if (!result.call && !result.stream) result.allow = allowed_at(*at);
  return result;
}

std::vector<std::string> router::calls() const {
  std::vector<std::string> result;
  for (const auto& at : places_) {
    if (at.stream) result.push_back("GET " + at.pattern);
    for (const auto& each : at.calls) result.push_back(std::string{to_string(each.method)} + " " + at.pattern);
  }
  return result;
}

}  // namespace troupe::admin
