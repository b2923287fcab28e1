#define CAF_SUITE admin_static_files
#include "actors/admin/http/static_files.hpp"

#include <map>
#include <string>

#include <caf/test/unit_test.hpp>

using namespace troupe::admin;

namespace {

struct table final : assets {
  const asset* find(std::string_view path) const override {
    const auto at = files.find(std::string{path});
    return at == files.end() ? nullptr : &at->second;
  }

  std::map<std::string, asset> files{
    {"/index.html", {"<html>", "text/html", "\"i1\""}},
    {"/app-1a2b.js", {"\x1f\x8b", "text/javascript", "\"a1\"", true, true}},
  };
};

std::string field(const response& of, std::string_view name) {
  for (const auto& [key, value] : of.header)
    if (key == name) return value;
  return "";
}

response get(std::string_view path, std::string_view tag = "", std::string_view encoding = "gzip, br") {
  static const table files;
  return serve_file(files, {.path = path, .if_none_match = tag, .accept_encoding = encoding});
}

}  // namespace

CAF_TEST(a_file_is_served_with_its_type_and_tag) {
  const auto page = get("/index.html");
  CAF_CHECK_EQUAL(page.status, 200u);
  CAF_CHECK_EQUAL(page.body(), "<html>");
  CAF_CHECK_EQUAL(field(page, "Content-Type"), "text/html");
  CAF_CHECK_EQUAL(field(page, "ETag"), "\"i1\"");
  CAF_CHECK_EQUAL(field(page, "Cache-Control"), "no-cache");
  CAF_CHECK_EQUAL(field(page, "Content-Encoding"), "");
}

CAF_TEST(a_name_that_changes_with_its_content_is_kept_for_good) {
  const auto script = get("/app-1a2b.js");
  CAF_CHECK_EQUAL(field(script, "Cache-Control"), "public, max-age=31536000, immutable");
  CAF_CHECK_EQUAL(field(script, "Content-Encoding"), "gzip");
  CAF_CHECK_EQUAL(field(script, "Vary"), "Accept-Encoding");
}

CAF_TEST(compressed_bytes_go_only_to_who_takes_them) {
  for (const char* takes : {"gzip", "br, gzip", "deflate,GZIP;q=0.5", "*"})
    CAF_CHECK_EQUAL(get("/app-1a2b.js", "", takes).status, 200u);
  for (const char* refuses : {"", "br", "identity", "gzip;q=0", "xgzip"})
    CAF_CHECK_EQUAL(get("/app-1a2b.js", "", refuses).status, 406u);
}

CAF_TEST(paths_of_the_page_are_the_page) {
  for (const char* path : {"/", "/clients", "/clients/some-id/events", "/a.b/c", "/clients/a.b"})
    CAF_CHECK_EQUAL(get(path).body(), "<html>");
}

CAF_TEST(what_is_no_file_is_not_found) {
  for (const char* path :
       {"/favicon.ico", "/app-1a2c.js", "/../etc/passwd.txt", "/assets/app.js", "/..", "/index.html/.."})
    CAF_CHECK_EQUAL(get(path).status, 404u);
}

CAF_TEST(what_the_browser_has_is_not_sent_again) {
  for (const char* tag : {"\"i1\"", "W/\"i1\"", "\"x\", \"i1\"", "*"}) {
    const auto page = get("/", tag);
    CAF_CHECK_EQUAL(page.status, 304u);
    CAF_CHECK(page.body().empty());
    CAF_CHECK_EQUAL(field(page, "ETag"), "\"i1\"");
  }
  CAF_CHECK_EQUAL(get("/", "\"x\"").status, 200u);
  CAF_CHECK_EQUAL(get("/", "i1").status, 200u);
}
