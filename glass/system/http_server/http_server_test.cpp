#include "glass/system/http_server/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/system/http/http.h"
#include "glass/system/http/http_client.h"

namespace glass::system {
namespace {

std::unique_ptr<HttpServer> serve(HttpHandler handler, const HttpLimits& limits = {}) {
  auto server = HttpServer::start("127.0.0.1", 0, std::move(handler), limits);
  EXPECT_TRUE(server) << server.error().message;
  return std::move(*server);
}

std::string url(const HttpServer& server, std::string_view target) {
  return fmt::format("http://127.0.0.1:{}{}", server.port(), target);
}

// "METHOD target body"
void echo(HttpRequest request, const HttpReply& reply) {
  reply({.status = 200,
         .headers = {{"Content-Type", "text/plain"},
                     {"X-Seen", std::string(header_of(request.headers, "x-sent"))}},
         .body = fmt::format("{} {} {}", request.method, request.target, request.body)});
}

// What the server says to these bytes, sent as they are, until it closes.
std::string raw(const HttpServer& server, std::string_view bytes) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), std::ssize(bytes));
  std::string answer;
  char buffer[4096];
  for (ssize_t count; (count = ::recv(fd, buffer, sizeof(buffer), 0)) > 0;)
    answer.append(buffer, static_cast<size_t>(count));
  ::close(fd);
  return answer;
}

TEST(HttpServer, ARequestIsAnswered) {
  const auto server = serve(echo);
  const auto got = fetch({.url = url(*server, "/a?b=c")});
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->status, 200);
  EXPECT_EQ(got->body, "GET /a?b=c ");
  EXPECT_EQ(header_of(got->headers, "content-type"), "text/plain");
  const auto posted = fetch({.url = url(*server, "/x"), .method = "POST", .body = "hello\n"});
  EXPECT_EQ(posted->body, "POST /x hello\n");
  EXPECT_EQ(HttpRequest{.target = "/a?b=c"}.path(), "/a");
}

TEST(HttpServer, AConnectionTakesRequestsOneAfterTheOther) {
  const auto server = serve(echo);
  const std::string answer = raw(*server,
                                 "GET /1 HTTP/1.1\r\nHost: x\r\nX-Sent: yes\r\n\r\n"
                                 "HEAD /2 HTTP/1.1\r\nHost: x\r\n\r\n"
                                 "GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("GET /1 "), std::string::npos) << answer;
  EXPECT_NE(answer.find("X-Seen: yes"), std::string::npos);
  EXPECT_EQ(answer.find("HEAD /2 "), std::string::npos) << "the answer to HEAD has no body";
  EXPECT_NE(answer.find("Content-Length: 8"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("GET /3 "));
}

TEST(HttpServer, WhatIsTooLongOrNoHttpIsRefused) {
  const auto server = serve(echo, {.header_bytes = 1024, .body_bytes = 10});
  EXPECT_EQ(fetch({.url = url(*server, "/"), .method = "POST", .body = "0123456789"})->status, 200);
  EXPECT_EQ(fetch({.url = url(*server, "/"), .method = "POST", .body = "0123456789x"})->status,
            413);
  EXPECT_TRUE(raw(*server, "GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n")
                  .starts_with("HTTP/1.1 431"));
  EXPECT_TRUE(raw(*server, "nonsense\r\n\r\n").starts_with("HTTP/1.1 400"));
}

TEST(HttpServer, WhoSendsNothingIsLeft) {
  const auto server = serve(echo, {.idle_seconds = 1});
  EXPECT_EQ(raw(*server, "GET / HT"), "");
}

TEST(HttpServer, AnAnswerMayComeLaterFromAnotherThreadAndIsGivenBeforeTheServerEnds) {
  std::atomic<bool> asked = false;
  std::thread later;
  auto server = serve([&](const HttpRequest& /*request*/, HttpReply reply) {
    later = std::thread([reply = std::move(reply)] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      reply(plain_text(200, "late"));
    });
    asked = true;
  });
  const std::string at = url(*server, "/");
  std::string body;
  std::thread client([&] { body = fetch({.url = at})->body; });
  while (!asked) std::this_thread::yield();
  server.reset();
  client.join();
  later.join();
  EXPECT_EQ(body, "late\n");
}

TEST(HttpServer, ManyConnectionsAtOnceAreAllAnswered) {
  const auto server = serve(echo, {.connections = 4});
  std::atomic<int> good = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 16; ++i)
    clients.emplace_back([&, i] {
      for (int j = 0; j < 20; ++j) {
        const auto answer = fetch({.url = url(*server, fmt::format("/{}/{}", i, j))});
        good += answer && answer->body == fmt::format("GET /{}/{} ", i, j) ? 1 : 0;
      }
    });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 16 * 20);
}

TEST(HttpServer, AnAddressThatIsTakenIsNamed) {
  const auto server = serve(echo);
  const auto other = HttpServer::start("127.0.0.1", server->port(), echo);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find(
                fmt::format("cannot listen on 127.0.0.1 port {}: ", server->port())),
            std::string::npos)
      << other.error().message;
  EXPECT_FALSE(HttpServer::start("no address", 0, echo));
}

}  // namespace
}  // namespace glass::system
