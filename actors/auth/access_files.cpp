#include "actors/auth/access_files.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "actors/auth/password_file.hpp"
#include "routing/access_rules.hpp"

namespace troupe::auth {

namespace {

std::vector<std::string> check_passwords(const std::string& path) {
  auto read = password_file::load(path);
  auto* errors = std::get_if<password_file::errors>(&read);
  return errors ? *errors : password_file::errors{};
}

std::vector<std::string> check_rules(const std::string& path, bool default_allow) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return {fmt::format("{}: cannot be read: {}", path, std::strerror(errno))};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto read = access_rules::parse(text, default_allow);
  if (const auto* error = std::get_if<access_rules_error>(&read))
    return {fmt::format("{}:{}: {}", path, error->line, error->text)};
  return {};
}

}  // namespace

std::vector<std::string> check_files(const config::options& of) {
  std::vector<std::string> errors;
  if (!of.access.password_file.empty()) errors = check_passwords(of.access.password_file);
  if (!of.access.acl_file.empty())
    for (auto& error : check_rules(of.access.acl_file, of.access.acl_default_allow)) errors.push_back(std::move(error));
  return errors;
}

}  // namespace troupe::auth
