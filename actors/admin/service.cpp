#include "actors/admin/service.hpp"

#include <cstdio>
#include <filesystem>
#include <mutex>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "actors/admin/access/access_control.hpp"
#include "actors/admin/access/access_routes.hpp"
#include "actors/admin/access/audited.hpp"
#include "actors/admin/background_thread.hpp"
#include "actors/admin/ban_sweep.hpp"
#include "actors/admin/console_files.hpp"
#include "actors/admin/http/server.hpp"
#include "actors/admin/resources/events.hpp"
#include "actors/admin/resources/resources.hpp"
#include "actors/admin/resources/traces.hpp"
#include "actors/admin/sampler.hpp"
#include "actors/admin/work_watch.hpp"
#include "config/address.hpp"
#include "config/log.hpp"

namespace troupe::admin {

namespace {

using boost::beast::http::verb;

constexpr std::size_t bans_expired_at_once = 1'000;
constexpr std::size_t sun_path_max = 107;  ///< bytes of a unix socket's path, unix(7)

std::shared_ptr<access_control> open_access(const node_view& node, boost::asio::io_context& io) {
  const auto& from = node.options.admin;
  const auto folder = std::filesystem::path{node.options.persistence.path} / "admin";
  std::filesystem::create_directories(folder);
  auto opened = access_control::open({.folder = folder.string(),
                                      .initial_password = from.initial_password,
                                      .secure_cookie = !from.certificate.empty(),
                                      .open_metrics = from.metrics_open},
                                     io);
  if (const auto* wrong = std::get_if<std::string>(&opened)) throw std::runtime_error{"admin: " + *wrong};
  return std::get<std::shared_ptr<access_control>>(opened);
}

// Not a line of the log: that may be a file which others read.
void tell_password(const access_control& access) {
  if (const auto& password = access.generated_password())
    std::fprintf(stderr, "The console's first user is admin, with the password %s\n", password->c_str());
}

std::shared_ptr<boost::asio::ssl::context> tls_of(const config::admin_options& from) {
  if (from.certificate.empty()) return nullptr;
  auto result = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
  result->set_options(boost::asio::ssl::context::default_workarounds | boost::asio::ssl::context::no_tlsv1 |
                      boost::asio::ssl::context::no_tlsv1_1);
  result->use_certificate_chain_file(from.certificate);
  result->use_private_key_file(from.key, boost::asio::ssl::context::pem);
  return result;
}

bool changes_something(verb method) { return method != verb::get && method != verb::head; }

}  // namespace

struct service::parts {
  parts(const node_view& node, event_history& events)
    : view{node},
      history{events},
      ask{view, io},
      traces{ask},
      bans{ask},
      figures{view},
      work{view, io},
      access{open_access(view, io)},
      web{io, options(), routes(), gatekeeper_of(access), std::make_shared<console_files>()} {}

  server_options options() const {
    server_options result;
    result.connections_max = view.options.admin.connections_max;
    result.host_names = view.options.admin.hosts;
    return result;
  }

  router routes() {
    router all;
    for (auto& each : access_routes(access)) all.add(std::move(each));
    for (auto& part : {node_routes(ask, figures), actor_routes(ask, history, work), client_routes(ask),
                       event_routes(ask, history), subscription_routes(ask), topic_routes(ask), retained_routes(ask),
                       publish_routes(ask), metric_routes(ask, figures), listener_routes(ask), config_routes(ask),
                       trace_routes(traces, view.options.limits.topic_levels_max), ban_routes(ask, bans)})
      for (auto each : part) {
        if (changes_something(each.method))
          each.handler = audited(access->audit, std::string{to_string(each.method)} + " " + each.pattern, each.handler);
        all.add(std::move(each));
      }
    all.add(event_stream(ask, history));
    auto counted = [this] { return web.counters(); };
    for (auto& part : {description_routes(), exposition_routes(ask, figures, history, counted)})
      for (auto each : part) all.add(std::move(each));
    for (const auto& each : all.calls()) log::debug("admin", "serves {}", each);
    return all;
  }

  void listen() {
    const auto& from = view.options.admin;
    web.listen(*config::parse_bind(from.bind), tls_of(from));
    auto socket = from.socket.empty() ? (std::filesystem::path{view.options.persistence.path} / "admin.sock").string()
                                      : from.socket;
    if (socket.size() <= sun_path_max) return web.listen({.host = {}, .unix_path = std::move(socket)});
    log::warning("admin", "there is no unix socket: its path {} has more than {} bytes", socket, sun_path_max);
  }

  void sample_each_second() {
    second.expires_after(std::chrono::seconds{1});
    second.async_wait([this](boost::system::error_code failed) {
      if (failed) return;
      figures.sample();
      traces.tick();
      view.bans.expire(actors::ban_clock(), bans_expired_at_once);
      sample_each_second();
    });
  }

  std::mutex serving;  ///< of the thread that works here: an actor's, its successor's, who stops the node
  const node_view view;
  event_history& history;
  boost::asio::io_context io{1};
  inquiries ask;
  trace_book traces;
  ban_sweep bans;
  sampler figures;
  work_watch work;
  std::shared_ptr<access_control> access;
  server web;
  boost::asio::steady_timer second{io};
};

service::service(const node_view& node, event_history& history) : parts_{std::make_unique<parts>(node, history)} {
  parts_->listen();
  parts_->sample_each_second();
  tell_password(*parts_->access);
  log::info("admin", "the console listens on {}", parts_->web.bound());
}

service::~service() = default;

std::string service::bound() const { return parts_->web.bound(); }

void service::serve(std::chrono::milliseconds how_long) {
  const std::lock_guard alone{parts_->serving};
  come_behind_loops();
  parts_->io.restart();
  parts_->io.run_for(how_long);
}

void service::stop() {
  const std::lock_guard alone{parts_->serving};
  parts_->web.stop();
  parts_->second.cancel();
  parts_->work.stop();
  parts_->io.restart();
  parts_->io.poll();
}

}  // namespace troupe::admin
