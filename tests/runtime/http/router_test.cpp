#include "runtime/http/router.h"

#include <gtest/gtest.h>

namespace skein {
namespace {

Request request_for(const std::string& method, const std::string& target) {
  Request request;
  request.method = method;
  request.target = *parse_target(target);
  return request;
}

Action says(std::string text) {
  return [text](const Request& request) -> Result<Response> {
    std::string body = text;
    for (const auto& [name, value] : request.captured) body += " " + name + "=" + value;
    return plain_response(200, body);
  };
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    router.add("GET", "/images/json", says("list"));
    router.add("GET", "/images/{name...}/json", says("image"));
    router.add("GET", "/services/{id}", says("service"));
    router.add("DELETE", "/services/{id}", says("remove"));
  }
  std::string ask(const std::string& method, const std::string& target) {
    Request request = request_for(method, target);
    return router.answer(request).body;
  }
  Router router;
};

TEST_F(RouterTest, AnswersWithAndWithoutVersionPrefix) {
  EXPECT_EQ(ask("GET", "/services/web"), "service id=web");
  Request request = request_for("GET", "/v1.41/services/web");
  EXPECT_EQ(router.answer(request).body, "service id=web");
  EXPECT_EQ(request.version, "1.41");
}

TEST_F(RouterTest, WideCapturesTakeSeveralSegments) {
  EXPECT_EQ(ask("GET", "/images/json"), "list");
  EXPECT_EQ(ask("GET", "/images/a/b:1/json"), "image name=a/b:1");
  EXPECT_EQ(ask("GET", "/images/json/json"), "image name=json");
}

TEST_F(RouterTest, MethodChoosesTheRoute) { EXPECT_EQ(ask("DELETE", "/services/web"), "remove id=web"); }

TEST_F(RouterTest, UnknownPathOrMethodIsPageNotFound) {
  for (auto [method, path] :
       {std::pair{"GET", "/nope"}, {"PUT", "/services/web"}, {"GET", "/services"}, {"GET", "/"}}) {
    Request request = request_for(method, path);
    const Response response = router.answer(request);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body, "{\"message\":\"page not found\"}\n");
    EXPECT_EQ(response.content_type, "application/json");
  }
}

TEST_F(RouterTest, CheckRefusesBeforeTheAction) {
  router.check_with([](const Request& request) -> Result<void> {
    if (request.version == "9.9") return Refusal{Errc::invalid, "too new"};
    return {};
  });
  Request request = request_for("GET", "/v9.9/services/web");
  EXPECT_EQ(router.answer(request).status, 400);
  EXPECT_EQ(ask("GET", "/v1.1/services/web"), "service id=web");
}

TEST_F(RouterTest, RefusalsBecomeDockersErrorForm) {
  router.add("GET", "/gone", [](const Request&) -> Result<Response> { return Refusal{Errc::not_found, "a \"b\""}; });
  Request request = request_for("GET", "/gone");
  const Response response = router.answer(request);
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "{\"message\":\"a \\\"b\\\"\"}\n");
}

}  // namespace
}  // namespace skein
