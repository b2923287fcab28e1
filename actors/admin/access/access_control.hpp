#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <boost/asio/io_context.hpp>

#include "actors/admin/access/accounts.hpp"
#include "actors/admin/access/audit_log.hpp"
#include "actors/admin/access/failure_limits.hpp"
#include "actors/admin/access/gate.hpp"
#include "actors/admin/access/log_ins.hpp"
#include "actors/admin/access/password_worker.hpp"

namespace troupe::admin {

struct access_options {
  std::string folder;            ///< which exists: of admin.json and admin-audit.log
  std::string initial_password;  ///< of the first admin; empty: one is generated
  bool secure_cookie = false;    ///< the service is reached through TLS: the browser sends the cookie nowhere else
  bool open_metrics = false;     ///< /metrics without a key
};

/// All that decides who may do what, in one place. Used on the thread of the service, by the gate and the routes.
class access_control {
public:
  using opened = std::variant<std::shared_ptr<access_control>, std::string>;
  /// Takes a tenth of a second for hashing. `service` has to outlive it. The error is a sentence: the console cannot
  /// start.
  static opened open(const access_options& wanted, boost::asio::io_context& service,
                     surroundings around = surroundings::real());

  /// Of the admin that was created by open(), when it was generated: to be printed once, on the terminal alone.
  const std::optional<std::string>& generated_password() const noexcept { return generated_password_; }

  const access_options options;  ///< without the password
  const surroundings around;
  const std::unique_ptr<accounts> known;
  const std::shared_ptr<audit_log> audit;
  const std::string dummy_hash;  ///< what the password of an unknown user is checked against, for the same time
  log_ins sessions;
  failure_limits failures;
  gate keeper;
  password_worker worker;

private:
  access_control(access_options with, boost::asio::io_context& service, surroundings in,
                 std::unique_ptr<accounts> accounts_read, std::shared_ptr<audit_log> log, std::string dummy);

  std::optional<std::string> generated_password_;
};

/// For the server.
inline std::shared_ptr<gatekeeper> gatekeeper_of(const std::shared_ptr<access_control>& access) {
  return {access, &access->keeper};
}

}  // namespace troupe::admin
