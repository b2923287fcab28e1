#include <cstdio>
#include <exception>
#include <string>
#include <variant>
#include <vector>

#include "actors/auth/passwd.hpp"
#include "actors/auth/password_file.hpp"
#include "actors/node.hpp"
#include "config/command_line.hpp"

namespace {

std::vector<std::string> check_files(const troupe::config::options& of) {
  if (of.access.password_file.empty()) return {};
  auto read = troupe::auth::password_file::load(of.access.password_file);
  auto* errors = std::get_if<troupe::auth::password_file::errors>(&read);
  return errors ? *errors : troupe::auth::password_file::errors{};
}

}  // namespace

int main(int argc, char** argv) try {
  return troupe::config::execute(argc, argv, {troupe::run_node, troupe::auth::passwd, check_files});
} catch (const std::exception& error) {
  std::fprintf(stderr, "troupe: %s\n", error.what());
  return troupe::config::exit_code::failed;
}
