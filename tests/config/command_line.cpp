#define CAF_SUITE config_command_line
#include "config/command_line.hpp"

#include <algorithm>

#include <caf/test/unit_test.hpp>

#include "config/version.hpp"
#include "tests/config/captured.hpp"

using namespace troupe::config;

namespace {

struct fixture {
  int runs = 0, reloaded = -1;
  options ran_with;
  passwd_request passwd;
  store_request store;
  std::vector<std::string> file_errors;
  std::string out, err;  // what the last command wrote

  int execute(std::vector<std::string> words) {
    words.insert(words.begin(), "troupe");
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    const commands with{[this](load_result of, const std::function<load_result()>& reload) {
                          ++runs;
                          ran_with = std::move(of.options);
                          reloaded = reload().ok();
                          return exit_code::failed;
                        },
                        [this](const passwd_request& request) {
                          passwd = request;
                          return 7;
                        },
                        [this](const store_request& request) {
                          store = request;
                          return 8;
                        },
                        [this](const options&) { return file_errors; }};
    const troupe::test::captured output{STDOUT_FILENO}, errors{STDERR_FILENO};
    const int code = troupe::config::execute(static_cast<int>(arguments.size()), arguments.data(), with);
    out = output.text();
    err = errors.text();
    return code;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(command_line_tests, fixture)

CAF_TEST(run_starts_with_what_was_set_and_can_read_it_again) {
  CAF_CHECK_EQUAL(execute({"run", "--set", "listeners.ws.bind=127.0.0.1:0", "--set", "listeners.tcp.bind=127.0.0.1:0"}),
                  exit_code::failed);
  CAF_CHECK_EQUAL(runs, 1);
  CAF_CHECK_EQUAL(ran_with.listeners.at("ws").bind, "127.0.0.1:0");
  CAF_CHECK_EQUAL(ran_with.listeners.at("tcp").bind, "127.0.0.1:0");
  CAF_CHECK_EQUAL(reloaded, 1);
}

CAF_TEST(a_configuration_with_errors_starts_nothing) {
  CAF_CHECK_EQUAL(execute({"run", "--set", "listeners.ws.bnd=x"}), exit_code::not_understood);
  CAF_CHECK_EQUAL(err, "troupe: --set: there is no option 'listeners.ws.bnd': did you mean 'listeners.ws.bind'?\n");
  CAF_CHECK_EQUAL(execute({"run", "--config", "no/such/file.toml"}), exit_code::not_understood);
  CAF_CHECK_EQUAL(err, "troupe: no/such/file.toml: cannot be read: No such file or directory\n");
  CAF_CHECK_EQUAL(runs, 0);
}

CAF_TEST(what_is_no_command_line_is_refused_in_one_line) {
  const std::vector<std::vector<std::string>> table{{},
                                                    {"rum"},
                                                    {"run", "--sett", "a=b"},
                                                    {"run", "extra"},
                                                    {"run", "--set"},
                                                    {"passwd", "file"},
                                                    {"run", "--config", "a", "--config", "b"},
                                                    {"run", "check-config"}};
  for (const auto& words : table) {
    CAF_CHECK_EQUAL(execute(words), exit_code::not_understood);
    CAF_CHECK_EQUAL(std::count(err.begin(), err.end(), '\n'), 1);
    CAF_CHECK(err.starts_with("troupe: "));
    CAF_CHECK_EQUAL(out, "");
  }
  CAF_CHECK_EQUAL(runs, 0);
  execute({"rum"});
  CAF_CHECK_EQUAL(err, "troupe: there is no command 'rum': did you mean 'run'? (see troupe --help)\n");
}

CAF_TEST(questions_are_answered_with_success) {
  const std::pair<std::vector<std::string>, std::string> table[] = {
    {{"--help"}, "Exit codes: 0 done; 1 failed at run time; 2 usage or configuration not understood."},
    {{"run", "--help"}, "--set KEY=VALUE"},
    {{"--version"}, "troupe " + std::string{troupe::version_text} + "\n"},
    {{"config-reference"}, "limits.packet_bytes_max = 2MiB"},
    {{"config-reference", "--markdown"}, "| `packet_bytes_max` | `2MiB` | size | bytes |"},
    {{"check-config"}, "The configuration is valid.\n"}};
  for (const auto& [words, part] : table) {
    CAF_CHECK_EQUAL(execute(words), exit_code::done);
    CAF_CHECK_NOT_EQUAL(out.find(part), std::string::npos);
    CAF_CHECK_EQUAL(err, "");
  }
}

CAF_TEST(files_that_options_name_are_checked_too) {
  file_errors = {"passwords:3: is not user:hash"};
  for (auto command : {"run", "check-config"}) {
    CAF_CHECK_EQUAL(execute({command}), exit_code::not_understood);
    CAF_CHECK_EQUAL(err, "troupe: passwords:3: is not user:hash\n");
  }
  CAF_CHECK_EQUAL(runs, 0);
}

CAF_TEST(passwd_hands_its_words_over) {
  CAF_CHECK_EQUAL(execute({"passwd", "file", "anna"}), 7);
  CAF_CHECK_EQUAL(passwd.file, "file");
  CAF_CHECK_EQUAL(passwd.user, "anna");
  CAF_CHECK(!passwd.remove);
  CAF_CHECK_EQUAL(execute({"passwd", "--delete", "file", "anna"}), 7);
  CAF_CHECK(passwd.remove);
}

CAF_TEST(store_hands_over_what_is_to_be_done_and_where) {
  using enum store_action;
  const std::pair<const char*, store_action> table[] = {
    {"check", check}, {"stats", stats}, {"export", export_rows}, {"import", import_rows}};
  for (const auto& [word, action] : table) {
    CAF_CHECK_EQUAL(execute({"store", word, "--set", "persistence.path=/elsewhere"}), 8);
    CAF_CHECK(store.action == action);
    CAF_CHECK_EQUAL(store.store.path, "/elsewhere");
    CAF_CHECK_EQUAL(store.file, "");
  }
  CAF_CHECK_EQUAL(execute({"store", "export", "rows"}), 8);
  CAF_CHECK_EQUAL(store.file, "rows");
  for (const auto& words : {std::vector<std::string>{"store"}, {"store", "chek"}, {"store", "check", "file"}})
    CAF_CHECK_EQUAL(execute(words), exit_code::not_understood);
}

CAF_TEST_FIXTURE_SCOPE_END()
