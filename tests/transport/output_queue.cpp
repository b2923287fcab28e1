#define CAF_SUITE transport_output_queue
#include "transport/output_queue.hpp"

#include <random>
#include <string>

#include <caf/test/unit_test.hpp>

#include "tests/transport/server.hpp"

namespace troupe::transport::test {

CAF_TEST(bytes_leave_in_the_order_they_came_whatever_is_taken_at_once) {
  std::mt19937 random{7};
  const auto owner =
    publication::make({.topic = "t", .properties = {}, .payload = bytes_of("shared payload"), .publisher = {}});
  output_queue queue;
  std::string wanted, got;
  for (int i = 0; i < 5000; ++i) {
    if (random() % 3 == 0) {
      queue.append(owner, owner->payload(), time_point{});
      wanted += "shared payload";
    } else {
      const std::string own(random() % 100, static_cast<char>('a' + i % 26));
      queue.append(bytes_of(own), time_point{});
      wanted += own;
    }
    std::byte buffer[200];
    const auto size = queue.copy(std::span{buffer, random() % 60});
    iovec first[1];
    if (queue.gather(first) == 1 && size > 0) CAF_CHECK(first[0].iov_len > 0);
    got += text_of({buffer, size});
    queue.consume(size);
    CAF_REQUIRE_EQUAL(queue.bytes(), wanted.size() - got.size());
  }
  while (!queue.empty()) {
    std::byte buffer[1000];
    const auto size = queue.copy(buffer);
    got += text_of({buffer, size});
    queue.consume(size);
  }
  CAF_CHECK(got == wanted);
}

CAF_TEST(a_payload_that_was_sent_is_let_go) {
  const auto owner =
    publication::make({.topic = "t", .properties = {}, .payload = bytes_of("shared payload"), .publisher = {}});
  output_queue queue;
  queue.append(owner, owner->payload(), time_point{});
  queue.append(bytes_of("x"), time_point{});
  CAF_CHECK(!owner->unique());
  queue.consume(14);
  CAF_CHECK(owner->unique());
}

CAF_TEST(the_oldest_part_is_the_one_of_which_bytes_are_left) {
  using namespace std::chrono_literals;
  const auto owner =
    publication::make({.topic = "t", .properties = {}, .payload = bytes_of("shared payload"), .publisher = {}});
  const auto began = time_point{} + 1h;
  output_queue queue;
  CAF_CHECK(queue.oldest() == time_point::max());
  queue.append(bytes_of("ab"), began);
  queue.append(owner, owner->payload(), began + 1s);
  queue.consume(1);
  CAF_CHECK(queue.oldest() == began);
  queue.consume(1);
  CAF_CHECK(queue.oldest() == began + 1s);
  queue.consume(14);
  CAF_CHECK(queue.oldest() == time_point::max());
}

}  // namespace troupe::transport::test
