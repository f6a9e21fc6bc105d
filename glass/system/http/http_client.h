// HTTP as a client: one request over http or https, with the certificates of the system.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "glass/base/result.h"
#include "glass/system/http/http.h"

namespace glass::system {

struct HttpFetch {
  std::string url = {};
  std::string method = "GET";
  std::string body = {};
  std::string content_type = {};         // of the body
  size_t most_bytes = size_t{16} << 20;  // of the answer
  int timeout_seconds = 30;
};

// One after the other; the connection to a server is kept for the next request. Not for several
// threads at once.
class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Whatever the server answers, errors of HTTP included. Redirections are followed for GET alone.
  // kIo names the URL if there is no answer, kCorruption if there is a longer one.
  [[nodiscard]] Result<HttpResponse> fetch(const HttpFetch& wanted);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

// With a client of its own.
[[nodiscard]] Result<HttpResponse> fetch(const HttpFetch& wanted);

}  // namespace glass::system
