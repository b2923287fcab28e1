#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Every option of a node, as plain structs: the manual of the configuration.
/// Sizes are bytes, durations are std::chrono, 0 means "no limit" only where a comment says so.
/// config/table.cpp gives each of them its name in the file, its range and one line of help; a new option needs a row
/// there too (a test counts them).
namespace troupe::config {

/// What a full session queue does with the next message. The drop is counted by this name.
enum class overflow : std::uint8_t {
  drop_oldest,      ///< the longest waiting message goes: a reader that comes back sees the newest state
  drop_newest,      ///< the new message goes: what was promised first is kept
  drop_qos0_first,  ///< the oldest QoS 0 message goes; without one, the oldest message
  disconnect,       ///< the link is closed with 0x97, the queue is kept as it is
};

/// How a shared subscription chooses the member that gets a message.
enum class share_strategy : std::uint8_t {
  round_robin,  ///< in turn, counted per shard
  random,
  hash_clientid,  ///< by the publisher's client id
  hash_topic,     ///< by the topic name: one topic always goes to one member
  sticky,         ///< the same member until it leaves
  local,          ///< a member on the publisher's node while there is one, else as round_robin
};

/// What a listener speaks: plain TCP, TLS, WebSocket, WebSocket over TLS.
enum class listener_type : std::uint8_t { tcp, tls, ws, wss };

/// Whether a TLS listener asks the client for a certificate.
enum class client_certificates : std::uint8_t {
  off,       ///< not asked for
  optional,  ///< asked for; a client without one is served, one with a bad one is not
  required,  ///< a client without a valid one does not get past the TLS handshake
};

enum class log_level : std::uint8_t { trace, debug, info, warning, error, off };

/// text: a line for people; json: one object a line, for machines.
enum class log_format : std::uint8_t { text, json };

/// Where durable state is kept: in files below persistence.path, or in memory, which ends with the process.
enum class store_backend : std::uint8_t { rocksdb, memory };

/// When a commit is on the disk and not only with the operating system. Whatever it is, the end of the process alone
/// (kill -9) loses nothing that was acknowledged, and a commit is there whole or not at all.
enum class sync_mode : std::uint8_t {
  always,    ///< before anything of it is acknowledged: a power cut loses nothing
  interval,  ///< after at most persistence.sync_interval: a power cut loses what was acknowledged in that time
  never,     ///< when the operating system likes: a power cut loses what was acknowledged in the last half minute or so
};

/// Limits of one connection and its session. `[limits]` sets them for the node, `[listeners.<name>.limits]` for one
/// listener.
struct limits {
  /// Largest MQTT packet accepted, fixed header included; told to MQTT 5 clients in CONNACK. A larger one costs the
  /// link (0x95).
  std::uint32_t packet_bytes_max = 2 * 1024 * 1024;
  /// From accept to the end of TLS, PROXY header and WebSocket upgrade: half-open connections do not pile up.
  std::chrono::milliseconds handshake_timeout{5000};
  /// From the end of the handshake to a complete CONNECT.
  std::chrono::milliseconds connect_timeout{5000};
  /// Unacknowledged QoS 1 and 2 publications a client may have sent (Receive Maximum of the server). A client that
  /// sends more is closed with 0x93.
  std::uint16_t receive_maximum = 100;
  /// Unacknowledged QoS 1 and 2 deliveries to one client, whatever Receive Maximum it announces.
  std::uint16_t inflight_max = 100;
  /// Topic aliases a client may use, and the most the node uses towards a client; each costs memory for its topic.
  std::uint16_t topic_alias_max = 16;
  /// Levels of a topic name or filter: what one look-up may cost.
  std::uint16_t topic_levels_max = 128;
  /// Longer client ids are refused (0x85). Every server has to take 23 bytes [MQTT-3.1.3-5].
  std::uint16_t client_id_bytes_max = 1024;
  /// Subscriptions of one session; the next one is answered with 0x97.
  std::uint32_t subscriptions_max = 100'000;
  /// Messages waiting for one session, and their bytes; whichever is reached first counts.
  std::uint32_t queue_messages_max = 100'000;
  std::uint64_t queue_bytes_max = 64ull * 1024 * 1024;
  /// What happens at one of these two.
  overflow queue_overflow = overflow::drop_oldest;
  /// Whether QoS 0 is queued for a session without a connection. The standard leaves it open; most clients that come
  /// back do not want it.
  bool queue_qos0_while_away = false;
  /// Bytes encoded but not yet taken by the socket; past it, deliveries wait in the queue.
  std::uint32_t outbox_bytes_max = 256 * 1024;
  /// Publications routed but not yet confirmed by the shards, and their bytes; past it, the socket is not read: a fast
  /// publisher is slowed by TCP instead of being buffered.
  std::uint32_t unrouted_messages_max = 32;
  std::uint32_t unrouted_bytes_max = 4 * 1024 * 1024;
  /// PUBLISH packets and bytes a second taken from one connection; past it, the socket is not read. 0: no limit.
  std::uint32_t publish_rate_max = 0;
  std::uint64_t publish_bytes_rate_max = 0;
  /// Longest keep alive granted (MQTT 5: told as Server Keep Alive). 0: what the client asks for.
  std::chrono::seconds keep_alive_max{0};
  /// Longest session expiry granted (MQTT 5: told in CONNACK). 0xFFFFFFFF seconds: never expires.
  std::chrono::seconds session_expiry_max{0xFFFFFFFF};
  /// Session expiry of an MQTT 3 client that connects without clean session, which cannot name one itself.
  std::chrono::seconds session_expiry_v3{0xFFFFFFFF};
  /// Highest QoS a client may publish with (0x9B) and is granted when it subscribes.
  std::uint8_t qos_max = 2;
  /// Whether clients may publish retained messages (0x9A) ...
  bool retain_available = true;
  /// ... subscribe with + and # (0xA2) ...
  bool wildcard_available = true;
  /// ... and to $share/... (0x9E).
  bool shared_available = true;
  /// How long a closing link is still read so that the reason reaches the client: a socket closed with unread bytes
  /// answers with a reset, and a reset destroys what the client has not read yet.
  std::chrono::milliseconds linger{2000};
};

/// Limits of the whole node.
struct node_limits {
  /// Open connections. 0: what the descriptor limit allows.
  std::uint32_t connections_max = 0;
  /// Sessions, connected or not; a CONNECT that would need one more is refused (0x97). 0: no limit.
  std::uint32_t sessions_max = 0;
  /// Descriptors never used for connections: log files, certificates, the store and the cluster need theirs.
  std::uint32_t descriptors_reserve = 64;
  /// Retained messages and their bytes; a publication that would need more is not retained (0x97), only routed.
  std::uint32_t retained_messages_max = 1'000'000;
  std::uint64_t retained_bytes_max = 1024ull * 1024 * 1024;
  /// Retained messages sent to one session a second after it subscribes. 0: as fast as the client reads.
  std::uint32_t retained_delivery_rate = 0;
  /// Resident memory, in bytes, at which new connections are refused (0x97, 503). 0: 80 % of the machine's (or its
  /// cgroup's) memory.
  std::uint64_t memory_high = 0;
  /// Loop lag at which new connections are refused (0x97, 503): who is here already is served first. 0: never.
  std::chrono::milliseconds loop_lag_high{500};
};

/// Of listeners of type tls and wss.
struct tls_options {
  std::string certificate;  ///< PEM file, the chain included
  std::string key;          ///< PEM file
  std::string ca;           ///< PEM file that client certificates are checked against
  troupe::config::client_certificates client_certificates = troupe::config::client_certificates::off;
  std::string version_min = "1.2";  ///< "1.2" or "1.3"
  std::string version_max = "1.3";
  std::string ciphers;            ///< TLS 1.2 cipher list; empty: OpenSSL's default
  std::string ciphersuites;       ///< TLS 1.3 suites; empty: OpenSSL's default
  std::vector<std::string> alpn;  ///< protocols offered; empty: ALPN is not answered
  /// Take the user name from the certificate's subject common name.
  bool common_name_as_user = false;
};

/// permessage-deflate (RFC 7692). Off by default: it costs memory per connection and time per message.
struct deflate_options {
  bool enabled = false;
  int window_bits = 12;           ///< 9..15, ours and the most granted to the client; zlib has no raw deflate with 8
  int memory_level = 4;           ///< 1..9, of zlib: 2^(level+9) bytes per compressing connection
  int level = 6;                  ///< 1..9, of zlib: speed to ratio
  bool context_takeover = false;  ///< keep the window between messages: better ratio, memory per connection
  std::uint32_t threshold_bytes = 128;  ///< smaller messages are sent as they are
};

/// Of listeners of type ws and wss.
struct websocket_options {
  std::vector<std::string> paths{"/mqtt"};  ///< request paths served; another one is answered with 404
  std::vector<std::string> subprotocols{"mqtt", "mqttv3.1"};  ///< accepted, in order of preference
  bool subprotocol_required = true;  ///< an upgrade that offers none of them is answered with 400
  /// Allowed origins, e.g. "https://example.org"; another one is answered with 403. Empty: all. A client that sends no
  /// Origin is no browser and passes.
  std::vector<std::string> origins;
  /// Largest frame and message accepted, also after inflating. 0: follows packet_bytes_max.
  std::uint32_t frame_bytes_max = 0;
  /// Request line and header fields of an upgrade; more is refused.
  std::uint32_t header_bytes_max = 8 * 1024;
  deflate_options deflate;
  /// Server pings. 0: none.
  std::chrono::seconds ping_interval{0};
  /// Silence after a ping before the link is closed; long enough for a throttled background tab, whose timers fire
  /// once a minute.
  std::chrono::seconds ping_grace{90};
};

/// One `[listeners.<name>]`.
struct listener_options {
  std::string name;  ///< <name> itself
  listener_type type = listener_type::tcp;
  bool enabled = true;
  std::string bind;                          ///< "host:port", "[v6]:port", "unix:/path"; port 0: the kernel chooses
  std::uint32_t connections_max = 0;         ///< 0: no limit of its own
  std::uint32_t connection_rate_max = 0;     ///< accepted a second; 0: no limit
  int backlog = 4096;                        ///< connections the kernel completes ahead of accept
  bool tcp_nodelay = true;                   ///< small packets leave at once
  bool tcp_keepalive = true;                 ///< notices dead peers even of clients with keep alive 0
  std::uint32_t receive_buffer_bytes = 0;    ///< SO_RCVBUF; 0: the kernel's
  std::uint32_t send_buffer_bytes = 0;       ///< SO_SNDBUF; 0: the kernel's
  std::uint32_t unix_mode = 0660;            ///< permissions of a unix socket
  bool proxy_protocol = false;               ///< expect a PROXY v1 or v2 header
  std::vector<std::string> trusted_proxies;  ///< addresses or CIDR; only these may speak PROXY or X-Forwarded-For
  std::vector<std::string> allow;            ///< addresses or CIDR; empty: all
  std::vector<std::string> deny;             ///< addresses or CIDR; wins over allow
  std::string mount_point;                   ///< topic prefix of every client of this listener
  websocket_options websocket;
  tls_options tls;
  troupe::config::limits limits;  ///< starts as the node's `[limits]`
};

/// Who may connect, and what they may publish and subscribe to.
struct access_options {
  /// Clients without user name and password. Unset: allowed as long as there is no password file, and then every
  /// listener has to be bound to loopback or to a unix socket.
  std::optional<bool> allow_anonymous;
  std::string password_file;  ///< written by `troupe passwd`; read again on SIGHUP
  std::string acl_file;       ///< read again on SIGHUP and felt by live subscriptions; empty: everything is allowed
  /// What a topic that no ACL rule names gets, once there is an ACL file.
  bool acl_default_allow = false;
  /// Cut a client that publishes where it may not, instead of answering 0x87.
  bool disconnect_on_denied = false;
};

struct shared_subscription_options {
  share_strategy strategy = share_strategy::round_robin;
};

struct sys_options {
  /// Between two rounds of retained $SYS messages. 0: none.
  std::chrono::seconds interval{10};
  /// Events a second that are published below $SYS/actors, to whom access rules let have them; more are counted and
  /// left out. 0: none.
  std::uint32_t events_per_second_max = 1000;
};

/// Durable state: what a node still knows after it was stopped, killed or without power.
struct persistence_options {
  store_backend backend = store_backend::rocksdb;
  std::string path = "./data";  ///< a folder of its own; one node at a time uses it
  sync_mode sync = sync_mode::always;
  std::chrono::milliseconds sync_interval{1000};  ///< with sync = interval
  /// Blocks of the store's files kept in memory. They are in the operating system's page cache, too.
  std::uint64_t cache_bytes = 32ull * 1024 * 1024;
};

/// Where an operator looks into the node: the API under /api/v1, the console, figures for Prometheus.
struct admin_options {
  bool enabled = true;
  std::string bind = "127.0.0.1:18083";  ///< "host:port"; port 0: the kernel chooses
  /// Unix socket whose owner needs no password. Empty: `admin.sock` in persistence.path.
  std::string socket;
  std::string certificate;         ///< PEM file, the chain included; empty: plain HTTP
  std::string key;                 ///< PEM file
  std::vector<std::string> hosts;  ///< names that pages may be asked for under, besides addresses and localhost
  /// Password of the first user, `admin`. Empty: one is made up and printed to the terminal, once.
  std::string initial_password;
  bool metrics_open = false;                          ///< whether /metrics is for everybody
  std::uint64_t history_bytes = 64ull * 1024 * 1024;  ///< of what happened to clients and actors
  std::uint32_t connections_max = 64;                 ///< the next one is answered with 503
};

struct log_options {
  log_level level = log_level::info;
  std::map<std::string, log_level> components;  ///< level of one component, e.g. session = "debug"
  log_format format = log_format::text;
  std::string file;  ///< empty: standard error; reopened on SIGHUP
  /// Lines a second and component about what clients can cause at will (bad packets, refused connections). More are
  /// counted and summed up in one line, so that a flood of connections is no flood of the disk. 0: no limit.
  std::uint32_t peer_events_rate_max = 20;
};

struct node_options {
  std::string name = "troupe@localhost";  ///< unique in a cluster; shown in $SYS and the log
  /// Event loops. 0: one per core.
  std::uint32_t loops = 0;
  /// From SIGTERM to exit at the latest; clients are told 0x8B and their queues flushed within it.
  std::chrono::milliseconds stop_timeout{10'000};
};

struct supervision_options {
  /// Restarts of one child within `window` before its supervisor gives up on it.
  std::uint32_t restarts_max = 10;
  std::chrono::milliseconds window{10'000};
};

struct debug_options {
  /// Publishing from loopback to $SYS/debug/crash/... makes an actor throw.
  bool allow_fault_injection = false;
};

struct options {
  node_options node;
  log_options log;
  troupe::config::limits limits;
  troupe::config::node_limits node_limits;
  access_options access;
  shared_subscription_options shared_subscriptions;
  sys_options sys;
  persistence_options persistence;
  admin_options admin;
  supervision_options supervision;
  debug_options debug;
  /// By name; never empty after loading: the defaults are `tcp` and `ws`.
  std::map<std::string, listener_options> listeners;
};

}  // namespace troupe::config
