#define CAF_SUITE config_value
#include "config/value.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::config;
using namespace std::chrono_literals;

namespace {

constexpr unit plain{""}, bytes{"bytes", unit::notation::size}, milliseconds{"milliseconds", unit::notation::duration},
  seconds{"seconds", unit::notation::duration}, expiry{"seconds", unit::notation::expiry},
  octal{"octal", unit::notation::octal};

raw_value text(std::string of) { return {raw_value::kind::text, std::move(of), {}}; }

/// What became of a value: what was stored, or the complaint.
template <class T>
std::string stored(T into, const std::string& value, const unit& in) {
  if (auto wrong = store(text(value), &into, in)) return *wrong;
  return text_of(field{&into}, in);
}

struct example {
  std::string given, result;
};

}  // namespace

CAF_TEST(sizes_have_binary_suffixes) {
  const example table[] = {
    {"64KiB", "64KiB"},
    {"65536", "64KiB"},
    {"2MiB", "2MiB"},
    {"2 mib", "2MiB"},
    {"1GiB", "1GiB"},
    {"1000", "1000"},
    {"17B", "17"},
    {"0", "0"},
    {"4GiB", "'4GiB' is too large: at most 4294967295"},
    {"99999999TiB", "'99999999TiB' is too large"},
    {"64KB", "'64KB' is not a size: write 64KiB, 2MiB, 1GiB or a number of bytes"},
    {"-1", "'-1' is not a size: write 64KiB, 2MiB, 1GiB or a number of bytes"},
    {"1.5MiB", "'1.5MiB' is not a size: write 64KiB, 2MiB, 1GiB or a number of bytes"},
    {"", "'' is not a size: write 64KiB, 2MiB, 1GiB or a number of bytes"},
  };
  for (const auto& [given, result] : table) CAF_CHECK_EQUAL(stored(std::uint32_t{}, given, bytes), result);
}

CAF_TEST(durations_have_suffixes_or_the_unit_of_their_option) {
  const example table[] = {
    {"500ms", "500ms"},
    {"5s", "5s"},
    {"5000", "5s"},
    {"10m", "10m"},
    {"1h", "1h"},
    {"90m", "90m"},
    {"2d", "2d"},
    {"0", "0s"},
    {"5 parsecs", "'5 parsecs' is not a duration: write 500ms, 5s, 10m, 1h, 2d or a number of milliseconds"},
    {"s", "'s' is not a duration: write 500ms, 5s, 10m, 1h, 2d or a number of milliseconds"},
    {"18446744073709551615", "'18446744073709551615' is too large"},
    {"200000000000d", "'200000000000d' is too large"},
  };
  for (const auto& [given, result] : table) CAF_CHECK_EQUAL(stored(0ms, given, milliseconds), result);
  CAF_CHECK_EQUAL(stored(0s, "90", seconds), "90s");
  CAF_CHECK_EQUAL(stored(0s, "2h", seconds), "2h");
  CAF_CHECK_EQUAL(stored(0s, "1500ms", seconds), "'1500ms' is finer than whole seconds");
  CAF_CHECK_EQUAL(stored(0s, "18446744073709551615", seconds), "'18446744073709551615' is too large");
}

CAF_TEST(an_expiry_may_be_never) {
  CAF_CHECK_EQUAL(stored(0s, "never", expiry), "never");
  CAF_CHECK_EQUAL(stored(0s, "4294967295", expiry), "never");
  CAF_CHECK_EQUAL(stored(0s, "7d", expiry), "7d");
  CAF_CHECK_NOT_EQUAL(stored(0s, "never", seconds), "never");
}

CAF_TEST(numbers_stay_within_their_field) {
  CAF_CHECK_EQUAL(stored(std::uint16_t{}, "65535", plain), "65535");
  CAF_CHECK_EQUAL(stored(std::uint16_t{}, "65536", plain), "'65536' is too large: at most 65535");
  CAF_CHECK_EQUAL(stored(std::uint8_t{}, "256", plain), "'256' is too large: at most 255");
  CAF_CHECK_EQUAL(stored(int{}, "-3", plain), "'-3' is not a whole number");
  CAF_CHECK_EQUAL(stored(int{}, "1.5", plain), "'1.5' is not a whole number");
  CAF_CHECK_EQUAL(stored(int{}, "12x", plain), "'12x' is not a whole number");
}

CAF_TEST(a_refused_value_leaves_the_field_alone) {
  std::uint16_t number = 7;
  CAF_CHECK(store(text("65536"), &number, plain).has_value());
  CAF_CHECK_EQUAL(number, 7);
}

CAF_TEST(permissions_are_octal_text) {
  CAF_CHECK_EQUAL(stored(std::uint32_t{}, "0660", octal), "0660");
  CAF_CHECK_EQUAL(stored(std::uint32_t{}, "600", octal), "0600");
  CAF_CHECK_EQUAL(stored(std::uint32_t{}, "rw", octal), "'rw' are no permissions: write 0660");
  CAF_CHECK_EQUAL(stored(std::uint32_t{}, "0698", octal), "'0698' are no permissions: write 0660");
  std::uint32_t mode = 0;
  const raw_value number{raw_value::kind::number, "432", {}};  // 0o660 of a TOML file
  CAF_CHECK_EQUAL(store(number, &mode, octal).value_or(""), "has to be written in quotes, as \"0660\"");
}

CAF_TEST(flags_are_true_or_false) {
  CAF_CHECK_EQUAL(stored(false, "true", plain), "true");
  CAF_CHECK_EQUAL(stored(true, "false", plain), "false");
  CAF_CHECK_EQUAL(stored(true, "yes", plain), "'yes' is neither true nor false");
  using flag = std::optional<bool>;
  CAF_CHECK_EQUAL(stored(flag{}, "true", plain), "true");
  CAF_CHECK_EQUAL(stored(flag{true}, "auto", plain), "auto");
  CAF_CHECK_EQUAL(stored(flag{}, "maybe", plain), "'maybe' is none of true, false, auto");
}

CAF_TEST(enumerations_list_what_is_allowed) {
  CAF_CHECK_EQUAL(stored(overflow{}, "drop_qos0_first", plain), "drop_qos0_first");
  CAF_CHECK_EQUAL(stored(overflow{}, "drop", plain),
                  "'drop' is none of drop_oldest, drop_newest, drop_qos0_first, disconnect");
  CAF_CHECK_EQUAL(stored(share_strategy{}, "sticky", plain), "sticky");
  CAF_CHECK_EQUAL(stored(listener_type{}, "wss", plain), "wss");
  CAF_CHECK_EQUAL(stored(client_certificates{}, "required", plain), "required");
  CAF_CHECK_EQUAL(stored(log_level{}, "warning", plain), "warning");
  CAF_CHECK_EQUAL(stored(log_format{}, "json", plain), "json");
  CAF_CHECK_EQUAL(stored(store_backend{}, "memory", plain), "memory");
  CAF_CHECK_EQUAL(stored(sync_mode{}, "interval", plain), "interval");
}

CAF_TEST(lists_are_separated_by_commas_or_taken_as_they_are) {
  using list = std::vector<std::string>;
  list into{"before"};
  CAF_CHECK(!store(text("/mqtt, /ws ,,/x"), &into, plain));
  CAF_CHECK_EQUAL(into, (list{"/mqtt", "/ws", "/x"}));
  CAF_CHECK(!store({raw_value::kind::list, "", {"a,b", "c"}}, &into, plain));
  CAF_CHECK_EQUAL(into, (list{"a,b", "c"}));
  CAF_CHECK(!store(text(""), &into, plain));
  CAF_CHECK(into.empty());
  std::string single;
  CAF_CHECK_EQUAL(store({raw_value::kind::list, "", {"a"}}, &single, plain).value_or(""),
                  "takes one value, not a list");
}

CAF_TEST(a_component_has_a_level_or_follows_the_common_one) {
  std::map<std::string, log_level> levels;
  const field at = component_level{&levels, "session"};
  CAF_CHECK_EQUAL(text_of(at, plain), "auto");
  CAF_CHECK(!store(text("debug"), at, plain));
  CAF_CHECK_EQUAL(text_of(at, plain), "debug");
  CAF_CHECK_EQUAL(levels.at("session"), log_level::debug);
  CAF_CHECK(!store(text("auto"), at, plain));
  CAF_CHECK(levels.empty());
  CAF_CHECK_EQUAL(store(text("loud"), at, plain).value_or(""),
                  "'loud' is none of trace, debug, info, warning, error, off or auto");
}
