#include <cstdio>
#include <exception>

#include "actors/auth/access_files.hpp"
#include "actors/auth/passwd.hpp"
#include "actors/node.hpp"
#include "config/command_line.hpp"
#include "persistence/store_command.hpp"

int main(int argc, char** argv) try {
  return troupe::config::execute(
    argc, argv,
    {troupe::run_node, troupe::auth::passwd, troupe::persistence::store_command, troupe::auth::check_files});
} catch (const std::exception& error) {
  std::fprintf(stderr, "troupe: %s\n", error.what());
  return troupe::config::exit_code::failed;
}
