#include "glass/system/http/http_client.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/system/http/http.h"
#include "glass/system/http_server/http_server.h"
#include "glass/testkit/raw_server.h"

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

// A download into memory.
struct Downloaded {
  Result<HttpHead> head;
  std::string body = {};
  int pieces = 0;
};

Downloaded downloaded(const HttpDownload& wanted) {
  Downloaded got{.head = HttpHead{}};
  got.head = HttpClient().download(wanted, [&](const HttpHead& /*head*/, ByteView piece) -> Status {
    got.body += as_text(piece);
    ++got.pieces;
    return {};
  });
  return got;
}

std::string error_of(const HttpDownload& wanted) {
  const Downloaded got = downloaded(wanted);
  return got.head ? fmt::format("status {}", got.head->status) : got.head.error().message;
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
  EXPECT_TRUE(error_of({.url = nobody}).starts_with(nobody + ": Failed to connect"));
  EXPECT_NE(error_of({.url = "file:///etc/passwd"}).find("only http and https"), std::string::npos);
}

TEST(HttpClient, DownloadsInPieces) {
  const std::string body(3 << 20, 'x');
  const auto server = serve([&](const HttpRequest& request, const HttpReply& reply) {
    reply({.status = 200, .headers = {}, .body = request.path() == "/empty" ? "" : body});
  });
  const Downloaded got = downloaded({.url = url(*server, "/large")});
  ASSERT_TRUE(got.head) << got.head.error().message;
  EXPECT_EQ(got.head->status, 200);
  EXPECT_EQ(got.head->body_bytes, body.size());
  EXPECT_EQ(got.body, body);
  EXPECT_GT(got.pieces, 1);
  const Downloaded empty = downloaded({.url = url(*server, "/empty")});
  EXPECT_EQ(empty.head->body_bytes, 0);
  EXPECT_EQ(empty.pieces, 1) << "the sink learns that there is a body, and that it is empty";
}

TEST(HttpClient, LeavesTheBodiesOfErrorsOfHttp) {
  const testkit::RawServer endless([](const testkit::RawConnection& connection) {
    connection.send("HTTP/1.1 404 Not Found\r\n\r\n");
    while (connection.send(std::string(1000, 'x'))) {
    }
  });
  const Downloaded got = downloaded({.url = endless.url()});
  ASSERT_TRUE(got.head) << got.head.error().message;
  EXPECT_EQ(got.head->status, 404);
  EXPECT_EQ(got.pieces, 0);
}

TEST(HttpClient, AnErrorOfTheSinkEndsTheDownload) {
  const testkit::RawServer endless([](const testkit::RawConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.send(std::string(1000, 'x'))) {
    }
  });
  const auto got = HttpClient().download({.url = endless.url()},
                                         [](const HttpHead& head, ByteView /*piece*/) -> Status {
                                           EXPECT_FALSE(head.body_bytes);
                                           return fail(ErrorCode::kRefused, "enough");
                                         });
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error(), (Error{ErrorCode::kRefused, "enough"}));
}

TEST(HttpClient, AsksForTheRestAndTakesNoOtherPart) {
  std::string range, asked;
  const auto server = serve([&](const HttpRequest& request, const HttpReply& reply) {
    asked = header_of(request.headers, "range");
    reply({.status = 206, .headers = {{"Content-Range", range}}, .body = "456789"});
  });
  range = "bytes 4-9/10";
  EXPECT_EQ(downloaded({.url = url(*server, "/"), .from_byte = 4}).body, "456789");
  EXPECT_EQ(asked, "bytes=4-");
  for (const char* other : {"bytes 3-9/10", "bytes 40-45/46", ""}) {
    range = other;
    EXPECT_NE(error_of({.url = url(*server, "/"), .from_byte = 4}).find("another part"),
              std::string::npos)
        << other;
  }
  range = "bytes 0-5/6";
  EXPECT_NE(error_of({.url = url(*server, "/")}).find("another part"), std::string::npos);
  EXPECT_EQ(asked, "");
}

TEST(HttpClient, ABodyThatBreaksOffIsAnError) {
  const testkit::RawServer server([](const testkit::RawConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123");
  });
  const Downloaded got = downloaded({.url = server.url()});
  ASSERT_FALSE(got.head);
  EXPECT_EQ(got.head.error().code, ErrorCode::kIo);
  EXPECT_TRUE(got.head.error().message.starts_with(server.url() + ": "))
      << got.head.error().message;
  EXPECT_EQ(got.body, "0123");
}

TEST(HttpClient, ABodyThatNoLongerComesIsAnError) {
  const testkit::RawServer server([](const testkit::RawConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123");
    connection.wait();
  });
  const std::string error = error_of({.url = server.url(), .stall_seconds = 1});
  EXPECT_NE(error.find("too slow"), std::string::npos) << error;
}

TEST(HttpClient, StopsWhenAsked) {
  const testkit::RawServer silent(
      [](const testkit::RawConnection& connection) { connection.wait(); });
  int asked = 0;
  const Downloaded got =
      downloaded({.url = silent.url(), .interrupted = [&] { return ++asked > 2; }});
  ASSERT_FALSE(got.head);
  EXPECT_EQ(got.head.error().code, ErrorCode::kInterrupted);
}

TEST(HttpClient, TooLongAHeaderIsRefused) {
  int lines = 60;
  const testkit::RawServer server([&](const testkit::RawConnection& connection) {
    std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
    for (int i = 0; i < lines; ++i) head += "X-More: " + std::string(1000, 'x') + "\r\n";
    connection.send(head + "\r\n");
  });
  EXPECT_EQ(error_of({.url = server.url()}), "status 200");
  lines = 70;
  EXPECT_NE(error_of({.url = server.url()}).find("too long a header"), std::string::npos);
  EXPECT_FALSE(fetch({.url = server.url()}));
}

TEST(HttpClient, FollowsRedirectionsToHttpAlone) {
  std::string target;
  const auto server = serve([&](const HttpRequest& request, const HttpReply& reply) {
    if (request.path() == "/end") return reply(plain_text(200, "here"));
    reply({.status = 302, .headers = {{"Location", target}}, .body = "moved"});
  });
  const std::string start = url(*server, "/start");
  target = url(*server, "/end");
  EXPECT_EQ(downloaded({.url = start}).body, "here\n");
  EXPECT_EQ(fetch({.url = start})->body, "here\n");
  for (const char* other : {"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/"}) {
    target = other;
    EXPECT_NE(error_of({.url = start}).find("only http and https"), std::string::npos) << other;
    EXPECT_FALSE(fetch({.url = start})) << other;
  }
  target = start;
  EXPECT_NE(error_of({.url = start}).find("redirects"), std::string::npos);
}

}  // namespace
}  // namespace glass::system
