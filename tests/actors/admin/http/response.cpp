#define CAF_SUITE admin_response
#include "actors/admin/http/response.hpp"

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;

namespace {

std::string head(answer of, bool keep_alive = true) {
  return head_of(to_response(std::move(of)), keep_alive, std::chrono::system_clock::time_point{});
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

CAF_TEST(the_head_says_status_length_date_and_whether_the_connection_stays) {
  const auto text =
    head(answer{.status = 202, .body = boost::json::object{{"a", 1}}, .text = {}, .content_type = {}, .header = {}});
  CAF_CHECK(text.starts_with("HTTP/1.1 202 Accepted\r\n"));
  CAF_CHECK(text.ends_with("\r\n\r\n"));
  for (const char* part : {"\r\nContent-Length: 7\r\n", "\r\nContent-Type: application/json\r\n",
                           "\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n", "\r\nConnection: keep-alive\r\n",
                           "\r\nCache-Control: no-store\r\n"})
    CAF_CHECK(contains(text, part));
  CAF_CHECK(contains(head({}, false), "\r\nConnection: close\r\n"));
}

CAF_TEST(every_answer_protects_the_browser) {
  for (const unsigned status : {200u, 204u, 304u, 404u, 500u}) {
    const auto text = head({.status = status, .body = nullptr, .text = {}, .content_type = {}, .header = {}});
    for (const char* part : {"\r\nContent-Security-Policy: default-src 'self'; ", "connect-src 'self' ws: wss:",
                             "frame-ancestors 'none'", "\r\nX-Content-Type-Options: nosniff\r\n",
                             "\r\nX-Frame-Options: DENY\r\n", "\r\nReferrer-Policy: no-referrer\r\n"})
      CAF_CHECK(contains(text, part));
    CAF_CHECK(!contains(text, "unsafe"));
  }
}

CAF_TEST(a_field_cannot_begin_another) {
  const auto text = head({.status = 200,
                          .body = nullptr,
                          .text = {},
                          .content_type = {},
                          .header = {{"Location", std::string{"/a\r\nSet-Cookie: b\r\n\r\n<script>\0c", 31}}}});
  CAF_CHECK(!contains(text, "\r\nSet-Cookie"));
  CAF_CHECK(!contains(text, "\r\n<"));
  CAF_CHECK(contains(text, "\r\nLocation: /a  Set-Cookie: b"));
}

CAF_TEST(no_content_has_neither_body_nor_length) {
  const answer none{.status = 204, .body = boost::json::object{}, .text = {}, .content_type = {}, .header = {}};
  CAF_CHECK(to_response(none).body().empty());
  CAF_CHECK(!contains(head(none), "Content-Length"));
  CAF_CHECK(contains(head({}), "Content-Length: 0\r\n"));
}

CAF_TEST(unauthorised_says_how_to_authorise) {
  CAF_CHECK(contains(head(answer::error(401, "no")), "\r\nWWW-Authenticate: Bearer"));
  CAF_CHECK(!contains(head(answer::error(403, "no")), "WWW-Authenticate"));
}

CAF_TEST(text_is_sent_as_its_type_and_a_handler_may_say_what_is_cached) {
  const auto text = head({.status = 200,
                          .body = boost::json::object{},
                          .text = "a 1\n",
                          .content_type = "text/plain",
                          .header = {{"cache-control", "max-age=5"}}});
  CAF_CHECK(contains(text, "\r\nContent-Type: text/plain\r\n"));
  CAF_CHECK(contains(text, "\r\nContent-Length: 4\r\n"));
  CAF_CHECK(contains(text, "\r\ncache-control: max-age=5\r\n"));
  CAF_CHECK(!contains(text, "no-store"));
}
