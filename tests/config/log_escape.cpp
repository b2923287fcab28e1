#define CAF_SUITE config_log_escape
#include "config/log_escape.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::log;
using troupe::config::log_format;

namespace {

struct example {
  std::string given, text, json;
};

}  // namespace

CAF_TEST(a_message_cannot_become_two_or_steer_a_terminal) {
  const example table[] = {
    {"plain", "plain", "plain"},
    {"", "", ""},
    {"a\nb\r\tc", "a\\nb\\r\\tc", "a\\nb\\r\\tc"},
    {"\x1b[31m", "\\u001b[31m", "\\u001b[31m"},
    {std::string{"\0x", 2}, "\\u0000x", "\\u0000x"},
    {"\x7f", "\\u007f", "\\u007f"},
    {"\xc2\x9b", "\\u009b", "\\u009b"},  // CSI as one character
    {"say \"hi\" \\o", "say \"hi\" \\o", "say \\\"hi\\\" \\\\o"},
    {"gr\xc3\xbc\xc3\x9f \xf0\x9f\x8e\xad", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x8e\xad",
     "gr\xc3\xbc\xc3\x9f \xf0\x9f\x8e\xad"},
    {"\xff", "\\xff", "\xef\xbf\xbd"},
    {"\xc3", "\\xc3", "\xef\xbf\xbd"},                       // cut off
    {"\xc0\xaf", "\\xc0\\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},  // overlong
    {"\xe0\x80\xaf", "\\xe0\\x80\\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xed\xa0\x80", "\\xed\\xa0\\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},  // a surrogate
  };
  for (const auto& [given, text, json] : table) {
    CAF_CHECK_EQUAL(escape(given, log_format::text), text);
    CAF_CHECK_EQUAL(escape(given, log_format::json), json);
  }
}
