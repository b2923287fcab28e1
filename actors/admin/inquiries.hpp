#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "actors/admin/node_view.hpp"
#include "config/log.hpp"

namespace troupe::admin {

/// The time that a question may take of a loop: so long may a message have to wait for it. Who has more to look at asks
/// once more for the rest.
class brief_look {
public:
  /// Asked after each item: whether the rest is for the next question. A few items always pass.
  bool is_over() noexcept { return ++items_ % looks_at_clock_every == 0 && node_clock::now() >= until_; }

private:
  static constexpr std::chrono::microseconds slice{25};
  static constexpr std::uint32_t looks_at_clock_every = 8;

  time_point until_ = node_clock::now() + slice;
  std::uint32_t items_ = 0;
};

/// How the admin's thread asks what only a loop may look at: a question runs on the loop between two turns, and has to
/// be short; its answer comes back to the admin's thread. A question that throws is answered with a default value, and
/// the log says why. A loop that ends answers nobody.
class inquiries {
public:
  inquiries(const node_view& node, boost::asio::io_context& admin) : node_{node}, admin_{admin} {}

  std::uint32_t loops() const noexcept { return static_cast<std::uint32_t>(node_.stations.size()); }

  /// `question`: Answer(actors::station&); `then`: void(Answer).
  template <class Question, class Then>
  void ask(std::uint32_t loop, Question question, Then then) {
    auto& station = *node_.stations[loop];
    station.loop().run_soon([this, &station, question = std::move(question), then = std::move(then)]() mutable {
      using reply_type = decltype(question(station));
      auto said = std::make_shared<reply_type>();
      try {
        *said = question(station);
      } catch (const std::exception& failure) {
        log::error("admin", "a question to loop {} failed: {}", station.loop().index(), failure.what());
      }
      // What the two hold, a page or a reply, ends on the admin's thread too, and costs the loop nothing.
      boost::asio::post(
        admin_, [said, question = std::move(question), then = std::move(then)]() mutable { then(std::move(*said)); });
    });
  }

  /// The same question to all loops; `then` gets the answers in their order.
  template <class Question, class Then>
  void ask_all(Question question, Then then) {
    using reply_type = decltype(question(*node_.stations[0]));
    struct gathering {
      std::vector<reply_type> said;
      std::size_t missing;
    };
    auto all = std::make_shared<gathering>(gathering{std::vector<reply_type>(loops()), loops()});
    for (std::uint32_t loop = 0; loop < loops(); ++loop)
      ask(loop, question, [all, loop, then](reply_type said) {
        all->said[loop] = std::move(said);
        if (--all->missing == 0) then(std::move(all->said));
      });
  }

  const node_view& node() const noexcept { return node_; }
  boost::asio::io_context& admin() noexcept { return admin_; }

private:
  const node_view& node_;
  boost::asio::io_context& admin_;
};

}  // namespace troupe::admin
