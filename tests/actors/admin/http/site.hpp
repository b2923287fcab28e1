#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "actors/admin/http/server.hpp"

namespace troupe::admin::test {

/// Lets in by name: "Authorization: viewer" is a viewer of that name, and so on; "wrong" is refused, "broken" throws.
struct name_gate final : gatekeeper {
  std::variant<caller, answer> admit(const credentials& shown) override;
  std::string shown_path;
  std::string shown_address;
  bool was_secure = false;
  bool is_broken = false;  ///< throws for everybody
  bool is_locked = false;  ///< nobody is let in any more
};

/// A server on a port of the kernel's choice, with what its tests need; runs only while they wait for something.
class site {
public:
  explicit site(server_options with = {});

  void add(boost::beast::http::verb method, const char* pattern, handler what, role least = role::nobody);
  void add(const char* pattern, std::function<void(const request&, std::shared_ptr<stream>)> open);
  /// Listens at a free port; what was added before is served.
  void start(std::shared_ptr<boost::asio::ssl::context> tls = nullptr);
  /// Runs until it holds; false after ten seconds.
  bool until(const std::function<bool()>& holds);
  bool until_idle() {
    return until([&] { return on->counters().connections_open == 0; });
  }
  std::uint16_t port() const;

  boost::asio::io_context io;
  server_options options;
  router routes;
  std::shared_ptr<name_gate> gate = std::make_shared<name_gate>();
  std::unique_ptr<server> on;
};

/// What came back for one request.
struct seen {
  unsigned status = 0;                        ///< 0: the connection ended first
  std::map<std::string, std::string> header;  ///< names in lower case
  std::string body;
};

/// Sends bytes as they are, and reads what comes while the site runs.
class client {
public:
  explicit client(site& at, const std::string& unix_path = {});
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  void send(std::string_view bytes);
  /// The next answer.
  seen receive(bool has_body = true);
  /// Sends a request with a Host field, these other lines and this body, and reads the answer.
  seen ask(std::string_view method, std::string_view target, std::string_view lines = {}, std::string_view body = {});
  /// Whether the server ends the connection; drops what comes before.
  bool is_ended();
  /// At least so many bytes, taken off what came; fewer when the connection ended first.
  std::string take(std::size_t bytes);
  void close();
  /// Whether the server ended the connection without regard to what was on its way.
  bool was_reset() const { return reset_; }

private:
  bool pull();  ///< false: nothing came
  bool fill(const std::function<bool()>& enough);

  site& at_;
  int fd_ = -1;
  bool ended_ = false;
  bool reset_ = false;
  std::string came_;
};

std::string request_text(std::string_view method, std::string_view target, std::string_view lines = {},
                         std::string_view body = {});
/// A handler that answers with this object at once.
handler says(boost::json::object what);

}  // namespace troupe::admin::test
