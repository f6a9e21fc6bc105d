#include "glass/system/http/http_client.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/system/http/http.h"
#include "glass/system/http_server/http_server.h"

namespace glass::system {
namespace {

std::unique_ptr<HttpServer> serve(HttpHandler handler) {
  auto server = HttpServer::start("127.0.0.1", 0, std::move(handler));
  EXPECT_TRUE(server) << server.error().message;
  return std::move(*server);
}

std::string url(const HttpServer& server, std::string_view target) {
  return fmt::format("http://127.0.0.1:{}{}", server.port(), target);
}

TEST(HttpClient, TellsWhyThereIsNoAnswer) {
  const auto server = serve([](const HttpRequest& /*request*/, const HttpReply& reply) {
    reply({.status = 200, .headers = {}, .body = std::string(1000, 'x')});
  });
  EXPECT_NE(fetch({.url = url(*server, "/"), .most_bytes = 999})
                .error()
                .message.find("has more than 999 bytes"),
            std::string::npos);
  const std::string nobody = "http://127.0.0.1:1/";
  const auto refused = fetch({.url = nobody});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kIo);
  EXPECT_TRUE(refused.error().message.starts_with(nobody));
  EXPECT_FALSE(fetch({.url = "file:///etc/passwd"}));
}

}  // namespace
}  // namespace glass::system
