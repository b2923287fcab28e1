#define CAF_SUITE session_protocol_subscriptions

#include "actors/session/protocol/subscriptions.hpp"

#include <map>
#include <random>
#include <string>

#include <caf/test/unit_test.hpp>

using namespace troupe;

namespace {

using table = session::subscriptions;

void put(table& into, const std::string& filter, std::uint32_t identifier) {
  if (!into.find(filter) && !into.room(1)) into.adopt(into.larger(1));
  into.put({shared_text{filter}, {}, identifier});
}

}  // namespace

CAF_TEST(an_empty_table_is_one_word_without_memory) {
  table empty;
  CAF_CHECK_EQUAL(sizeof(empty), sizeof(void*));
  CAF_CHECK(!empty.allocated());
  CAF_CHECK(!empty.find("a"));
  empty.erase("a");
}

CAF_TEST(the_last_one_gives_its_memory_back) {
  table one;
  put(one, "a", 1);
  CAF_CHECK(one.allocated());
  one.erase("a");
  CAF_CHECK(!one.allocated());
}

CAF_TEST(it_behaves_like_a_map_at_every_size) {
  std::mt19937 random{7};
  for (int filters : {1, 2, 3, 8, 9, 40, 500}) {
    table tested;
    std::map<std::string, std::uint32_t> model;
    for (std::uint32_t i = 0; i < 3000; ++i) {
      auto filter = "filter/" + std::to_string(random() % static_cast<unsigned>(filters));
      if (random() % 3 == 0) {
        tested.erase(filter);
        model.erase(filter);
      } else {
        put(tested, filter, i);
        model[filter] = i;
      }
      if (tested.size() != model.size()) CAF_FAIL("size differs");
    }
    for (const auto& [filter, identifier] : model)
      if (!tested.find(filter) || tested.find(filter)->identifier != identifier) CAF_FAIL("lost " << filter);
    std::size_t seen = 0;
    tested.for_each([&](const subscription& each) { seen += model.count(std::string{each.filter.view()}); });
    CAF_CHECK_EQUAL(seen, model.size());
  }
}
