// HttpServer: listens, and hands each request to a function that answers at once or later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "glass/base/result.h"
#include "glass/system/http/http.h"

namespace glass::system {

// Answers a request; may be called once, from any thread, until the server is destroyed.
using HttpReply = std::function<void(HttpResponse)>;
using HttpHandler = std::function<void(HttpRequest, HttpReply)>;

struct HttpLimits {
  size_t header_bytes = size_t{16} << 10;
  size_t body_bytes = size_t{1} << 20;  // more is answered with 413
  int idle_seconds = 30;                // to send a request, to take an answer
  int connections = 4096;               // more wait in the system's queue
  int threads = 2;                      // that handlers are called on, at once
};

class HttpServer {
 public:
  // Begins to serve; port 0 takes a free one. kIo naming address and port if that cannot be.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(const std::string& address,
                                                                 uint16_t port, HttpHandler handler,
                                                                 const HttpLimits& limits = {});

  // Stops: takes no more requests, lets those being answered end.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] uint16_t port() const;

 private:
  class Listener;
  explicit HttpServer(std::unique_ptr<Listener> listener);
  std::unique_ptr<Listener> listener_;
};

}  // namespace glass::system
