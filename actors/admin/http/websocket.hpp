#pragma once

#include <functional>
#include <memory>

#include <boost/asio/awaitable.hpp>

#include "actors/admin/http/channel.hpp"
#include "actors/admin/http/reception.hpp"
#include "actors/admin/http/stream.hpp"

namespace troupe::admin {

/// A stream and what its connection does with it.
class hosted_stream : public stream {
public:
  /// Accepts the upgrade. False: it was refused, and said so to the peer.
  virtual boost::asio::awaitable<bool> accept(const request_header& header) = 0;
  /// Runs until the stream has ended. `may_stay` is asked whenever a ping is due.
  virtual boost::asio::awaitable<void> run(std::function<bool()> may_stay) = 0;
};

/// Counts slow readers in `counters`, which outlive it like the options.
std::shared_ptr<hosted_stream> make_stream(channel over, const server_options& options, server_counters& counters);

}  // namespace troupe::admin
