#include "actors/admin/openapi_document.hpp"
#include "actors/admin/resources/resources.hpp"

namespace troupe::admin {

std::vector<route> description_routes() {
  return {{boost::beast::http::verb::get, "/api/v1/openapi.json", role::viewer, [](const request&, const reply& to) {
             to({.status = 200,
                 .body = nullptr,
                 .text = std::string{openapi_document()},
                 .content_type = "application/json",
                 .header = {}});
           }}};
}

}  // namespace troupe::admin
