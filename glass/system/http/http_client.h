// HTTP as a client: requests over http or https, with the certificates of the system or of
// $SSL_CERT_FILE.
//
// Redirections are followed for GET alone, to http and https alone, and from https to https alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "glass/base/bytes.h"
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

// A body of any length, which may take hours as long as something comes.
struct HttpDownload {
  std::string url = {};
  uint64_t from_byte = 0;  // asks for what comes behind so many bytes
  int stall_seconds = 60;  // with less than 1000 bytes a second for so long, nothing more is coming
  std::function<bool()> interrupted = {};  // asked at least once a second
};

// What an answer says before its body.
struct HttpHead {
  int status = 0;
  HttpHeaders headers = {};
  std::optional<uint64_t> body_bytes = {};  // as the server says; it may send fewer
};

// Takes the pieces of a body in order. The first may be empty, and there is always one. An Error
// ends the transfer.
using HttpSink = std::function<Status(const HttpHead& head, ByteView piece)>;

// One after the other; the connection to a server is kept for the next request. Not for several
// threads at once.
class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Whatever the server answers, errors of HTTP included. kIo names the URL if there is no answer,
  // kCorruption if there is a longer one.
  [[nodiscard]] Result<HttpResponse> fetch(const HttpFetch& wanted);

  // Hands the body of an answer to `sink`: of 200, which is the whole, and of 206, which is what
  // comes behind from_byte; other answers are returned without their body. kIo names the URL if
  // there is no answer, or it stalls or breaks off; kRefused if the server does not prove who it
  // is, or leads to where nobody follows; kCorruption if 206 is another part than the one asked
  // for; else the sink's own error.
  [[nodiscard]] Result<HttpHead> download(const HttpDownload& wanted, const HttpSink& sink);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

// With a client of its own.
[[nodiscard]] Result<HttpResponse> fetch(const HttpFetch& wanted);

}  // namespace glass::system
