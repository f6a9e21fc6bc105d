// HTTP: requests and responses as plain data.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glass::system {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// The value of the first header of this name, whatever its case; empty if there is none.
std::string_view header_of(const HttpHeaders& headers, std::string_view name);

struct HttpRequest {
  std::string method = {};  // "GET"
  std::string target = {};  // path and query as they were sent, "/tile/0/000?x=y"
  HttpHeaders headers = {};
  std::string body = {};

  // Without the query.
  [[nodiscard]] std::string_view path() const {
    return std::string_view(target).substr(0, target.find('?'));
  }
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;  // "Content-Length" and "Connection" are the server's to say
  std::string body;
};

// A response of one line of plain text.
HttpResponse plain_text(int status, std::string_view line);

}  // namespace glass::system
