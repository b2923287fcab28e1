#define CAF_SUITE admin_secrets
#include "actors/admin/access/secrets.hpp"

#include <set>

#include <caf/test/unit_test.hpp>

#include "tests/actors/admin/access/fake_surroundings.hpp"

using namespace troupe::admin;

CAF_TEST(a_secret_is_256_bits_in_base64url) {
  const auto around = surroundings::real();
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto secret = new_secret(around);
    CAF_REQUIRE(secret);
    CAF_CHECK_EQUAL(secret->size(), secret_characters);
    CAF_CHECK_EQUAL(secret->find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
                    std::string::npos);
    seen.insert(*secret);
  }
  CAF_CHECK_EQUAL(seen.size(), 100u);
  surroundings ones{around};
  ones.random = [](std::span<unsigned char> bytes) {
    std::fill(bytes.begin(), bytes.end(), static_cast<unsigned char>(0xFF));
    return true;
  };
  CAF_CHECK(new_secret(ones) == std::string(42, '_') + "8");
}

CAF_TEST(a_password_has_no_characters_that_look_alike) {
  const auto around = surroundings::real();
  std::set<char> used;
  for (int i = 0; i < 200; ++i) {
    const auto password = new_password(around);
    CAF_REQUIRE(password);
    CAF_CHECK_EQUAL(password->size(), 20u);
    used.insert(password->begin(), password->end());
  }
  CAF_CHECK_EQUAL(used.size(), 32u);
  for (char alike : {'0', 'O', 'o', '1', 'l', 'I'}) CAF_CHECK(!used.contains(alike));
}

CAF_TEST(without_random_bytes_there_is_no_secret) {
  troupe::test::fake_surroundings fake;
  fake.random_works(false);
  CAF_CHECK(!new_secret(fake.around()));
  CAF_CHECK(!new_password(fake.around()));
}

CAF_TEST(a_digest_is_sha_256_in_hex) {
  CAF_CHECK_EQUAL(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4
}

CAF_TEST(secrets_are_the_same_when_all_of_them_is) {
  CAF_CHECK(same_secret("abc", "abc"));
  for (auto other : {"", "ab", "abd", "abcd"}) CAF_CHECK(!same_secret("abc", other));
}
