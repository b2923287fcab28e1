#define CAF_SUITE admin_access_control
#include "actors/admin/access/access_control.hpp"

#include <caf/test/unit_test.hpp>

#include "actors/admin/access/access_routes.hpp"
#include "tests/actors/admin/access/fake_surroundings.hpp"
#include "tests/config/temporary_file.hpp"

using namespace troupe::admin;

namespace {

struct desk {
  troupe::test::temporary_directory folder;
  troupe::test::fake_surroundings fake;
  boost::asio::io_context service;

  access_control::opened open(std::string initial_password = {}) {
    access_options options;
    options.folder = folder.file("");
    options.initial_password = std::move(initial_password);
    return access_control::open(options, service, fake.around());
  }
};

}  // namespace

CAF_TEST(the_generated_password_is_told_at_the_first_start_alone) {
  desk a;
  {
    const auto first = std::get<0>(a.open());
    CAF_CHECK_EQUAL(first->generated_password().value().size(), 20u);
  }
  CAF_CHECK(!std::get<0>(a.open())->generated_password());
  desk b;
  const auto given = std::get<0>(b.open("given by hand"));
  CAF_CHECK(!given->generated_password());
  CAF_CHECK_EQUAL(given->options.initial_password, "");
}

CAF_TEST(what_cannot_be_used_is_an_error_in_a_sentence) {
  desk a;
  CAF_CHECK(std::holds_alternative<std::string>(a.open("short")));
  a.fake.random_works(false);
  CAF_CHECK(std::holds_alternative<std::string>(a.open()));
  a.fake.random_works(true);
  a.folder.write("admin.json", "damaged");
  CAF_CHECK(std::holds_alternative<std::string>(a.open("long enough")));
  CAF_CHECK_EQUAL(troupe::test::read_whole(a.folder.file("admin.json")), "damaged");
}

CAF_TEST(an_answer_that_comes_when_all_is_gone_is_dropped) {
  desk a;
  bool answered = false;
  {
    auto access = std::get<0>(a.open("long enough"));
    auto routes = access_routes(access);
    request asked;
    asked.body = {{"user", "admin"}, {"password", "long enough"}};
    routes.at(0).handler(asked, [&](const answer&) { answered = true; });
  }
  a.service.run();
  CAF_CHECK(!answered);
}
