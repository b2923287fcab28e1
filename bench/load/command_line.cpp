#include "bench/load/command_line.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include <arpa/inet.h>
#include <netdb.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "bench/load/property_options.hpp"
#include "config/value.hpp"

namespace troupe::bench {

namespace {

/// Options as they are written, before they make a plan.
struct words {
  std::uint32_t count = 0;
  unsigned qos = 0, version = 5;
  double interval_ms = 0, connect_interval_ms = 0;
  std::string warmup = "0s", duration = "10s", drain = "10s", size = "256", storm = "0s", slow = "0",
              slow_rate = "1KiB";
  std::uint32_t fan_out = 1, fan_in = 1;
  std::string clean;
  std::vector<std::string> sources;
  bool secure_websocket = false;
  property_options properties;
};

void add_connection_options(CLI::App& to, plan& what, words& said) {
  to.set_help_flag("--help", "this text");
  to.add_option("-h,--host", what.to.host, "the broker's address [127.0.0.1]");
  to.add_option("-p,--port", what.to.port, "its port [1883]");
  to.add_option("-V,--version", said.version, "MQTT: 3 (3.1), 4 (3.1.1) or 5 [5]")->check(CLI::IsMember({3, 4, 5}));
  to.add_option("-c,--count", said.count, "clients; of `pair`: topics [10]");
  to.add_option("-n,--startnumber", what.start_number, "the first %i [0]");
  to.add_option("-R,--connrate", what.connect_rate, "connections a second [as fast as it goes]");
  to.add_option("-i,--interval", said.connect_interval_ms, "milliseconds between connections: the other way to say -R");
  to.add_option("-u,--username", what.user, "user name; %i is the client's number");
  to.add_option("-P,--password", what.password, "password");
  to.add_option("-k,--keepalive", what.keep_alive, "keep alive in seconds [300]");
  to.add_option("-C,--clean", said.clean, "clean start: true or false [true]")->check(CLI::IsMember({"true", "false"}));
  to.add_option("-x,--session-expiry", what.session_expiry, "session expiry interval in seconds [0]");
  to.add_option("--prefix", what.prefix, "client ids are this and the client's number");
  to.add_option("--ifaddr", said.sources, "local addresses, taken in turn: 127.0.0.2,127.0.0.3 or 127.0.0.2-127.0.0.9")
    ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  to.add_flag("--ws", what.to.websocket, "MQTT over WebSocket");
  to.add_flag("--wss", said.secure_websocket, "MQTT over WebSocket over TLS");
  to.add_option("--path", what.to.path, "of the WebSocket [/mqtt]");
  to.add_option("--header", what.to.headers, "added to the upgrade request: 'Name: value'; repeatable")
    ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  to.add_option("--subprotocol", what.to.subprotocol, "of the WebSocket [mqtt]");
  to.add_flag("--compress", what.to.compress, "offer permessage-deflate, without context takeover");
  to.add_option("--processes", what.processes, "worker processes [as many as descriptors need]");
  to.add_option("--broker-pid", what.broker_pids, "a process of the broker, to be watched; repeatable")
    ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_tls_options(CLI::App& to, tls_options& tls) {
  to.add_flag("-S,--ssl", tls.on, "MQTT over TLS; with --ws the same as --wss");
  to.add_option("--cafile", tls.ca, "certificates that vouch for the broker's [the system's]");
  auto* certificate = to.add_option("--cert", tls.certificate, "our certificate, with the chain above it");
  to.add_option("--key", tls.key, "its key [in the certificate's file]")->needs(certificate);
  to.add_flag("!--no-verify", tls.verify, "take whatever certificate the broker has");
}

void add_run_options(CLI::App& to, plan& what, words& said, request& asked) {
  to.add_option("--duration", said.duration, "of the measurement: 10s, 5m [10s]");
  to.add_option("--warmup", said.warmup, "sending before the measurement begins [0s]");
  to.add_option("--drain", said.drain, "wait at most so long for what is under way at the end [10s]");
  to.add_option("--json", asked.json, "write everything there");
  to.add_option("--csv", asked.csv, "write the figures of each second there");
  to.add_option("--report", asked.html, "write one self-contained page there");
  to.add_flag("--quiet", asked.quiet, "neither progress nor table");
  to.add_option("-L,--limit", what.limit, "messages (of churn: cycles) in all [no limit]");
  to.add_option("--rate", what.rate, "messages (of churn: cycles) a second in all, open loop [closed loop]");
}

void add_storm_option(CLI::App& to, words& said) {
  to.add_option("--storm-at", said.storm,
                "so long after sending began, cut all connections; they come back as -R says [never]");
}

void add_slow_options(CLI::App& to, words& said) {
  to.add_option("--slow", said.slow, "share of the subscribers that read late, told apart from the others: 10% [none]");
  to.add_option("--slow-rate", said.slow_rate, "bytes that each of them reads a second; 0: it stops reading [1KiB]");
}

void add_message_options(CLI::App& to, plan& what, words& said) {
  to.add_option("-t,--topic", what.topic,
                "%i: the client's number (of `pair`: the topic's), %c: client id, %u: user [t/%i]");
  to.add_option("-q,--qos", said.qos, "0, 1 or 2 [0]")->check(CLI::Range(0, 2));
  to.add_option("-s,--size", said.size, "payload in bytes: 256, 1KiB [256]");
}

void add_publisher_options(CLI::App& to, plan& what, words& said) {
  to.add_option("-I,--interval_of_msg", said.interval_ms,
                "milliseconds between a client's messages: the other way to say --rate");
  to.add_option("-F,--inflight", what.window, "messages in flight per publisher; 0: no limit [10]");
  to.add_flag("-r,--retain", what.retain, "messages are retained");
  said.properties.add_to_publish(to);
}

void add_pair_options(CLI::App& to, plan& what, words& said) {
  to.add_option("--fan-out", said.fan_out, "subscribers of each topic [1]")->check(CLI::PositiveNumber);
  to.add_option("--fan-in", said.fan_in, "publishers to each topic [1]")->check(CLI::PositiveNumber);
  to.add_option("--share", what.share, "subscribers of a topic share one subscription of this name");
}

template <class Value>
Value config_value(const std::string& text, Value like, enum config::unit::notation how, std::string_view option) {
  if (const auto wrong = config::store({config::raw_value::kind::text, text, {}}, config::field{&like}, {"", how}))
    throw usage{std::string{option} + " " + *wrong, 1};
  return like;
}

nanoseconds duration(const std::string& text, std::string_view option) {
  const auto value = config_value(text, std::chrono::milliseconds{0}, config::unit::notation::duration, option);
  return static_cast<nanoseconds>(value.count()) * millisecond;
}

in_addr_t host_order(const std::string& text) {
  in_addr address{};
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) throw usage{"--ifaddr: " + text + " is no IPv4 address", 1};
  return ntohl(address.s_addr);
}

/// Lists and ranges of addresses.
std::vector<in_addr_t> source_addresses(const std::vector<std::string>& from) {
  constexpr std::size_t addresses_max = 65'536;
  std::vector<in_addr_t> result;
  for (const auto& word : from) {
    for (const auto& entry : CLI::detail::split(word, ',')) {
      const auto dash = entry.find('-');
      const auto first = host_order(entry.substr(0, dash));
      const auto last = dash == std::string::npos ? first : host_order(entry.substr(dash + 1));
      if (last < first || last - first >= addresses_max) throw usage{"--ifaddr: " + entry + " is no range", 1};
      for (auto each = first; each <= last; ++each) result.push_back(htonl(each));
    }
  }
  return result;
}

void resolve(endpoint& to) {
  addrinfo wish{}, *found = nullptr;
  wish.ai_socktype = SOCK_STREAM;
  const auto code = getaddrinfo(to.host.c_str(), std::to_string(to.port).c_str(), &wish, &found);
  if (code != 0) throw usage{to.host + ": " + gai_strerror(code), 1};
  std::memcpy(&to.address, found->ai_addr, found->ai_addrlen);
  to.address_bytes = found->ai_addrlen;
  freeaddrinfo(found);
}

void secure(endpoint& to, const words& said) {
  if (said.secure_websocket) to.websocket = to.tls.on = true;
  if (to.compress && !to.websocket) throw usage{"--compress needs --ws or --wss", 1};
  if (!to.tls.on) return;
  try {
    to.secure = std::make_shared<tls_client>(to.tls, to.host);
  } catch (const std::runtime_error& error) {
    throw usage{error.what(), 1};
  }
}

/// One address has some 28,000 ports, and from the half of them on the kernel searches long for a free one (4 ms were
/// measured): more connections to this machine come from more of its addresses.
void choose_sources(plan& what) {
  constexpr std::uint32_t each_max = 10'000;
  if (!what.sources.empty() || what.clients() <= each_max || what.to.address.ss_family != AF_INET) return;
  const auto target = ntohl(reinterpret_cast<const sockaddr_in&>(what.to.address).sin_addr.s_addr);
  if (target >> 24 != 127) return;
  for (std::uint32_t i = 0; i <= what.clients() / each_max; ++i) what.sources.push_back(htonl(0x7F00'0001 + i));
}

/// "1/100", "0.01", "5%".
double parse_share(const std::string& text, std::string_view option) {
  std::size_t used = 0;
  double result = 0;
  try {
    result = std::stod(text, &used);
    if (used < text.size() && text[used] == '/') {
      const auto below = text.substr(used + 1);
      std::size_t used_below = 0;
      result /= std::stod(below, &used_below);
      used += 1 + used_below;
    } else if (text.substr(used) == "%") {
      result /= 100;
      ++used;
    }
  } catch (const std::exception&) {
    used = 0;
  }
  if (used != text.size() || !(result > 0) || !std::isfinite(result))
    throw usage{std::string{option} + ": '" + text + "' is no share like 1/100 or 1%", 1};
  return result;
}

group_shape shape_of(plan::kind what, const words& said) {
  switch (what) {
    case plan::kind::sub: return {0, 1, 0};
    case plan::kind::pub: return {0, 0, 1};
    case plan::kind::pair: return {0, said.fan_out, said.fan_in};
    case plan::kind::conn:
    case plan::kind::churn: break;
  }
  return {1, 0, 0};
}

void complete(plan& what, const words& said) {
  what.shape = shape_of(what.what, said);
  if (said.count != 0) what.groups = said.count;
  if (std::uint64_t{what.groups} * what.shape.size() > 100'000'000) throw usage{"that are too many clients", 1};
  what.qos = static_cast<troupe::qos>(said.qos);
  what.version = static_cast<mqtt::version>(said.version);
  what.properties = said.properties.read(what.version, !what.share.empty());
  what.clean_start = said.clean != "false";
  what.payload_bytes = config_value(said.size, std::uint32_t{0}, config::unit::notation::size, "--size");
  if (what.payload_bytes > 200'000'000) throw usage{"--size is at most 200,000,000", 1};
  what.warmup = duration(said.warmup, "--warmup") / second * second;
  what.duration = std::max<nanoseconds>(second, duration(said.duration, "--duration") / second * second);
  what.drain_max = duration(said.drain, "--drain");
  what.slow_bytes = config_value(said.slow_rate, std::uint32_t{0}, config::unit::notation::size, "--slow-rate");
  what.slow_share = said.slow == "0" ? 0 : parse_share(said.slow, "--slow");
  if (what.slow_share > 1) throw usage{"--slow is at most 100%", 1};
  if (what.slow_share > 0 && !what.share.empty()) throw usage{"--slow is not for shared subscriptions", 1};
  what.storm_at = duration(said.storm, "--storm-at");
  if (what.storm_at >= what.warmup + what.duration) throw usage{"--storm-at is behind the end of the run", 1};
  if (said.connect_interval_ms > 0) what.connect_rate = 1000 / said.connect_interval_ms;
  if (said.interval_ms > 0) what.rate = 1000 / said.interval_ms * std::max(1u, what.publishers());
  if (what.rate < 0 || what.connect_rate < 0) throw usage{"a rate is not negative", 1};
  what.sources = source_addresses(said.sources);
  what.run = std::random_device{}();
  if (what.prefix.empty()) what.prefix = "bench-" + std::to_string(what.run % 1'000'000) + "-";
  resolve(what.to);
  secure(what.to, said);
  choose_sources(what);
}

struct mode {
  const char* name;
  plan::kind what;
  const char* text;
};
constexpr mode modes[] = {
  {"conn", plan::kind::conn, "connect, and stay"},
  {"sub", plan::kind::sub, "connect, subscribe, count what comes"},
  {"pub", plan::kind::pub, "connect and publish"},
  {"pair", plan::kind::pair, "publishers and subscribers, -c topics with both; nothing lost goes unseen"},
  {"churn", plan::kind::churn, "connect, CONNACK, DISCONNECT, again and again; -c at the same time"},
};

void add_scenario(CLI::App& app, request& asked, std::string& scale) {
  auto& run = *app.add_subcommand("scenario", "run the stages of a file; further options replace those of its stages");
  run.set_help_flag("--help", "this text");
  run.add_option("file", asked.scenario, "stages, as in bench/scenarios/")->required();
  run.add_option("--scale", scale, "of connections and rates: 1/100, 0.01, 1% [1]");
  run.add_option("--json", asked.json, "write all stages there");
  run.add_option("--report", asked.html, "write one self-contained page of all stages there");
  run.add_flag("--quiet", asked.quiet, "neither progress nor table");
  run.allow_extras();
}

}  // namespace

double parse_scale(const std::string& text) { return parse_share(text, "--scale"); }

request parse_command_line(std::vector<std::string> list) {
  request asked;
  words said;
  std::string scale = "1";
  CLI::App app{"Load for any MQTT broker, with exact counts of what it loses, doubles or reorders", "troupe-bench"};
  app.set_help_flag("--help", "this text");
  app.require_subcommand(1);
  app.footer("`troupe-bench inproc --help`: sessions by the million in one process, on links in memory");
  for (const auto& each : modes) {
    auto& sub = *app.add_subcommand(each.name, each.text);
    sub.option_defaults()->take_last();  // a scenario's stage, and what replaces it
    add_connection_options(sub, asked.plan, said);
    add_tls_options(sub, asked.plan.to.tls);
    add_run_options(sub, asked.plan, said, asked);
    said.properties.add_to_connect(sub);
    if (each.what != plan::kind::churn) add_storm_option(sub, said);
    if (each.what == plan::kind::conn || each.what == plan::kind::churn) continue;
    add_message_options(sub, asked.plan, said);
    if (each.what != plan::kind::sub) add_publisher_options(sub, asked.plan, said);
    if (each.what != plan::kind::pub) add_slow_options(sub, said);
    if (each.what != plan::kind::pub) said.properties.add_to_subscribe(sub);
    if (each.what == plan::kind::pair) add_pair_options(sub, asked.plan, said);
  }
  add_scenario(app, asked, scale);
  try {
    std::reverse(list.begin(), list.end());
    app.parse(list);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out, wrong;
    const auto code = app.exit(error, out, wrong);
    throw usage{out.str() + wrong.str(), code};
  }
  if (!asked.scenario.empty()) {
    asked.scale = parse_scale(scale);
    asked.others = app.get_subcommand("scenario")->remaining();
    return asked;
  }
  for (const auto& each : modes)
    if (app.got_subcommand(each.name)) asked.plan.what = each.what;
  complete(asked.plan, said);
  return asked;
}

}  // namespace troupe::bench
