#include "bench/load/plan.hpp"

#include <array>
#include <charconv>

namespace troupe::bench {
namespace {

void append_number(std::uint32_t number, std::string& to) {
  std::array<char, 10> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  to.append(digits.data(), end);
}

void append_client_id(const plan& from, std::uint32_t client, std::string& to) {
  to += from.prefix;
  append_number(client + from.start_number, to);
}

void append_user(const plan& from, std::uint32_t client, std::string& to) {
  for (std::size_t at = 0; at < from.user.size(); ++at) {
    if (from.user.compare(at, 2, "%i") == 0) {
      append_number(client + from.start_number, to);
      ++at;
    } else {
      to += from.user[at];
    }
  }
}

}  // namespace

void write_client_id(const plan& from, std::uint32_t client, std::string& to) {
  to.clear();
  append_client_id(from, client, to);
}

void write_user(const plan& from, std::uint32_t client, std::string& to) {
  to.clear();
  append_user(from, client, to);
}

void write_topic(const plan& from, std::uint32_t client, std::string& to) {
  to.clear();
  for (std::size_t at = 0; at < from.topic.size(); ++at) {
    const auto next = from.topic[at] == '%' && at + 1 < from.topic.size() ? from.topic[at + 1] : '\0';
    if (next == 'i')
      append_number(from.place_of(client).group + from.start_number, to);
    else if (next == 'c')
      append_client_id(from, client, to);
    else if (next == 'u')
      append_user(from, client, to);
    else {
      to += from.topic[at];
      continue;
    }
    ++at;
  }
}

}  // namespace troupe::bench
