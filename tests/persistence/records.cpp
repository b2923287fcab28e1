#define CAF_SUITE persistence_records
#include "persistence/records.hpp"

#include <string>

#include <caf/test/unit_test.hpp>

#include "persistence/keys.hpp"
#include "persistence/records.pb.h"

using namespace troupe::persistence;

namespace {

/// The row of a batch that has one.
operation row_of(const batch& what) {
  std::size_t offset = 0;
  const auto row = what.next(offset);
  CAF_REQUIRE(row);
  CAF_CHECK(!what.next(offset));
  return *row;
}

/// A field that no version knows yet, as a later one would write it: number 1000, a text.
const std::string unknown_field = "\xc2\x3e\x03new";

session_record full_session() {
  session_record of;
  of.client_id = "anna";
  of.number = 0xFFFF'FFFF'FFFFull;
  of.user_name = "";  // not the same as none
  of.protocol_version = 5;
  of.expiry_interval = 0xFFFFFFFF;
  of.disconnected_at = 1'700'000'000'123;
  of.will = will_record{"will/topic", std::string("\0\xff", 2), "properties", 2, true, 30, 0, {}};
  return of;
}

}  // namespace

CAF_TEST(a_session_is_read_as_it_was_written) {
  const auto from = full_session();
  batch all;
  put(all, from);
  const auto row = row_of(all);
  CAF_CHECK(row.table == table::sessions);
  CAF_CHECK_EQUAL(row.key, "anna");
  const auto to = decode_session(row.value);
  CAF_REQUIRE(to);
  CAF_CHECK_EQUAL(to->client_id, from.client_id);
  CAF_CHECK_EQUAL(to->number, from.number);
  CAF_CHECK(to->user_name.has_value() && to->user_name->empty());
  CAF_CHECK_EQUAL(to->protocol_version, 5);
  CAF_CHECK_EQUAL(to->expiry_interval, from.expiry_interval);
  CAF_CHECK_EQUAL(to->disconnected_at, from.disconnected_at);
  CAF_REQUIRE(to->will);
  CAF_CHECK_EQUAL(to->will->topic, "will/topic");
  CAF_CHECK_EQUAL(to->will->payload, from.will->payload);
  CAF_CHECK_EQUAL(to->will->properties, "properties");
  CAF_CHECK_EQUAL(to->will->qos, 2);
  CAF_CHECK(to->will->retain);
  CAF_CHECK_EQUAL(to->will->delay, 30u);
  CAF_CHECK(to->will->message_expiry == 0u);
  CAF_CHECK_EQUAL(to->unknown, "");
  session_record plain;
  plain.client_id = "ben";
  batch other;
  put(other, plain);
  const auto read = decode_session(row_of(other).value);
  CAF_CHECK(read && !read->user_name && !read->will);
}

CAF_TEST(a_subscription_is_read_as_it_was_written) {
  batch all;
  put(all, 7, subscription_record{"$share/group/a/+/#", 2, true, true, 2, 268'435'455, {}});
  const auto row = row_of(all);
  CAF_CHECK(row.table == table::subscriptions);
  CAF_CHECK_EQUAL(session_of(row.key), 7u);
  const auto to = decode_subscription(row.key, row.value);
  CAF_REQUIRE(to);
  CAF_CHECK_EQUAL(to->filter, "$share/group/a/+/#");
  CAF_CHECK_EQUAL(to->qos, 2);
  CAF_CHECK(to->no_local && to->retain_as_published);
  CAF_CHECK_EQUAL(to->retain_handling, 2);
  CAF_CHECK_EQUAL(to->identifier, 268'435'455u);
}

CAF_TEST(a_queue_entry_is_read_as_it_was_written) {
  queue_entry from;
  from.message = 5;
  from.qos = 2;
  from.retain = true;
  from.identifiers = {1, 300, 268'435'455};
  from.packet_id = 65'535;
  from.state = entry_state::received;
  from.bytes = 1000;
  batch all;
  put(all, 7, 9, from);
  const auto row = row_of(all);
  CAF_CHECK_EQUAL(session_of(row.key), 7u);
  CAF_CHECK_EQUAL(sequence_of(row.key), 9u);
  const auto to = decode_queue_entry(row.value);
  CAF_REQUIRE(to);
  CAF_CHECK_EQUAL(to->message, 5u);
  CAF_CHECK_EQUAL(to->qos, 2);
  CAF_CHECK(to->retain);
  CAF_CHECK_EQUAL(to->identifiers, from.identifiers);
  CAF_CHECK_EQUAL(to->packet_id, 65'535);
  CAF_CHECK(to->state == entry_state::received);
  CAF_CHECK_EQUAL(to->bytes, 1000u);
  CAF_CHECK_LESS(encode(queue_entry{}).size(), 16u);  // the usual one is small
}

CAF_TEST(an_encoded_queue_entry_is_completed_with_what_it_holds) {
  queue_entry from;
  from.qos = 2;
  from.identifiers = {7};
  std::string several = "x";
  append(several, from);
  const auto encoded = std::string_view{several}.substr(1);
  batch shared;
  put_entry(shared, 7, 9, encoded, 5);
  const auto holding = decode_queue_entry(row_of(shared).value);
  CAF_REQUIRE(holding);
  CAF_CHECK(holds_message(*holding) && !holding->body);
  CAF_CHECK_EQUAL(holding->message, 5u);
  batch own;
  put_entry(own, 7, 9, encoded, message_view{"a/b", "payload", "properties", 2, true, 1'700'000'000'123, 3, {}});
  const auto row = row_of(own);
  CAF_CHECK(row.kind == operation_kind::put && row.table == table::queue);
  CAF_CHECK_EQUAL(sequence_of(row.key), 9u);
  const auto alone = decode_queue_entry(row.value);
  CAF_REQUIRE(alone && alone->body);
  CAF_CHECK(!holds_message(*alone));
  CAF_CHECK_EQUAL(alone->qos, 2);
  CAF_CHECK_EQUAL(alone->identifiers, from.identifiers);
  CAF_CHECK_EQUAL(alone->body->topic, "a/b");
  CAF_CHECK_EQUAL(alone->body->payload, "payload");
  CAF_CHECK_EQUAL(alone->body->expires_at, 1'700'000'000'123u);
  const auto again = decode_queue_entry(encode(*alone));
  CAF_REQUIRE(again && again->body);
  CAF_CHECK_EQUAL(again->body->properties, "properties");
}

CAF_TEST(a_message_is_read_as_it_was_written) {
  const std::string payload(100'000, '\xfe');
  const message_view from{"a/b", payload, "properties", 1, true, 1'700'000'000'123, 0xDEADBEEF, {}};
  batch all;
  put_message(all, 3, 12, from);
  const auto row = row_of(all);
  CAF_CHECK(row.kind == operation_kind::put_message);
  CAF_CHECK_EQUAL(message_of(row.key), 3u);
  CAF_CHECK_EQUAL(row.number, 12u);
  batch retained;
  put_retained(retained, from);
  const auto kept = row_of(retained);
  CAF_CHECK(kept.table == table::retained);
  CAF_CHECK_EQUAL(kept.key, "a/b");
  for (const auto& to : {decode_message(row.value), decode_retained(kept.value)}) {
    CAF_REQUIRE(to);
    CAF_CHECK_EQUAL(to->topic, "a/b");
    CAF_CHECK(to->payload == payload);
    CAF_CHECK_EQUAL(to->properties, "properties");
    CAF_CHECK_EQUAL(to->qos, 1);
    CAF_CHECK(to->retain);
    CAF_CHECK_EQUAL(to->expires_at, from.expires_at);
    CAF_CHECK_EQUAL(to->publisher_hash, 0xDEADBEEF);
  }
}

CAF_TEST(what_a_later_version_wrote_survives) {
  auto session = full_session();
  session.unknown = unknown_field;
  session.will->unknown = unknown_field;
  batch all;
  put(all, session);
  const auto read = decode_session(row_of(all).value);
  CAF_REQUIRE(read);
  CAF_CHECK_EQUAL(read->unknown, unknown_field);
  CAF_CHECK_EQUAL(read->will->unknown, unknown_field);
  CAF_CHECK_EQUAL(read->number, session.number);
  batch written_again;
  put(written_again, *read);
  CAF_CHECK(row_of(written_again).value == row_of(all).value);

  const auto with = [](std::string bytes) { return bytes + unknown_field; };
  const auto entry = decode_queue_entry(with(encode(queue_entry{})));
  CAF_CHECK(entry && encode(*entry) == with(encode(queue_entry{})));
  const auto message = decode_message(with(encode(message_view{.topic = "a"})));
  CAF_CHECK(message && encode(*message) == with(encode(message_view{.topic = "a"})));
  const auto numbers = decode_numbers(with(encode(numbers_record{3, 4, {}})));
  CAF_CHECK(numbers && numbers->next_message == 4 && encode(*numbers) == with(encode(numbers_record{3, 4, {}})));
  const auto schema = decode_schema(with(encode(schema_record{2, "0.1", {}})));
  CAF_CHECK(schema && encode(*schema) == with(encode(schema_record{2, "0.1", {}})));
  batch subscription, retained;
  put(subscription, 1, subscription_record{"a", 1, false, false, 0, 0, unknown_field});
  const auto filter = decode_subscription(row_of(subscription).key, row_of(subscription).value);
  CAF_CHECK(filter && filter->unknown == unknown_field);
  put_retained(retained, {.topic = "a", .unknown = unknown_field});
  const auto kept = decode_retained(row_of(retained).value);
  CAF_CHECK(kept && kept->unknown == unknown_field);
}

CAF_TEST(bytes_that_are_no_record_are_refused) {
  for (const std::string bytes : {"\x0a\xff", "\xff",
                                  "\x0a\x05"
                                  "abc"}) {
    CAF_CHECK(!decode_session(bytes));
    CAF_CHECK(!decode_queue_entry(bytes));
    CAF_CHECK(!decode_message(bytes));
    CAF_CHECK(!decode_retained(bytes));
    CAF_CHECK(!decode_numbers(bytes));
    CAF_CHECK(!decode_schema(bytes));
    CAF_CHECK(!decode_subscription(session_key{1}, bytes));
  }
  CAF_CHECK(!decode_subscription("short", ""));
  CAF_CHECK(!decode_retained(""));
}
