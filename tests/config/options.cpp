#define CAF_SUITE config_options
#include "config/options.hpp"

#include <regex>
#include <set>
#include <sstream>

#include <caf/test/unit_test.hpp>

#include "config/load.hpp"
#include "config/table.hpp"
#include "config/version.hpp"
#include "tests/config/check.hpp"
#include "tests/config/temporary_file.hpp"

using namespace troupe;
using namespace troupe::config;
using namespace std::chrono_literals;

CAF_TEST(defaults_are_those_that_a_first_user_is_promised) {
  const limits defaults;
  CAF_CHECK(defaults.handshake_timeout == 5s);
  CAF_CHECK(defaults.connect_timeout == 5s);
  CAF_CHECK_EQUAL(defaults.packet_bytes_max, 2u * 1024 * 1024);
  CAF_CHECK_EQUAL(defaults.receive_maximum, 100);
  CAF_CHECK_EQUAL(defaults.topic_alias_max, 16);
  CAF_CHECK_EQUAL(defaults.queue_messages_max, 100'000u);
  CAF_CHECK_EQUAL(defaults.queue_bytes_max, 64u * 1024 * 1024);
  CAF_CHECK(!defaults.queue_qos0_while_away);
  CAF_CHECK_EQUAL(defaults.qos_max, 2);
  CAF_CHECK(sys_options{}.interval == 10s);
  CAF_CHECK(!deflate_options{}.enabled);
  CAF_CHECK(websocket_options{}.ping_interval == 0s);
  CAF_CHECK_EQUAL(websocket_options{}.subprotocols, (std::vector<std::string>{"mqtt", "mqttv3.1"}));
  CAF_CHECK(!debug_options{}.allow_fault_injection);
}

CAF_TEST(every_member_of_the_structs_is_an_option_or_a_section) {
  auto of = load({}).options;
  std::set<std::string> words;
  for (const auto& one : options_of(of)) {
    std::stringstream name{one.name};
    for (std::string word; std::getline(name, word, '.');) words.insert(word);
  }
  const std::regex member{R"(^  [\w:<>, ]+ (\w+)(;| = .*;|\{.*\};)( *///<.*)?$)"};
  std::stringstream header{test::read_whole(test::source_file("config/options.hpp"))};
  std::size_t members = 0;
  std::smatch match;
  for (std::string line; std::getline(header, line);)
    if (std::regex_match(line, match, member)) {
      ++members;
      CHECK_FOR(match[1] << " has no row in config/table.cpp", words.contains(match[1]));
    }
  CAF_CHECK_GREATER_OR_EQUAL(members, 100u);
}

CAF_TEST(the_version_is_that_of_the_build) {
  const auto cmake = test::read_whole(test::source_file("CMakeLists.txt"));
  CAF_CHECK(cmake.find("project(troupe VERSION " + std::string{version_text} + " ") != std::string::npos);
}
