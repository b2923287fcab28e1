#define CAF_SUITE persistence_log_file
#include "persistence/log_file.hpp"

#include <string>
#include <vector>

#include <caf/test/unit_test.hpp>

#include "persistence/crc32c.hpp"

using namespace troupe::persistence;

namespace {

constexpr std::size_t block = 32 * 1024;

/// Writes what read_log() reads, by the description of the format.
std::string log_of(const std::vector<std::string>& records) {
  std::string out;
  const auto little_endian = [&](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
  };
  for (const auto& record : records) {
    std::size_t done = 0;
    bool first = true;
    do {
      const auto left = block - out.size() % block;
      if (left < 7) {
        out.append(left, '\0');
        continue;
      }
      const auto part = std::min(record.size() - done, left - 7);
      const bool last = done + part == record.size();
      const char type = first ? (last ? 1 : 2) : (last ? 4 : 3);
      const auto crc = crc32c(type + record.substr(done, part));
      little_endian(((crc >> 15) | (crc << 17)) + 0xa282ead8u, 4);
      little_endian(static_cast<std::uint32_t>(part), 2);
      out += type;
      out += record.substr(done, part);
      done += part;
      first = false;
    } while (done < record.size() || first);
  }
  return out;
}

struct reading {
  std::vector<std::string> records;
  log_findings found;
};

reading read(const std::string& content) {
  reading result;
  result.found = read_log(content, [&](std::string_view record) { result.records.emplace_back(record); });
  return result;
}

const std::vector<std::string> some{"first", std::string(50'000, 'x'), "third", std::string(100, 'y'), "last"};

}  // namespace

CAF_TEST(the_checksum_is_that_of_the_standard) {
  CAF_CHECK_EQUAL(crc32c("123456789"), 0xE3069283u);  // RFC 3720, B.4, and the usual check value
  CAF_CHECK_EQUAL(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  CAF_CHECK_EQUAL(crc32c("6789", crc32c("12345")), 0xE3069283u);
}

CAF_TEST(an_intact_log_gives_all_its_records) {
  const auto all = read(log_of(some));
  CAF_CHECK_EQUAL(all.records, some);
  CAF_CHECK_EQUAL(all.found.records, 5u);
  CAF_CHECK(all.found.intact());
  CAF_CHECK_EQUAL(all.found.torn, 0u);
  std::vector<std::string> many;
  for (std::size_t i = 1; i < 2000; ++i) many.push_back(std::string(i % 300 + 1, static_cast<char>(i)));
  CAF_CHECK(read(log_of(many)).records == many);
  CAF_CHECK(read("").records.empty());
}

CAF_TEST(a_record_may_begin_with_nothing_at_the_end_of_a_block) {
  for (std::size_t left = 0; left < 10; ++left) {
    const std::vector<std::string> records{std::string(block - 7 - left, 'x'), "next", "last"};
    const auto all = read(log_of(records));
    CAF_CHECK(all.records == records);
    CAF_CHECK(all.found.intact());
  }
}

CAF_TEST(a_log_that_ends_anywhere_gives_what_is_whole) {
  const auto content = log_of(some);
  for (std::size_t end = 0; end < content.size(); end += end < 100 || end > 49'000 ? 1 : 777) {
    const auto part = read(content.substr(0, end));
    CAF_REQUIRE(part.found.intact());
    CAF_REQUIRE(part.records.size() < some.size());
    for (std::size_t i = 0; i < part.records.size(); ++i) CAF_REQUIRE(part.records[i] == some[i]);
    std::size_t whole = 0;
    while (log_of({some.begin(), some.begin() + static_cast<std::ptrdiff_t>(whole + 1)}).size() <= end) ++whole;
    CAF_REQUIRE_EQUAL(part.records.size(), whole);
  }
}

CAF_TEST(zeros_behind_the_end_are_nothing) {
  const auto padded = read(log_of(some) + std::string(100'000, '\0'));
  CAF_CHECK_EQUAL(padded.records, some);
  CAF_CHECK(padded.found.intact());
}

CAF_TEST(any_wrong_byte_costs_at_most_its_block) {
  const std::vector<std::string> records{"first", std::string(300, 'x'), "third", std::string(100, 'y'), "last"};
  const auto content = log_of(records);
  for (std::size_t at = 0; at < content.size(); ++at) {
    auto wrong = content;
    wrong[at] = static_cast<char>(wrong[at] ^ 0x10);
    const auto left = read(wrong);
    CAF_REQUIRE(left.records.size() < records.size());
    CAF_REQUIRE(!left.found.intact() || left.found.torn != 0);
    for (const auto& each : left.records) CAF_REQUIRE(std::find(records.begin(), records.end(), each) != records.end());
  }
  auto in_payload = content;
  in_payload[100] ^= 1;
  CAF_CHECK_EQUAL(read(in_payload).records, (std::vector<std::string>{"first", "third", records[3], "last"}));
}

CAF_TEST(a_record_whose_beginning_is_lost_is_lost) {
  auto content = log_of({std::string(80'000, 'x'), "next"});
  content[10] ^= 1;
  const auto left = read(content);
  CAF_CHECK_EQUAL(left.records, std::vector<std::string>{"next"});
  CAF_CHECK_GREATER(left.found.damaged_bytes(), 79'000u);
}
