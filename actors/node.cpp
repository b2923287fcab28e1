#include "actors/node.hpp"

#include <csignal>
#include <cstdlib>
#include <future>
#include <mutex>

#include <caf/all.hpp>
#include <systemd/sd-daemon.h>

#include "actors/admin/admin.hpp"
#include "actors/alarms.hpp"
#include "actors/auth.hpp"
#include "actors/bans/ban_book.hpp"
#include "actors/bans/ban_gate.hpp"
#include "actors/durability/durability.hpp"
#include "actors/event_topics.hpp"
#include "actors/following/follow_book.hpp"
#include "actors/health.hpp"
#include "actors/listeners.hpp"
#include "actors/station.hpp"
#include "actors/sys.hpp"
#include "config/changes.hpp"
#include "config/command_line.hpp"
#include "config/live_options.hpp"
#include "config/log.hpp"
#include "config/version.hpp"
#include "transport/signals.hpp"

namespace troupe {

namespace {

using namespace actors;  // NOLINT: the node is made of them

/// The actor that has a name of the node's own at the moment: restarts change it. What is sent before the first one is
/// there waits for it. Thread-safe.
class current_actor {
public:
  caf::actor set(caf::actor to) {
    std::lock_guard guard{mutex_};
    actor_ = std::move(to);
    for (auto& each : waiting_) caf::anon_send(actor_, std::move(each));
    waiting_.clear();
    return actor_;
  }
  template <class T>
  void send(T message) {
    std::lock_guard guard{mutex_};
    if (actor_)
      caf::anon_send(actor_, std::move(message));
    else
      waiting_.push_back(caf::make_message(std::move(message)));  // one per connection at the most
  }
  void forget() {
    std::lock_guard guard{mutex_};
    actor_ = nullptr;
    waiting_.clear();
  }

private:
  std::mutex mutex_;
  caf::actor actor_;
  std::vector<caf::message> waiting_;
};

struct system_config : caf::actor_system_config {
  system_config() {
    // Our actors have loops of their own. CAF's workers serve what is detached or remote, and must not poll meanwhile.
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t{1});
    set("logger.console-verbosity", caf::atom("quiet"));
  }
};

std::uint32_t loop_count(const config::node_options& node) {
  return node.loops != 0 ? node.loops : std::max(1u, std::thread::hardware_concurrency());
}

class node final : public runtime::post_office {
public:
  node(config::load_result loaded, std::function<config::load_result()> reload, transport::signals& from_outside);
  ~node() override;

  /// Runs until a signal ends it. Returns the exit code.
  int run();

  void post(std::uint32_t loop, runtime::role to, caf::mailbox_element_ptr mail, runtime::mail_class urgency) override {
    stations_[loop]->loop().post(to, std::move(mail), urgency);
  }
  std::uint32_t loops() const noexcept override { return loops_; }

private:
  std::uint64_t sessions() const noexcept;
  bool has_auth() const noexcept;
  std::uint64_t connections() const noexcept;
  void open_bans();
  void open_listeners();
  void open_admin();
  void open_event_topics();
  void start_root();
  std::vector<runtime::child_spec> root_children();
  void root_ended(const caf::error& reason);

  void on_signal(int number);
  void reload();
  void apply(const config::load_result& read);
  void follow(const config::options& next);
  void every_second();
  void judge_health();

  void begin_stop();
  void wait_until_links_are_gone();
  void finish(int exit_code);
  void take_down();

  config::options options_;
  config::live_options live_;
  std::function<config::load_result()> reload_options_;
  runtime::actor_tree tree_;
  health health_;
  alarms alarms_;
  system_config system_config_;
  caf::actor_system system_;
  std::uint32_t loops_;
  follow_book follows_;
  std::vector<std::unique_ptr<station>> stations_;
  node_store store_;  ///< behind the stations, which ask it: it ends first
  std::vector<std::shared_ptr<transport::listener>> listeners_;
  std::vector<std::unique_ptr<current_actor>> listener_actors_;
  current_actor auth_, sys_;
  ban_desk ban_desk_;
  std::unique_ptr<ban_book> bans_;
  std::shared_ptr<retained_budget> budget_;
  std::atomic<std::uint64_t> sessions_max_;                ///< 0: no limit
  std::unique_ptr<troupe::admin::event_history> history_;  ///< null: there is no admin service
  std::unique_ptr<event_topics> events_;                   ///< null: none are published
  std::unique_ptr<troupe::admin::service> admin_;
  caf::actor root_;

  // Loop 0 only
  transport::signals& signals_;
  std::optional<transport::reactor::timer> second_timer_, stop_timer_;
  time_point stop_deadline_{};
  std::uint64_t seconds_ = 0;
  bool stopping_ = false;

  std::promise<int> exit_code_;
  std::atomic<bool> finished_ = false;
  bool taken_down_ = false;
};

node::node(config::load_result loaded, std::function<config::load_result()> reload, transport::signals& from_outside)
  : options_{std::move(loaded.options)},
    live_{options_, std::move(loaded.origins)},
    reload_options_{std::move(reload)},
    health_{options_.node_limits},
    system_{system_config_},
    loops_{loop_count(options_.node)},
    store_{actors::open_store(options_.persistence)},
    budget_{std::make_shared<retained_budget>(options_.node_limits)},
    sessions_max_{options_.node_limits.sessions_max},
    signals_{from_outside} {
  for (std::uint32_t i = 0; i < loops_; ++i)
    stations_.push_back(std::make_unique<station>(system_, i, *this, options_, tree_, budget_, &store_));
  // In force before anybody comes in; `auth` reads them again when told to.
  auto rules = read_access_rules(options_.access);
  for (auto& each : stations_) {
    each->place().access = rules;
    each->place().follows = &follows_;
    if (!options_.access.password_file.empty())
      each->place().passwords = [this](authenticate request) { auth_.send(std::move(request)); };
    each->place().bans = &ban_desk_;
    each->place().sessions_full = [this] {
      const auto most = sessions_max_.load(std::memory_order_relaxed);
      return most != 0 && sessions() >= most;
    };
  }
  auto& first = stations_.front()->loop().reactor();
  second_timer_.emplace(first);
  stop_timer_.emplace(first);
}

node::~node() { take_down(); }

int node::run() {
  open_bans();
  open_listeners();
  if (options_.admin.enabled) open_admin();
  start_root();
  signals_.watch(stations_.front()->loop().reactor(), [this](int number) { on_signal(number); });
  every_second();
  for (auto& each : stations_) {
    each->place().durable->restoration().expect();
    each->begin();
  }
  stations_.front()->place().durable->restoration().begin();
  for (auto& each : stations_) each->loop().start();
  sd_notify(0, "READY=1");
  log::info("node", "{} is ready", options_.node.name);
  auto code = exit_code_.get_future().get();
  take_down();
  log::sum_up(true);
  log::info("node", "stopped");
  return code;
}

std::uint64_t node::sessions() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& each : stations_) sum += each->place().counters.sessions.value();
  return sum;
}

bool node::has_auth() const noexcept {
  return !options_.access.password_file.empty() || !options_.access.acl_file.empty();
}

std::uint64_t node::connections() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& each : listeners_) sum += each->connections();
  return sum;
}

// -- listeners and actors ---------------------------------------------------------------------------------------------

// Whether or not an operator can change them: those that there are keep out whom they kept out.
void node::open_bans() {
  auto opened = ban_book::open(options_.persistence.path + "/admin", ban_desk_);
  if (const auto* wrong = std::get_if<std::string>(&opened)) throw std::runtime_error{"bans: " + *wrong};
  bans_ = std::get<std::unique_ptr<ban_book>>(std::move(opened));
}

void node::open_listeners() {
  const transport::listener::judges asked{
    [this] { return health_.overloaded() || connections() >= health_.connections_max(); },
    [this](const transport::peer_address& from) { return keeps_out(ban_desk_, history_.get(), from); }};
  for (const auto& [name, options] : options_.listeners) {
    if (!options.enabled) continue;
    auto& added = listeners_.emplace_back(std::make_shared<transport::listener>(options, asked));
    listener_actors_.push_back(std::make_unique<current_actor>());
    for (auto& each : stations_) each->listen(added);
    log::info("listener", "{} listens on {}", name, added->bound());
  }
}

void node::open_admin() {
  history_ = std::make_unique<troupe::admin::event_history>(options_.admin.history_bytes, std::random_device{}());
  for (auto& each : stations_) each->place().chronicle.write_to(history_.get());
  alarms_.write_to(history_.get());
  tree_.on_event(
    [this](auto what, const auto& path, const auto& cause) { tell_actor_event(*history_, what, path, cause); });
  if (options_.sys.events_per_second_max > 0) open_event_topics();
  live_.on_change([this](const config::options& next) { follow(next); });
  admin_ = std::make_unique<troupe::admin::service>(
    troupe::admin::node_view{options_, live_, *bans_, stations_, listeners_, tree_, store_, health_, follows_, alarms_},
    *history_);
}

void node::open_event_topics() {
  auto publish = [&first = *stations_.front()](const std::shared_ptr<const troupe::admin::event>& what) {
    first.loop().run_soon([&first, what] { publish_event(first.place(), *what); });
  };
  events_ = std::make_unique<event_topics>(*history_, loops_, options_.sys.events_per_second_max, publish);
  for (auto& each : stations_) each->place().events = events_.get();
}

void node::start_root() {
  runtime::supervisor_spec spec{.path = "root",
                                .strategy = runtime::strategy::one_for_one,
                                .restarts_max = options_.supervision.restarts_max,
                                .window = options_.supervision.window,
                                .children = root_children()};
  root_ = runtime::spawn_on(stations_.front()->loop(), runtime::supervisor, std::move(spec), &tree_);
  // Called when root has ended, for whatever reason: on its own it only ends by giving up.
  root_->attach_functor([this](const caf::error& reason) { root_ended(reason); });
}

std::vector<runtime::child_spec> node::root_children() {
  std::vector<runtime::child_spec> children;
  auto add = [&](std::string name, std::function<caf::actor()> start) {
    children.push_back({std::move(name), runtime::restart::permanent, std::move(start)});
  };
  auto& first = stations_.front()->loop();
  std::vector<station*> all;
  std::vector<const workplace*> places;
  for (auto& each : stations_) {
    add("loop " + std::to_string(each->loop().index()), [&each = *each] { return each.start_supervisor(); });
    all.push_back(each.get());
    places.push_back(&each->place());
  }
  for (std::size_t i = 0; i < listeners_.size(); ++i)
    add("listener " + listeners_[i]->options().name, [this, i, all, &first] {
      return listener_actors_[i]->set(runtime::spawn_on(first, listener, listeners_[i], all));
    });
  if (has_auth())
    add("auth", [this] {
      return auth_.set(
        system_.spawn<caf::detached>(actors::auth, static_cast<runtime::post_office*>(this), &options_.access));
    });
  if (options_.sys.interval.count() > 0)
    add("sys", [this, places, &first] {
      return sys_.set(runtime::spawn_on(first, sys, &stations_.front()->place(), places));
    });
  if (admin_) add("admin", [this] { return system_.spawn<caf::detached>(actors::admin, admin_.get()); });
  return children;
}

void node::root_ended(const caf::error& reason) {
  if (reason == caf::exit_reason::user_shutdown) return;
  log::error("supervisor", "{}; the node ends", runtime::describe(reason));
  finish(config::exit_code::failed);
}

// -- signals and the second -----------------------------------------------------------------------------------------

void node::on_signal(int number) {
  if (number == SIGHUP) return reload();
  if (stopping_) {
    log::warning("node", "a second signal: exit at once");
    std::_Exit(config::exit_code::failed);
  }
  begin_stop();
}

void node::reload() {
  if (auto error = log::reopen()) log::error("node", "{}", *error);
  auto read = reload_options_();
  for (const auto& error : read.errors) log::error("config", "{}", error);
  if (read.ok()) apply(read);
  if (has_auth()) auth_.send(reload_access{});
  for (auto& each : listener_actors_) each->send(reload_certificates{});
}

void node::apply(const config::load_result& read) {
  live_.reload(read.options, read.origins);
  const auto now = live_.now().options;
  log::levels(now.log);
  for (const auto& change : config::changes(now, read.options))
    if (change.felt == config::felt::on_restart)
      log::warning("config", "{} is {} now and will be {} after a restart", change.option, change.before, change.after);
}

// On the admin's thread. What a loop reads is changed between two of its turns.
void node::follow(const config::options& next) {
  log::levels(next.log);
  health_.follow(next.node_limits);
  budget_->follow(next.node_limits);
  sessions_max_.store(next.node_limits.sessions_max, std::memory_order_relaxed);
  for (const auto& each : listeners_) each->change(next.listeners.at(each->options().name));
  for (auto& each : stations_) each->loop().run_soon([&each = *each, next] { each.place().options = next; });
}

void node::every_second() {
  second_timer_->after(std::chrono::seconds{1}, [this] {
    log::sum_up();
    judge_health();
    if (auto interval = options_.sys.interval.count();
        interval > 0 && seconds_++ % static_cast<std::uint64_t>(interval) == 0)
      sys_.send(publish_sys{});
    every_second();
  });
}

void node::judge_health() {
  health::measure now{resident_bytes(), {}, connections()};
  for (auto& each : stations_) now.longest_turn = std::max(now.longest_turn, each->loop().take_longest_turn());
  if (auto line = health_.judge(now)) {
    log::warning("node", "{}", *line);
    alarms_.found("overload", health_.overloaded(), *line);
  }
  const auto full = store_.full();
  alarms_.found("store", full, full ? "nothing new is stored: the disk is full, or failed" : "writes are taken again");
}

// -- the end --------------------------------------------------------------------------------------------------------

void node::begin_stop() {
  stopping_ = true;
  log::info("node", "stops: clients are told, at most {} ms", options_.node.stop_timeout.count());
  sd_notify(0, "STOPPING=1");
  for (auto& each : stations_) {
    each->loop().run_soon([&each = *each] { each.stop_listening(); });
    send(each->loop().index(), runtime::role::sessions, disconnect_all{});
  }
  stop_deadline_ = node_clock::now() + options_.node.stop_timeout;
  wait_until_links_are_gone();
}

// Links close when their client has, or after limits.linger.
void node::wait_until_links_are_gone() {
  if (connections() == 0 || node_clock::now() >= stop_deadline_) return finish(config::exit_code::done);
  stop_timer_->after(std::chrono::milliseconds{20}, [this] { wait_until_links_are_gone(); });
}

void node::finish(int exit_code) {
  if (!finished_.exchange(true)) exit_code_.set_value(exit_code);
}

// The order is CAF's: actors end while their loops run, then the loops, then the system.
void node::take_down() {
  if (std::exchange(taken_down_, true)) return;
  caf::anon_send_exit(root_, caf::exit_reason::user_shutdown);
  auth_.forget();
  sys_.forget();
  for (auto& each : listener_actors_) each->forget();
  for (auto& each : stations_) {
    auto started = each->loop().started();
    auto clear = [&each = *each] { each.clear(); };
    if (started)
      each->loop().run_soon(clear);
    else
      clear();
  }
  if (!stations_.empty() && stations_.front()->loop().started()) system_.await_all_actors_done();
  root_ = nullptr;  // not before it has ended: CAF ends an actor that nobody holds
  if (admin_) admin_->stop();
  for (auto& each : stations_) each->loop().stop();
  store_.close();
  signals_.stop();
}

}  // namespace

int run_node(config::load_result loaded, std::function<config::load_result()> reload) {
  transport::signals from_outside{SIGINT, SIGTERM, SIGHUP};
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets whose peer is gone as it does to all others
  if (auto error = log::start(loaded.options.log)) {
    std::fprintf(stderr, "troupe: %s\n", error->c_str());
    return config::exit_code::failed;
  }
  auto descriptors = raise_descriptor_limit();
  log::info("node", "troupe {} starts with {} loops and {} open files at most", version_text,
            loop_count(loaded.options.node), descriptors);
  try {
    return node{std::move(loaded), std::move(reload), from_outside}.run();
  } catch (const std::exception& error) {
    log::error("node", "{}", error.what());
    return config::exit_code::failed;
  }
}

}  // namespace troupe
