#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/session/protocol/authenticator.hpp"
#include "actors/session/protocol/will.hpp"
#include "config/options.hpp"
#include "routing/publication.hpp"
#include "transport/mqtt/codec.hpp"

/// What happens before a session exists: the first packet of a connection is judged.
namespace troupe::session {

/// What judging a CONNECT may know. `unique_id` is fresh randomness for a client id that the server assigns.
struct handshake_environment {
  const config::limits& limits;
  std::string_view mount_point{};
  const authenticator* authentication = nullptr;  ///< null: every Authentication Method is refused (0x8C)
  std::array<std::uint64_t, 2> unique_id{};
};

/// A CONNECT that may become a session. Owns its data: authentication and registry answer after the packet's buffer
/// is gone.
struct connect_request {
  mqtt::version version = mqtt::version::v3_1_1;
  std::string client_id;  ///< assigned when the client sent none
  bool client_id_assigned = false;
  bool clean_start = true;
  std::uint16_t keep_alive = 0;  ///< granted, seconds; 0: off
  bool keep_alive_capped = false;
  std::uint32_t session_expiry = 0;  ///< granted, seconds; 0xFFFFFFFF: never
  bool session_expiry_capped = false;
  std::uint16_t receive_maximum = 65535;
  std::uint32_t maximum_packet_size = 0;
  std::uint16_t topic_alias_maximum = 0;
  bool request_response_information = false;
  std::optional<std::string> user_name;
  std::optional<std::vector<std::byte>> password;
  std::optional<std::string> authentication_method;
  std::vector<std::byte> authentication_data;
  /// Data of the last step of enhanced authentication, to go with CONNACK.
  std::optional<std::vector<std::byte>> authentication_answer;
  std::optional<stored_will> will;  ///< its topic has the mount point
};

/// A connection that gets no session: `connack` is sent (it may be empty), then the link closes [MQTT-3.2.2-7], and
/// nothing more is sent [MQTT-3.14.0-1] or read [MQTT-3.1.4-6].
struct refusal {
  mqtt::reason reason = mqtt::reason::unspecified_error;
  std::string_view text;  ///< static, for the log
  std::vector<std::byte> connack;
  std::string client_id = {};  ///< where it was read and is not taken
};

/// Judges the first packet of a connection, as bytes. Anything but a CONNECT is refused without an answer.
std::variant<connect_request, refusal> accept(mqtt::bytes_view packet, const handshake_environment& env);
/// The same for a CONNECT that is decoded already.
std::variant<connect_request, refusal> accept(const mqtt::connect& packet, const handshake_environment& env);

/// The refusal of a client whose CONNECT was well formed: bad password, server busy, quota exceeded, not authorized...
refusal refuse(mqtt::version version, mqtt::reason reason, std::string_view text);

/// A step of enhanced authentication before CONNACK. `exchange` is null before the first step.
struct authentication_progress {
  enum class state : std::uint8_t { wait, done, refused };
  authentication_progress::state state = state::refused;
  std::vector<std::byte> send;  ///< AUTH to wait, CONNACK to refuse, empty when done
  mqtt::reason reason = mqtt::reason::success;
  std::string_view text;
};

/// First step, on the data of CONNECT. Precondition: the request has a method, and it is `mechanism`'s.
authentication_progress authenticate(connect_request& request, const authenticator& mechanism,
                                     std::unique_ptr<authentication_exchange>& exchange);
/// Later steps: `packet` is what the client sent instead of CONNECT's end; only AUTH and DISCONNECT are allowed
/// [MQTT-3.1.2-30].
authentication_progress authenticate(connect_request& request, const authenticator& mechanism,
                                     std::unique_ptr<authentication_exchange>& exchange, mqtt::bytes_view packet);

}  // namespace troupe::session
