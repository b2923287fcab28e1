#include "actors/bans/ban_book.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/admin/access/private_file.hpp"
#include "config/log.hpp"
#include "routing/utf8.hpp"

namespace troupe::actors {

namespace {

namespace json = boost::json;

constexpr std::size_t file_bytes_max = 1024ull * 1024 * 1024;
constexpr std::size_t past_lines_min = 1'000;  ///< fewer are not worth a new file

std::string line_of(const ban& of) {
  json::object result{
    {"id", of.id}, {"kind", name_of(of.kind)}, {"value", of.value}, {"reason", of.reason}, {"by", of.by},
    {"at", of.at}, {"until", nullptr}};
  if (of.until) result["until"] = *of.until;
  return json::serialize(result) + "\n";
}

std::string line_of_lifted(std::uint64_t id) { return json::serialize(json::object{{"lifted", id}}) + "\n"; }

ban ban_in(const json::object& from) {
  ban result;
  result.id = from.at("id").to_number<std::uint64_t>();
  const auto kind = ban_kind_of(std::string_view{from.at("kind").as_string()});
  if (!kind) throw std::invalid_argument{"kind"};
  result.kind = *kind;
  result.value = from.at("value").as_string();
  result.reason = from.at("reason").as_string();
  result.by = from.at("by").as_string();
  result.at = from.at("at").to_number<std::int64_t>();
  if (const auto& until = from.at("until"); !until.is_null()) result.until = until.to_number<std::int64_t>();
  return result;
}

/// Appends and syncs; takes back what could not be written whole. Says why it failed, or nothing.
std::string append_to(const std::string& path, const std::string& line) {
  const troupe::admin::descriptor file{
    ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  struct stat before {};
  if (file && ::fstat(file.number(), &before) == 0) {
    if (troupe::admin::write_all(file.number(), line) && ::fsync(file.number()) == 0) return {};
    const auto why = errno;
    if (::ftruncate(file.number(), before.st_size) != 0) log::error("admin", "{} ends with half a line", path);
    errno = why;
  }
  return fmt::format("{} cannot be written: {}.", path, std::strerror(errno));
}

}  // namespace

std::variant<std::unique_ptr<ban_book>, std::string> ban_book::open(std::string folder, ban_desk& desk) {
  std::unique_ptr<ban_book> book{new ban_book{std::move(folder), desk}};
  auto text = troupe::admin::read_private(book->path(), file_bytes_max);
  if (auto* wrong = std::get_if<std::string>(&text)) return std::move(*wrong);
  try {
    if (const auto& found = std::get<0>(text)) book->read(*found);
  } catch (const std::exception& wrong) {
    return fmt::format("{} is damaged in line {}: {}.", book->path(), book->lines_ + 1, wrong.what());
  }
  book->expire(ban_clock(), bans_max);
  desk.publish(book->set_.snapshot());
  return book;
}

// A last line without its end was never told to anybody: the process ended in the midst of it.
void ban_book::read(std::string_view text) {
  const auto whole = text.substr(0, text.rfind('\n') + 1);
  for (auto rest = whole; !rest.empty(); ++lines_) {
    const auto end = rest.find('\n');
    const auto fields = json::parse(rest.substr(0, end)).as_object();
    rest.remove_prefix(end + 1);
    if (const auto* lifted = fields.if_contains("lifted"))
      take_out(lifted->to_number<std::uint64_t>());
    else
      enter(ban_in(fields));
  }
  if (all_.size() > bans_max) throw std::runtime_error{"it holds too many bans"};
  if (whole.size() == text.size()) return;
  if (auto wrong = write_anew(); !wrong.empty()) throw std::runtime_error{wrong};
}

void ban_book::enter(ban what) {
  const auto key = key_of(what.kind, what.value);
  if (const auto* wrong = std::get_if<std::string>(&key)) throw std::invalid_argument{*wrong};
  if (const auto before = set_.at(std::get<ban_key>(key))) take_out(before->id);
  last_id_ = std::max(last_id_, what.id);
  const auto stands = std::make_shared<const standing_ban>(std::move(what));
  set_.put(std::get<ban_key>(key), stands);
  if (stands->until) ends_.emplace(*stands->until, stands->id);
  all_[stands->id] = stands;
}

void ban_book::take_out(std::uint64_t id) {
  last_id_ = std::max(last_id_, id);
  const auto found = all_.find(id);
  if (found == all_.end()) return;
  const auto& gone = *found->second;
  set_.remove(std::get<ban_key>(key_of(gone.kind, gone.value)));
  if (gone.until) ends_.erase({*gone.until, id});
  all_.erase(found);
}

std::variant<ban_ptr, ban_book::refusal> ban_book::add(ban what) {
  const auto key = key_of(what.kind, what.value);
  if (const auto* wrong = std::get_if<std::string>(&key)) return refusal{400, *wrong};
  if (what.reason.size() > ban_reason_bytes_max || !valid_utf8(what.reason))
    return refusal{400, fmt::format("reason is a text of at most {} bytes.", ban_reason_bytes_max)};
  if (all_.size() >= bans_max && !set_.at(std::get<ban_key>(key)))
    return refusal{409,
                   fmt::format("There are {} bans already; lift some, or ban a whole network or prefix.", bans_max)};
  what.id = last_id_ + 1;
  what.at = ban_clock();
  if (auto wrong = append(line_of(what)); !wrong.empty()) return refusal{500, std::move(wrong)};
  const auto id = what.id;
  enter(std::move(what));
  desk_.publish(set_.snapshot());
  return all_.at(id);
}

bool ban_book::lift(std::uint64_t id) {
  if (!all_.contains(id)) return false;
  if (auto wrong = append(line_of_lifted(id)); !wrong.empty()) throw std::runtime_error{wrong};
  take_out(id);
  desk_.publish(set_.snapshot());
  return true;
}

void ban_book::expire(std::int64_t now, std::size_t most) {
  const auto before = all_.size();
  for (; most > 0 && !ends_.empty() && ends_.begin()->first <= now; --most) take_out(ends_.begin()->second);
  if (all_.size() != before) desk_.publish(set_.snapshot());  // the file says itself when they are over
}

std::string ban_book::append(const std::string& line) {
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  if (failed) return fmt::format("{} cannot be made: {}.", folder_, failed.message());
  if (lines_ > 2 * all_.size() + past_lines_min)
    if (auto wrong = write_anew(); !wrong.empty()) return wrong;
  auto wrong = append_to(path(), line);
  if (wrong.empty()) ++lines_;
  return wrong;
}

// The first line keeps a number from being given twice: the history names bans by theirs.
std::string ban_book::write_anew() {
  auto text = line_of_lifted(last_id_);
  for (const auto& [id, each] : all_) text += line_of(*each);
  auto wrong = troupe::admin::replace_private(path(), text).value_or(std::string{});
  if (wrong.empty()) lines_ = all_.size() + 1;
  return wrong;
}

}  // namespace troupe::actors
