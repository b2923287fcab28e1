#define CAF_SUITE persistence_references
#include "persistence/references.hpp"

#include <functional>
#include <string>
#include <vector>

#include <caf/test/unit_test.hpp>

#include "persistence/group_writer.hpp"
#include "persistence/keys.hpp"
#include "persistence/layout.hpp"
#include "persistence/memory_engine.hpp"
#include "persistence/records.hpp"

using namespace troupe::persistence;

namespace {

/// Two sessions; message 1 waits for both, message 2 for the first.
struct fixture {
  fixture() {
    batch all;
    for (const std::uint64_t number : {1u, 2u}) {
      session_record session;
      session.client_id = number == 1 ? "anna" : "ben";
      session.number = number;
      put(all, session);
      put(all, number, subscription_record{"a/#", 1, false, false, 0, 0, {}});
      put_inbound(all, number, 5);
      put(all, number, 1, entry(1));
    }
    put(all, 1, 2, entry(2));
    put_entry(all, 1, 5, encode(entry(0)), message_view{.topic = "a/5"});
    put_message(all, 1, 3, {.topic = "a/1"});
    put_message(all, 2, 1, {.topic = "a/2"});
    all.release(1, 1);  // it was three
    put_retained(all, {.topic = "a/1"});
    put(all, numbers_record{3, 6, {}});
    group_writer writer{of};
    CAF_REQUIRE(writer.add(all).ok());
    CAF_REQUIRE(writer.commit(true).ok());
  }

  static queue_entry entry(std::uint64_t message) {
    queue_entry result;
    result.message = message;
    return result;
  }

  references_report review(references_mode mode) {
    references_report report;
    CAF_CHECK(review_references(of, mode, report).ok());
    return report;
  }

  std::size_t rows(table where) {
    std::size_t count = 0;
    of.scan(where, {}, {}, [&](auto, auto) { return ++count != 0; });
    return count;
  }

  memory_engine of;
};

struct flaw {
  std::string sentence;
  std::function<void(engine&)> make;
  std::function<bool(fixture&)> mended;
};

const std::vector<flaw> flaws{
  {"the session of client ben cannot be read, or has another one's number",
   [](engine& of) { of.put(table::sessions, "ben", {}, "x"); },
   [](fixture& f) { return f.rows(table::sessions) == 1 && f.rows(table::queue) == 3; }},
  {"a row of queue belongs to session 9, which does not exist",
   [](engine& of) {
     of.put(table::queue, queue_key{9, 1}, {}, encode(fixture::entry(1)));
   },
   [](fixture& f) { return f.rows(table::queue) == 4; }},
  {"a row of subscriptions belongs to session 9, which does not exist",
   [](engine& of) { of.put(table::subscriptions, subscription_key(9, "a"), {}, {}); },
   [](fixture& f) { return f.rows(table::subscriptions) == 2; }},
  {"a row of inbound belongs to session 9, which does not exist",
   [](engine& of) {
     of.put(table::inbound, inbound_key{9, 1}, {}, {});
   },
   [](fixture& f) { return f.rows(table::inbound) == 2; }},
  {"a subscription of session 1 cannot be read",
   [](engine& of) { of.put(table::subscriptions, subscription_key(1, "b"), {}, "\xff"); },
   [](fixture& f) { return f.rows(table::subscriptions) == 2; }},
  {"entry 3 in the queue of session 1 cannot be read",
   [](engine& of) {
     of.put(table::queue, queue_key{1, 3}, {}, "\xff");
   },
   [](fixture& f) { return f.rows(table::queue) == 4; }},
  {"entry 2 in the queue of session 1 has no message", [](engine& of) { of.erase(table::messages, message_key{2}); },
   [](fixture& f) { return f.rows(table::queue) == 3; }},
  {"entry 4 in the queue of session 1 has no message",
   [](engine& of) {
     of.put(table::queue, queue_key{1, 4}, {}, encode(fixture::entry(0)));
   },
   [](fixture& f) { return f.rows(table::queue) == 4; }},
  {"message 2 is in no queue",
   [](engine& of) {
     of.erase(table::queue, queue_key{1, 2});
   },
   [](fixture& f) { return f.rows(table::messages) == 1; }},
  {"message 2 cannot be read", [](engine& of) { of.put(table::messages, message_key{2}, count_head{1u}, "\xff"); },
   [](fixture& f) { return f.rows(table::messages) == 1 && f.rows(table::queue) == 3; }},
  {"message 1 counts 2 queue entries, and 1 hold it",
   [](engine& of) {
     of.erase(table::queue, queue_key{2, 1});
   },
   [](fixture& f) { return f.rows(table::messages) == 2; }},
  {"message 2 counts 1 queue entries, and 2 hold it",
   [](engine& of) {
     of.put(table::queue, queue_key{2, 2}, {}, encode(fixture::entry(2)));
   },
   [](fixture& f) { return f.rows(table::counts) == 2; }},
  {"there is a count of message 8, which does not exist",
   [](engine& of) { of.put(table::counts, message_key{8}, {}, count_head{1u}); },
   [](fixture& f) { return f.rows(table::counts) == 1; }},
  {"numbers that are in use count as free", [](engine& of) { of.erase(table::meta, numbers_key); },
   [](fixture& f) { return f.rows(table::meta) == 1; }},
  {"the retained message of b cannot be read", [](engine& of) { of.put(table::retained, "b", {}, "\xff"); },
   [](fixture& f) { return f.rows(table::retained) == 1; }},
};

}  // namespace

CAF_TEST(a_store_that_fits_together_has_no_problem) {
  fixture test;
  const auto report = test.review(references_mode::look);
  CAF_CHECK_EQUAL(report.sentences, std::vector<std::string>{});
  CAF_CHECK_EQUAL(report.problems, 0u);
}

CAF_TEST(an_entry_whose_pubrec_came_holds_no_message) {
  for (const std::uint64_t message : {2u, 1u}) {
    fixture test;
    batch received;
    auto entry = fixture::entry(message);
    entry.state = entry_state::received;
    entry.packet_id = 7;
    put(received, 1, message, entry);
    received.release(message);
    group_writer writer{test.of};
    CAF_REQUIRE(writer.add(received).ok());
    CAF_REQUIRE(writer.commit(true).ok());
    CAF_CHECK_EQUAL(test.review(references_mode::mend).sentences, std::vector<std::string>{});
    CAF_CHECK_EQUAL(test.rows(table::queue), 4u);
  }
}

CAF_TEST(every_flaw_is_named_and_mended) {
  for (const auto& each : flaws) {
    CAF_MESSAGE(each.sentence);
    fixture test;
    each.make(test.of);
    CAF_REQUIRE(test.of.commit(true).ok());
    auto report = test.review(references_mode::look);
    CAF_REQUIRE(!report.sentences.empty());
    CAF_CHECK_EQUAL(report.sentences[0], each.sentence);
    CAF_CHECK_EQUAL(test.review(references_mode::look).problems, report.problems);  // looking changes nothing
    CAF_CHECK_EQUAL(test.review(references_mode::mend).problems, report.problems);
    report = test.review(references_mode::look);
    CAF_CHECK_EQUAL(report.sentences, std::vector<std::string>{});
    CAF_CHECK(each.mended(test));
  }
}

CAF_TEST(numbers_go_on_behind_the_highest_that_is_in_use) {
  fixture test;
  test.of.erase(table::meta, numbers_key);
  CAF_REQUIRE(test.of.commit(true).ok());
  test.review(references_mode::mend);
  std::string raw;
  bool found = false;
  test.of.find(table::meta, numbers_key, raw, found);
  const auto numbers = decode_numbers(raw);
  CAF_REQUIRE(numbers);
  CAF_CHECK_EQUAL(numbers->next_session, 3u);
  CAF_CHECK_EQUAL(numbers->next_message, 6u);
}

CAF_TEST(of_many_problems_the_first_are_told_and_the_rest_counted) {
  fixture test;
  for (std::uint64_t i = 1; i <= 100; ++i)
    test.of.put(table::inbound, inbound_key{50, static_cast<std::uint16_t>(i)}, {}, {});
  CAF_REQUIRE(test.of.commit(true).ok());
  const auto report = test.review(references_mode::look);
  CAF_CHECK_EQUAL(report.problems, 101u);  // and that session 50 counts as free
  CAF_CHECK_EQUAL(report.sentences.size(), 21u);
  CAF_CHECK_EQUAL(report.sentences.back(), "and 81 more like these");
}
