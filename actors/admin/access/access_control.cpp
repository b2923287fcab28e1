#include "actors/admin/access/access_control.hpp"

#include <utility>

#include "actors/admin/access/secrets.hpp"
#include "actors/auth/password_hash.hpp"

namespace troupe::admin {

access_control::opened access_control::open(const access_options& wanted, boost::asio::io_context& service,
                                            surroundings around) {
  auto read = accounts::open(wanted.folder + "/admin.json", around);
  if (auto* wrong = std::get_if<std::string>(&read)) return std::move(*wrong);
  auto known = std::get<0>(std::move(read));

  auto log = audit_log::open(wanted.folder + "/admin-audit.log", around);
  if (auto* wrong = std::get_if<std::string>(&log)) return std::move(*wrong);

  const bool first_start = known->book().users.empty();
  auto generated = ensure_admin(*known, wanted.initial_password, around);
  if (auto* wrong = std::get_if<std::string>(&generated)) return std::move(*wrong);
  if (first_start)
    std::get<0>(log)->record(
      {.who = {}, .address = {}, .action = "create_user", .target = "admin", .outcome = "done at the first start"});

  const auto nobodys = new_secret(around);
  auto dummy = nobodys ? auth::hash_password(*nobodys) : std::nullopt;
  if (!dummy) return std::string{"A password could not be hashed: no memory or no random bytes."};

  auto without_password = wanted;
  without_password.initial_password.clear();
  std::shared_ptr<access_control> made{new access_control{std::move(without_password), service, std::move(around),
                                                          std::move(known), std::get<0>(std::move(log)),
                                                          *std::move(dummy)}};
  made->generated_password_ = std::get<0>(std::move(generated));
  return made;
}

access_control::access_control(access_options with, boost::asio::io_context& service, surroundings in,
                               std::unique_ptr<accounts> accounts_read, std::shared_ptr<audit_log> log,
                               std::string dummy)
  : options{std::move(with)},
    around{std::move(in)},
    known{std::move(accounts_read)},
    audit{std::move(log)},
    dummy_hash{std::move(dummy)},
    sessions{around},
    failures{around},
    keeper{*known, sessions, options.open_metrics},
    worker{service} {
  known->when_changed([this](std::string_view user) { sessions.end_all_of(user); });
}

}  // namespace troupe::admin
