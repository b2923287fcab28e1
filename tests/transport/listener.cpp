#define CAF_SUITE transport_listener
#include "transport/listener.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <caf/test/unit_test.hpp>

#include "tests/transport/server.hpp"

namespace troupe::transport::test {

namespace {

std::string failure_of(const config::listener_options& options) {
  try {
    listener made{server::with_defaults(options)};
    ::close(made.open());
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

/// A directory of its own, gone with the test.
struct directory {
  directory() {
    auto pattern = (std::filesystem::temp_directory_path() / "troupe-test-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error{"mkdtemp"};
    path = pattern;
  }
  ~directory() { std::filesystem::remove_all(path); }
  std::string path;
};

}  // namespace

CAF_TEST(all_loops_share_the_port_that_the_first_one_got) {
  server first;
  loop second;
  acceptor accepting{second.io, second.links, first.listening};
  CAF_CHECK_EQUAL(first.listening->bound(), "127.0.0.1:" + std::to_string(first.listening->port()));
  std::vector<std::unique_ptr<client>> clients;
  CAF_CHECK(run_until({&first, &second}, [&] {
    if (clients.size() < 200) clients.push_back(std::make_unique<client>(*first.listening));
    return !first.opened.empty() && !second.opened.empty();
  }));
}

CAF_TEST(a_port_in_use_is_an_error_even_if_its_owner_shares_it) {
  server on;
  config::listener_options options;
  options.name = "mqtt";
  options.bind = on.listening->bound();
  const auto text = failure_of(options);
  CAF_CHECK(text.starts_with("listener mqtt: cannot listen on " + on.listening->bound()));
}

CAF_TEST(a_listener_on_every_address_and_one_on_localhost_serve_ipv4) {
  for (const auto* bind : {"*:0", "localhost:0", "0.0.0.0:0"}) {
    config::listener_options options;
    options.bind = bind;
    server on{options};
    client with{*on.listening};
    with.send(packet(1));
    CAF_REQUIRE(on.until([&] { return on.events.packets.size() == 1; }));
    CAF_CHECK(on.opened[0]->peer().starts_with("127.0.0.1:"));
    CAF_CHECK(on.opened[0]->peer_is_local());
  }
}

CAF_TEST(bad_options_name_the_listener_and_the_option) {
  config::listener_options options;
  options.bind = "nowhere";
  CAF_CHECK(failure_of(options).starts_with("listener test: bind \"nowhere\""));
  options.bind.clear();
  options.deny = {"10.0.0.0/99"};
  CAF_CHECK(failure_of(options).find("deny \"10.0.0.0/99\"") != std::string::npos);
}

CAF_TEST(unix_sockets_serve_have_their_mode_and_leave_no_file) {
  const directory in;
  config::listener_options options;
  options.bind = "unix:" + in.path + "/socket";
  options.unix_mode = 0600;
  {
    server on{options};
    CAF_CHECK_EQUAL(on.listening->bound(), options.bind);
    struct stat status {};
    ::stat((in.path + "/socket").c_str(), &status);
    CAF_CHECK_EQUAL(status.st_mode & 0777u, 0600u);
    client with{in.path + "/socket"};
    with.send(packet(3));
    CAF_CHECK(on.until([&] { return on.events.packets.size() == 1; }));
    CAF_CHECK_EQUAL(on.opened[0]->peer(), "unix");
    CAF_CHECK(on.opened[0]->peer_is_local());
    CAF_CHECK(failure_of(options).find("in use") != std::string::npos);
    // A unix peer that closes is hung up: while the link is paused that must not keep the loop busy.
    on.opened[0]->pause();
    with.send(packet(4));
    with.close();
    for (int i = 0; i < 10; ++i) on.turn();
    CAF_CHECK(!on.io.wait({}));
    on.opened[0]->resume();
    CAF_CHECK(on.until([&] { return on.events.closed == close_cause::closed_by_peer; }));
    CAF_CHECK_EQUAL(on.events.packets.size(), 2u);
  }
  CAF_CHECK(!std::filesystem::exists(in.path + "/socket"));
}

CAF_TEST(a_stale_socket_file_is_replaced_but_never_another_file) {
  const directory in;
  const auto path = in.path + "/socket";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  const int old = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ::bind(old, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::close(old);
  config::listener_options options;
  options.bind = "unix:" + path;
  CAF_CHECK_EQUAL(failure_of(options), "");
  std::fclose(std::fopen(path.c_str(), "w"));
  CAF_CHECK(failure_of(options).find("is no socket") != std::string::npos);
}

CAF_TEST(past_connections_max_links_are_opened_flagged) {
  config::listener_options options;
  options.connections_max = 2;
  server on{options};
  client first{*on.listening}, second{*on.listening}, third{*on.listening};
  CAF_CHECK(on.until([&] { return on.admitted.size() == 3; }));
  CAF_CHECK(on.admitted[1] == admission::welcome);
  CAF_CHECK(on.admitted[2] == admission::overloaded);
  CAF_CHECK_EQUAL(on.listening->refused(refusal::connections_max), 1u);
  third.close();
  second.close();
  CAF_CHECK(on.until([&] { return on.listening->connections() == 1; }));
  client fourth{*on.listening};
  CAF_CHECK(on.until([&] { return on.admitted.size() == 4; }));
  CAF_CHECK(on.admitted[3] == admission::welcome);
}

CAF_TEST(denied_addresses_are_closed_without_a_link) {
  config::listener_options options;
  options.deny = {"127.0.0.1"};
  server on{options};
  client with{*on.listening};
  CAF_CHECK(on.until([&] { return with.ended(); }));
  CAF_CHECK(on.opened.empty());
  CAF_CHECK_EQUAL(on.listening->refused(refusal::address), 1u);
  CAF_CHECK_EQUAL(on.listening->connections(), 0u);
}

CAF_TEST(the_rate_limit_allows_a_burst_of_one_second_then_its_rate) {
  rate_limit limit{10};
  const time_point start{1h};
  int taken = 0;
  for (int i = 0; i < 100; ++i) taken += limit.take(start);
  CAF_CHECK_EQUAL(taken, 10);
  CAF_CHECK(!limit.take(start + 99ms));
  CAF_CHECK(limit.take(start + 100ms));
  CAF_CHECK(!limit.take(start + 100ms));
  rate_limit none{0};
  CAF_CHECK(none.take(start));
}

namespace {

/// In a process of its own: uses up all descriptors, and shows that clients are turned away while the loop sleeps.
int run_out_of_descriptors() {
  server on;
  client before{*on.listening};
  if (!on.until([&] { return on.opened.size() == 1; })) return 2;
  // The client's socket is made first: then no descriptor is left for the server's side.
  const int spare = ::socket(AF_INET, SOCK_STREAM, 0);
  const rlimit limit{static_cast<rlim_t>(spare) + 1, static_cast<rlim_t>(spare) + 1};
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return 3;
  while (::dup(0) >= 0) continue;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(on.listening->port());
  if (::connect(spare, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 4;
  if (!on.until([&] { return on.listening->refused(refusal::descriptors) == 1; })) return 5;
  on.turn();
  if (on.io.wait({})) return 6;  // does not spin
  ::fcntl(spare, F_SETFL, O_NONBLOCK);
  char byte;
  if (!on.until([&] { return ::recv(spare, &byte, 1, 0) == 0; })) return 7;
  before.send(packet(1));
  if (!on.until([&] { return on.events.packets.size() == 1; })) return 8;  // links that are open go on
  ::close(spare);
  client after{*on.listening};
  return on.until([&] { return on.listening->refused(refusal::descriptors) == 2 || on.opened.size() == 2; }) ? 0 : 9;
}

}  // namespace

CAF_TEST(without_descriptors_clients_are_turned_away_and_the_loop_does_not_spin) {
  const auto child = ::fork();
  if (child == 0) ::_exit(run_out_of_descriptors());
  int status = -1;
  ::waitpid(child, &status, 0);
  CAF_CHECK(WIFEXITED(status));
  CAF_CHECK_EQUAL(WEXITSTATUS(status), 0);
}

}  // namespace troupe::transport::test
