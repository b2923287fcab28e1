#define CAF_SUITE auth_password_hash
#include "actors/auth/password_hash.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::auth;

namespace {

// "password" hashed elsewhere: by libargon2 called from Python with the salt "somesaltsomesalt", and by Python's
// hashlib.pbkdf2_hmac with the salt "saltsaltsaltsalt".
constexpr auto argon2_sample =
  "$argon2id$v=19$m=1024,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$9mMiDi2VS5NYjry82+MIrmstu2LTF7bW/v9jU1tuOm4";
constexpr auto pbkdf2_sample =
  "$pbkdf2-sha512$1000$c2FsdHNhbHRzYWx0c2FsdA==$"
  "715rqIr5dXOVPpBhqqsugl037zT5bWJTWYmZtIcK8hBnisKpwfY7kokvwjDrNHqHhF50Pb7MD6HvkJwiDQw4ww==";

/// The complaint about a hash; empty for a good one.
std::string complaint(std::string_view text) {
  auto read = password_hash::parse(text);
  auto* wrong = std::get_if<std::string>(&read);
  return wrong ? *wrong : "";
}

bool matches(std::string_view hash, std::string_view password) {
  auto read = password_hash::parse(hash);
  return std::holds_alternative<password_hash>(read) && std::get<password_hash>(read).matches(password);
}

}  // namespace

CAF_TEST(hashes_of_other_tools_are_understood) {
  for (auto sample : {argon2_sample, pbkdf2_sample}) {
    CAF_CHECK_EQUAL(complaint(sample), "");
    CAF_CHECK(matches(sample, "password"));
    for (auto wrong : {"", "Password", "password ", "passwor"}) CAF_CHECK(!matches(sample, wrong));
  }
}

CAF_TEST(padding_of_pbkdf2_may_be_left_out) {
  std::string bare{pbkdf2_sample};
  while (bare.ends_with('=')) bare.pop_back();
  CAF_CHECK(matches(bare, "password"));
}

CAF_TEST(a_new_hash_matches_its_password_and_no_other) {
  const auto hash = hash_password("s3cret");
  CAF_REQUIRE(hash.has_value());
  CAF_CHECK(hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  CAF_CHECK_EQUAL(complaint(*hash), "");
  CAF_CHECK(matches(*hash, "s3cret"));
  CAF_CHECK(!matches(*hash, "s3cre"));
  CAF_CHECK(!matches(*hash, ""));
  CAF_CHECK_NOT_EQUAL(hash_password("s3cret").value_or(""), *hash);  // another salt
}

CAF_TEST(a_password_may_be_any_bytes) {
  const std::string binary{"\0\xff\n:", 4};
  const auto hash = hash_password(binary);
  CAF_REQUIRE(hash.has_value());
  CAF_CHECK(matches(*hash, binary));
  CAF_CHECK(!matches(*hash, std::string_view{"\0", 1}));
}

CAF_TEST(a_hash_cannot_ask_for_more_than_the_node_has) {
  const std::string tail = "$c2FsdHNhbHRzYWx0c2E$" + std::string(43, 'A');
  const auto argon2 = [&](const char* costs) { return complaint("$argon2id$v=19$" + std::string{costs} + tail); };
  CAF_CHECK_EQUAL(argon2("m=262144,t=16,p=8"), "");
  for (auto costs : {"m=262145,t=1,p=1", "m=65536,t=17,p=1", "m=65536,t=1,p=9", "m=4294967295,t=1,p=1"})
    CAF_CHECK_EQUAL(argon2(costs), "has costs above m=262144,t=16,p=8");
  for (auto costs : {"m=7,t=1,p=1", "m=65536,t=0,p=1", "m=65536,t=1,p=0"})
    CAF_CHECK_EQUAL(argon2(costs), "has costs that are too small for argon2id");
  for (auto costs :
       {"m=65536,t=1", "m=x,t=1,p=1", "t=1,m=65536,p=1", "m=65536,t=1,p=1,data=x", "m=99999999999,t=1,p=1"})
    CAF_CHECK_EQUAL(argon2(costs), "has to state its costs as m=19456,t=2,p=1");
  const auto pbkdf2 = [&](const char* iterations) {
    return complaint("$pbkdf2-sha512$" + std::string{iterations} + tail);
  };
  CAF_CHECK_EQUAL(pbkdf2("2000000"), "");
  for (auto iterations : {"2000001", "999", "", "x", "-1"})
    CAF_CHECK_EQUAL(pbkdf2(iterations), "has to have 1000 to 2000000 iterations");
}

CAF_TEST(what_is_no_hash_is_refused) {
  const auto pbkdf2 = [](const char* tail) { return complaint("$pbkdf2-sha512$1000$" + std::string{tail}); };
  constexpr auto salt = "needs a salt of 8 to 64 bytes in base64", hash = "needs a hash of 16 to 64 bytes in base64";
  CAF_CHECK_EQUAL(pbkdf2(""), salt);
  CAF_CHECK_EQUAL(pbkdf2("c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAA"), salt);  // four bytes
  CAF_CHECK_EQUAL(pbkdf2("c2Fs*HNhbHRz$AAAAAAAAAAAAAAAAAAAAAAAA"), salt);
  CAF_CHECK_EQUAL(pbkdf2("c2FsdHNhbHRz"), hash);
  CAF_CHECK_EQUAL(pbkdf2("c2FsdHNhbHRz$AAAA"), hash);
  CAF_CHECK_EQUAL(complaint("$pbkdf2-sha512$1000$c2FsdHNhbHRz$" + std::string(100'000, 'A')), hash);
  for (auto text :
       {"", "plain", "$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHRz$AAAA", "$6$salt$hash", "$argon2id$m=8,t=1,p=1$"})
    CAF_CHECK_EQUAL(complaint(text),
                    "is neither $argon2id$v=19$... nor $pbkdf2-sha512$...: write it with troupe passwd");
}
