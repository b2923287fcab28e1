#include "actors/admin/http/static_files.hpp"

#include <string>

#include <boost/beast/core/string.hpp>

namespace troupe::admin {

namespace {

/// Calls `each` for the members of a list separated by commas, without the white space around them.
template <class Each>
bool any_of_list(std::string_view list, Each each) {
  while (!list.empty()) {
    const auto end = list.find(',');
    auto member = list.substr(0, end);
    while (!member.empty() && member.front() == ' ') member.remove_prefix(1);
    while (!member.empty() && member.back() == ' ') member.remove_suffix(1);
    if (each(member)) return true;
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  }
  return false;
}

// A comparison that ignores weakness [RFC 9110, 13.1.2]. Our tags hold no comma.
bool has_tag(std::string_view if_none_match, std::string_view etag) {
  return any_of_list(if_none_match, [&](std::string_view member) {
    if (member.starts_with("W/")) member.remove_prefix(2);
    return member == "*" || member == etag;
  });
}

bool takes_gzip(std::string_view accept_encoding) {
  return any_of_list(accept_encoding, [](std::string_view member) {
    const auto name = member.substr(0, member.find(';'));
    const bool refused = member.ends_with("q=0") || member.ends_with("q=0.0");
    return !refused && (boost::beast::iequals(name, "gzip") || name == "*");
  });
}

const asset* look_up(const assets& files, std::string_view path) {
  if (path != "/")
    if (const auto* found = files.find(path)) return found;
  // What pages are called may hold dots; names of files, and of those that browsers look for by themselves, are none.
  const auto is_file = path.starts_with("/assets/") || (path.rfind('/') == 0 && path.find('.') != path.npos);
  const auto is_page = !is_file && path.find("/..") == path.npos;
  return is_page ? files.find("/index.html") : nullptr;
}

}  // namespace

response serve_file(const assets& files, const file_request& asked) {
  const auto* file = look_up(files, asked.path);
  if (!file) return refusal(404, "There is no such file.");
  response result;
  result.header.emplace_back("ETag", file->etag);
  result.header.emplace_back("Cache-Control", file->is_immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (file->is_gzip) result.header.emplace_back("Vary", "Accept-Encoding");
  if (has_tag(asked.if_none_match, file->etag)) {
    result.status = 304;
    return result;
  }
  if (file->is_gzip && !takes_gzip(asked.accept_encoding))
    return refusal(406, "This file is kept compressed: ask with Accept-Encoding: gzip.");
  if (file->is_gzip) result.header.emplace_back("Content-Encoding", "gzip");
  result.header.emplace_back("Content-Type", file->content_type);
  result.lasting_text = file->bytes;
  return result;
}

}  // namespace troupe::admin
