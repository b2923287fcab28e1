#include "config/table.hpp"

#include <variant>

#include "config/log.hpp"

namespace troupe::config {

namespace {

/// A field of a section, before there is an object of it.
template <class Section>
using member =
  std::variant<bool Section::*, std::optional<bool> Section::*, int Section::*, std::uint8_t Section::*,
               std::uint16_t Section::*, std::uint32_t Section::*, std::uint64_t Section::*, std::string Section::*,
               std::vector<std::string> Section::*, std::chrono::milliseconds Section::*,
               std::chrono::seconds Section::*, overflow Section::*, share_strategy Section::*,
               listener_type Section::*, client_certificates Section::*, log_level Section::*, log_format Section::*,
               store_backend Section::*, sync_mode Section::*>;

template <class Section>
struct row {
  std::string_view key;
  member<Section> at;
  config::unit unit;
  config::range range;
  config::felt felt;
  std::string_view meaning;
};

using enum felt;

constexpr unit plain{""};
constexpr unit bytes{"bytes", unit::notation::size};
constexpr unit bytes_per_second{"bytes/s", unit::notation::size};
constexpr unit milliseconds{"milliseconds", unit::notation::duration};
constexpr unit seconds{"seconds", unit::notation::duration};
constexpr unit expiry{"seconds", unit::notation::expiry};
constexpr unit octal{"octal", unit::notation::octal};
constexpr unit per_second{"1/s"};
constexpr unit messages{"messages"};
constexpr unit connections{"connections"};
constexpr unit loops{"loops"};
constexpr unit aliases{"aliases"};
constexpr unit levels{"levels"};
constexpr unit subscriptions{"subscriptions"};
constexpr unit sessions{"sessions"};
constexpr unit descriptors{"descriptors"};
constexpr unit restarts{"restarts"};

constexpr range between(std::uint64_t least, std::uint64_t most) { return {least, most}; }
constexpr range any{};
constexpr range uint16_from_1{1, 65'535};
constexpr range uint16_from_0{0, 65'535};
constexpr range some{1, 0xFFFFFFFF};
constexpr range buffer{1024, 1ull << 30};
constexpr range some_time{1, 3'600'000};

const row<node_options> node_rows[] = {
  {"name", &node_options::name, plain, any, on_restart,
   "Name of this node, unique in a cluster; shown in $SYS and in the log."},
  {"loops", &node_options::loops, loops, between(0, 1024), on_restart, "Event loops, a thread each. 0: one per core."},
  {"stop_timeout", &node_options::stop_timeout, milliseconds, between(0, 3'600'000), on_restart,
   "From SIGTERM to exit at the latest; clients are told 0x8B and their queues flushed within it."},
};

const row<log_options> log_rows[] = {
  {"level", &log_options::level, plain, any, on_reload, "The least important lines that are written."},
  {"format", &log_options::format, plain, any, on_restart, "text: a line for people; json: one object a line."},
  {"file", &log_options::file, plain, any, on_restart,
   "File that lines are appended to, opened anew on SIGHUP. Empty: standard error."},
  {"peer_events_rate_max", &log_options::peer_events_rate_max, per_second, any, on_reload,
   "Lines a second and component about what clients can cause at will; more are counted and summed up in one line. "
   "0: no limit."},
};

const row<limits> limits_rows[] = {
  {"packet_bytes_max", &limits::packet_bytes_max, bytes, between(32, 268'435'460), on_restart,
   "Largest MQTT packet accepted, fixed header included; told to MQTT 5 clients. A larger one costs the link (0x95)."},
  {"handshake_timeout", &limits::handshake_timeout, milliseconds, some_time, on_restart,
   "From accept to the end of TLS, PROXY header and WebSocket upgrade."},
  {"connect_timeout", &limits::connect_timeout, milliseconds, some_time, on_restart,
   "From the end of the handshake to a complete CONNECT."},
  {"receive_maximum", &limits::receive_maximum, messages, uint16_from_1, on_restart,
   "Unacknowledged QoS 1 and 2 publications a client may have sent; told to MQTT 5 clients. More is closed with 0x93."},
  {"inflight_max", &limits::inflight_max, messages, uint16_from_1, on_restart,
   "Unacknowledged QoS 1 and 2 deliveries to one client, whatever Receive Maximum it announces."},
  {"topic_alias_max", &limits::topic_alias_max, aliases, uint16_from_0, on_restart,
   "Topic aliases a client may use, and the most the node uses towards a client."},
  {"topic_levels_max", &limits::topic_levels_max, levels, uint16_from_1, on_restart,
   "Levels of a topic name or filter: what one look-up may cost."},
  {"client_id_bytes_max", &limits::client_id_bytes_max, bytes, between(23, 65'535), on_restart,
   "Longer client ids are refused (0x85). Every server has to take 23 bytes."},
  {"subscriptions_max", &limits::subscriptions_max, subscriptions, some, on_restart,
   "Subscriptions of one session; the next one is answered with 0x97."},
  {"queue_messages_max", &limits::queue_messages_max, messages, some, on_restart, "Messages waiting for one session."},
  {"queue_bytes_max", &limits::queue_bytes_max, bytes, between(1024, 1ull << 50), on_restart,
   "Bytes of the messages waiting for one session."},
  {"queue_overflow", &limits::queue_overflow, plain, any, on_restart,
   "What happens at one of these two; drops are counted by this name. disconnect closes the link with 0x97 and keeps "
   "the queue."},
  {"queue_qos0_while_away", &limits::queue_qos0_while_away, plain, any, on_restart,
   "Whether QoS 0 is queued for a session without a connection."},
  {"outbox_bytes_max", &limits::outbox_bytes_max, bytes, buffer, on_restart,
   "Bytes encoded but not yet taken by the socket; past it, deliveries wait in the queue."},
  {"unrouted_messages_max", &limits::unrouted_messages_max, messages, some, on_restart,
   "Publications of one connection that are routed but not yet confirmed; past it, its socket is not read."},
  {"unrouted_bytes_max", &limits::unrouted_bytes_max, bytes, between(1024, 0xFFFFFFFF), on_restart,
   "Bytes of these publications; past it, the socket is not read."},
  {"publish_rate_max", &limits::publish_rate_max, per_second, any, on_restart,
   "PUBLISH packets a second taken from one connection; past it, its socket is not read. 0: no limit."},
  {"publish_bytes_rate_max", &limits::publish_bytes_rate_max, bytes_per_second, any, on_restart,
   "Bytes of PUBLISH packets a second taken from one connection; past it, its socket is not read. 0: no limit."},
  {"keep_alive_max", &limits::keep_alive_max, seconds, uint16_from_0, on_restart,
   "Longest keep alive granted; told to MQTT 5 clients. 0: what the client asks for."},
  {"session_expiry_max", &limits::session_expiry_max, expiry, between(0, 0xFFFFFFFF), on_restart,
   "Longest session expiry granted; told to MQTT 5 clients."},
  {"session_expiry_v3", &limits::session_expiry_v3, expiry, between(0, 0xFFFFFFFF), on_restart,
   "Session expiry of an MQTT 3 client that connects without clean session."},
  {"qos_max", &limits::qos_max, plain, between(0, 2), on_restart,
   "Highest QoS a client may publish with (0x9B) and is granted when it subscribes."},
  {"retain_available", &limits::retain_available, plain, any, on_restart,
   "Whether clients may publish retained messages (0x9A)."},
  {"wildcard_available", &limits::wildcard_available, plain, any, on_restart,
   "Whether clients may subscribe with + and # (0xA2)."},
  {"shared_available", &limits::shared_available, plain, any, on_restart,
   "Whether clients may subscribe to $share/... (0x9E)."},
  {"linger", &limits::linger, milliseconds, between(0, 60'000), on_restart,
   "How long a closing link is still read, so that the reason reaches the client."},
};

const row<node_limits> node_limits_rows[] = {
  {"connections_max", &node_limits::connections_max, connections, any, on_restart,
   "Open connections. 0: what the descriptor limit allows."},
  {"sessions_max", &node_limits::sessions_max, sessions, any, on_restart,
   "Sessions, connected or not; a CONNECT that would need one more is refused (0x97). 0: no limit."},
  {"descriptors_reserve", &node_limits::descriptors_reserve, descriptors, between(16, 65'535), on_restart,
   "Descriptors never used for connections: logs, certificates, the store and the cluster need theirs."},
  {"retained_messages_max", &node_limits::retained_messages_max, messages, any, on_restart,
   "Retained messages; a publication that would need one more is not retained (0x97), only routed."},
  {"retained_bytes_max", &node_limits::retained_bytes_max, bytes, any, on_restart,
   "Bytes of the retained messages; past it as above."},
  {"retained_delivery_rate", &node_limits::retained_delivery_rate, per_second, any, on_restart,
   "Retained messages sent to one session a second after it subscribes. 0: as fast as the client reads."},
  {"memory_high", &node_limits::memory_high, bytes, any, on_restart,
   "Resident memory at which new connections are refused (0x97, 503). 0: 80 % of the machine's or its cgroup's."},
  {"loop_lag_high", &node_limits::loop_lag_high, milliseconds, between(0, 3'600'000), on_restart,
   "Lag of an event loop at which new connections are refused (0x97, 503). 0: never."},
};

const row<access_options> access_rows[] = {
  {"allow_anonymous", &access_options::allow_anonymous, plain, any, on_restart,
   "Whether clients without user name and password are let in. auto: as long as there is no password file; every "
   "listener has to be bound to loopback or to a unix socket then."},
  {"password_file", &access_options::password_file, plain, any, on_restart,
   "Users and their hashes, written by `troupe passwd`; read again on SIGHUP. Empty: none."},
  {"acl_file", &access_options::acl_file, plain, any, on_restart,
   "Who may publish and subscribe to what; read again on SIGHUP and felt by live subscriptions. Empty: everything is "
   "allowed."},
  {"acl_default_allow", &access_options::acl_default_allow, plain, any, on_restart,
   "Whether a topic that no rule of the ACL file names is allowed."},
  {"disconnect_on_denied", &access_options::disconnect_on_denied, plain, any, on_restart,
   "Cut a client that publishes where it may not, instead of answering 0x87."},
};

const row<shared_subscription_options> shared_rows[] = {
  {"strategy", &shared_subscription_options::strategy, plain, any, on_restart,
   "How a shared subscription chooses the member that gets a message."},
};

const row<sys_options> sys_rows[] = {
  {"interval", &sys_options::interval, seconds, between(0, 86'400), on_restart,
   "Between two rounds of retained messages below $SYS/brokers. 0: none."},
  {"events_per_second_max", &sys_options::events_per_second_max, per_second, any, on_restart,
   "What happens to clients and actors, published below $SYS/actors: so much of it in a second; more is counted and "
   "left out. 0: nothing. Needs the admin service, and access rules: nothing is published where their default alone "
   "would let everybody have it."},
};

const row<persistence_options> persistence_rows[] = {
  {"backend", &persistence_options::backend, plain, any, on_restart,
   "Where durable state is kept: sessions with an expiry, what waits for them, retained messages. rocksdb: in files. "
   "memory: it ends with the process."},
  {"path", &persistence_options::path, plain, any, on_restart,
   "Folder of the store, made if it is missing; from the node's working directory. One node at a time uses it."},
  {"sync", &persistence_options::sync, plain, any, on_restart,
   "When a commit is on the disk. always: before anything of it is acknowledged; a power cut loses nothing. interval: "
   "within sync_interval, which is what a power cut loses. never: when the operating system likes; a power cut loses "
   "half a minute or so. kill -9 loses nothing with any of them."},
  {"sync_interval", &persistence_options::sync_interval, milliseconds, between(1, 3'600'000), on_restart,
   "Between two syncs, with sync = interval."},
  {"cache_bytes", &persistence_options::cache_bytes, bytes, between(1024 * 1024, 1ull << 40), on_restart,
   "Blocks of the store's files kept in memory, taken as they are read."},
};

const row<admin_options> admin_rows[] = {
  {"enabled", &admin_options::enabled, plain, any, on_restart, "Whether there is an admin API and a console."},
  {"bind", &admin_options::bind, plain, any, on_restart,
   "Address of the admin API and the console. One that others can reach wants a certificate."},
  {"socket", &admin_options::socket, plain, any, on_restart,
   "Unix socket of the admin API, whose owner needs no password. Empty: admin.sock in persistence.path."},
  {"certificate", &admin_options::certificate, plain, any, on_restart,
   "PEM file with the certificate and its chain. Empty: HTTP without TLS."},
  {"key", &admin_options::key, plain, any, on_restart, "PEM file with the certificate's key."},
  {"hosts", &admin_options::hosts, plain, any, on_restart,
   "Names under which browsers reach the console, besides addresses and localhost; a request for another one is "
   "refused."},
  {"initial_password", &admin_options::initial_password, plain, any, on_restart,
   "Password of the user admin at the first start. Empty: one is made up and printed to the terminal, once."},
  {"metrics_open", &admin_options::metrics_open, plain, any, on_restart,
   "Whether /metrics is answered without an API key."},
  {"history_bytes", &admin_options::history_bytes, bytes, between(1024 * 1024, 1ull << 40), on_restart,
   "Memory for what happened to clients and actors; taken as it fills, then the oldest goes."},
  {"connections_max", &admin_options::connections_max, connections, between(1, 10'000), on_restart,
   "Connections to the admin API; the next one is answered with 503."},
};

const row<supervision_options> supervision_rows[] = {
  {"restarts_max", &supervision_options::restarts_max, restarts, any, on_restart,
   "Restarts of one child within the window before its supervisor gives up on it."},
  {"window", &supervision_options::window, milliseconds, between(1, 86'400'000), on_restart,
   "The time over which restarts are counted."},
};

const row<debug_options> debug_rows[] = {
  {"allow_fault_injection", &debug_options::allow_fault_injection, plain, any, on_restart,
   "A PUBLISH from loopback to $SYS/debug/crash/... makes an actor throw. For tests of supervision."},
};

const row<listener_options> listener_rows[] = {
  {"type", &listener_options::type, plain, any, on_restart,
   "What the listener speaks: plain TCP, TLS, WebSocket, WebSocket over TLS. A new listener has to say it."},
  {"enabled", &listener_options::enabled, plain, any, on_restart, "false switches a listener off, also a default one."},
  {"bind", &listener_options::bind, plain, any, on_restart,
   "host:port, [v6]:port or unix:/path; port 0: the kernel chooses. A new listener has to say it."},
  {"connections_max", &listener_options::connections_max, connections, any, on_restart,
   "Open connections of this listener. 0: no limit of its own."},
  {"connection_rate_max", &listener_options::connection_rate_max, per_second, any, on_restart,
   "Connections accepted a second. 0: no limit."},
  {"backlog", &listener_options::backlog, connections, uint16_from_1, on_restart,
   "Connections the kernel completes ahead of accept."},
  {"tcp_nodelay", &listener_options::tcp_nodelay, plain, any, on_restart, "Small packets leave at once."},
  {"tcp_keepalive", &listener_options::tcp_keepalive, plain, any, on_restart,
   "The kernel probes idle connections: dead peers are noticed even of clients with keep alive 0."},
  {"receive_buffer_bytes", &listener_options::receive_buffer_bytes, bytes, between(0, 1ull << 30), on_restart,
   "SO_RCVBUF. 0: the kernel's choice."},
  {"send_buffer_bytes", &listener_options::send_buffer_bytes, bytes, between(0, 1ull << 30), on_restart,
   "SO_SNDBUF. 0: the kernel's choice."},
  {"unix_mode", &listener_options::unix_mode, octal, between(0, 0777), on_restart, "Permissions of a unix socket."},
  {"proxy_protocol", &listener_options::proxy_protocol, plain, any, on_restart,
   "Every connection has to begin with a PROXY v1 or v2 header from a trusted proxy."},
  {"trusted_proxies", &listener_options::trusted_proxies, plain, any, on_restart,
   "Addresses, networks (10.0.0.0/8) or unix: only these are believed a PROXY header or X-Forwarded-For."},
  {"allow", &listener_options::allow, plain, any, on_restart, "Addresses or networks that may connect. Empty: all."},
  {"deny", &listener_options::deny, plain, any, on_restart,
   "Addresses or networks that may not connect; wins over allow."},
  {"mount_point", &listener_options::mount_point, plain, any, on_restart,
   "Put before every topic of this listener's clients, who do not see it."},
};

const row<websocket_options> websocket_rows[] = {
  {"paths", &websocket_options::paths, plain, any, on_restart,
   "Request paths that are served; another one is answered with 404."},
  {"subprotocols", &websocket_options::subprotocols, plain, any, on_restart,
   "Subprotocols accepted, in order of preference."},
  {"subprotocol_required", &websocket_options::subprotocol_required, plain, any, on_restart,
   "Whether an upgrade that offers none of them is refused (400)."},
  {"origins", &websocket_options::origins, plain, any, on_restart,
   "Origins of pages that may connect, as https://example.org; others get 403. Empty: all. A client without Origin is "
   "no browser and passes."},
  {"frame_bytes_max", &websocket_options::frame_bytes_max, bytes, between(0, 268'435'460), on_restart,
   "Largest frame and message, also after inflating. 0: follows packet_bytes_max."},
  {"header_bytes_max", &websocket_options::header_bytes_max, bytes, between(512, 1'048'576), on_restart,
   "Request line and header fields of an upgrade; more is refused."},
  {"ping_interval", &websocket_options::ping_interval, seconds, between(0, 86'400), on_restart,
   "Between two pings of the server. 0: none."},
  {"ping_grace", &websocket_options::ping_grace, seconds, between(1, 86'400), on_restart,
   "Silence after a ping before the link is closed; long enough for a throttled background tab, whose timers fire once "
   "a minute."},
};

const row<deflate_options> deflate_rows[] = {
  {"enabled", &deflate_options::enabled, plain, any, on_restart,
   "Whether permessage-deflate is offered to clients that ask for it: less traffic for memory and time."},
  {"window_bits", &deflate_options::window_bits, plain, between(9, 15), on_restart,
   "Window of 2 to this power of bytes, ours and the most granted to the client; zlib has no raw deflate with 8."},
  {"memory_level", &deflate_options::memory_level, plain, between(1, 9), on_restart,
   "Memory of zlib's compressor: 2 to the power of this plus 9 bytes."},
  {"level", &deflate_options::level, plain, between(1, 9), on_restart, "1: fastest; 9: smallest."},
  {"context_takeover", &deflate_options::context_takeover, plain, any, on_restart,
   "Keep the window between messages: better ratio, memory per connection."},
  {"threshold_bytes", &deflate_options::threshold_bytes, bytes, any, on_restart,
   "Smaller messages are sent as they are."},
};

const row<tls_options> tls_rows[] = {
  {"certificate", &tls_options::certificate, plain, any, on_restart,
   "PEM file with the certificate and its chain; read again on SIGHUP."},
  {"key", &tls_options::key, plain, any, on_restart, "PEM file with the certificate's key; read again on SIGHUP."},
  {"ca", &tls_options::ca, plain, any, on_restart,
   "PEM file that client certificates are checked against; read again on SIGHUP."},
  {"client_certificates", &tls_options::client_certificates, plain, any, on_restart,
   "Whether clients are asked for a certificate, and whether they need one."},
  {"version_min", &tls_options::version_min, plain, any, on_restart, "Oldest TLS version accepted: 1.2 or 1.3."},
  {"version_max", &tls_options::version_max, plain, any, on_restart, "Newest TLS version accepted: 1.2 or 1.3."},
  {"ciphers", &tls_options::ciphers, plain, any, on_restart, "Cipher list of TLS 1.2. Empty: OpenSSL's default."},
  {"ciphersuites", &tls_options::ciphersuites, plain, any, on_restart,
   "Cipher suites of TLS 1.3. Empty: OpenSSL's default."},
  {"alpn", &tls_options::alpn, plain, any, on_restart,
   "Protocols offered, in order of preference. Empty: ALPN is not answered."},
  {"common_name_as_user", &tls_options::common_name_as_user, plain, any, on_restart,
   "Take the user name from the subject common name of the client's certificate."},
};

constexpr alias alias_rows[] = {{"allow_anonymous", "access.allow_anonymous"}};

template <class Section>
void add(std::vector<option>& to, const std::string& prefix, Section& section, std::span<const row<Section>> rows) {
  for (const auto& one : rows) {
    const auto at = std::visit([&](auto place) -> field { return &(section.*place); }, one.at);
    to.push_back({prefix + std::string{one.key}, at, one.unit, one.range, one.felt, one.meaning});
  }
}

void add_components(std::vector<option>& to, log_options& log) {
  for (auto component : log::component_names)
    to.push_back({"log.components." + std::string{component}, component_level{&log.components, component}, plain, any,
                  on_reload, "Level of this component's lines. auto: log.level."});
}

void add_listener(std::vector<option>& to, const std::string& prefix, listener_options& listener) {
  add<listener_options>(to, prefix, listener, listener_rows);
  add<websocket_options>(to, prefix + "websocket.", listener.websocket, websocket_rows);
  add<deflate_options>(to, prefix + "websocket.deflate.", listener.websocket.deflate, deflate_rows);
  add<tls_options>(to, prefix + "tls.", listener.tls, tls_rows);
  add<limits>(to, prefix + "limits.", listener.limits, limits_rows);
}

}  // namespace

std::vector<option> options_of(options& of) {
  std::vector<option> all;
  add<node_options>(all, "node.", of.node, node_rows);
  add<log_options>(all, "log.", of.log, log_rows);
  add_components(all, of.log);
  add<limits>(all, "limits.", of.limits, limits_rows);
  add<node_limits>(all, "node_limits.", of.node_limits, node_limits_rows);
  add<access_options>(all, "access.", of.access, access_rows);
  add<shared_subscription_options>(all, "shared_subscriptions.", of.shared_subscriptions, shared_rows);
  add<sys_options>(all, "sys.", of.sys, sys_rows);
  add<persistence_options>(all, "persistence.", of.persistence, persistence_rows);
  add<admin_options>(all, "admin.", of.admin, admin_rows);
  add<supervision_options>(all, "supervision.", of.supervision, supervision_rows);
  add<debug_options>(all, "debug.", of.debug, debug_rows);
  for (auto& [name, listener] : of.listeners) add_listener(all, "listeners." + name + ".", listener);
  return all;
}

std::span<const alias> aliases() { return alias_rows; }

}  // namespace troupe::config
