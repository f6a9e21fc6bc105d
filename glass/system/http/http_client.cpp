#include "glass/system/http/http_client.h"

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/system/http/http.h"

namespace glass::system {
namespace {

constexpr long kMostRedirections = 3;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

constexpr size_t kMostHeaderBytes = size_t{64} << 10;

struct Answer {
  HttpResponse response;
  size_t most_bytes;
  size_t header_bytes = 0;
};

size_t take_body(const char* bytes, size_t /*one*/, size_t count, Answer* answer) {
  if (answer->response.body.size() + count > answer->most_bytes) return 0;  // ends the transfer
  answer->response.body.append(bytes, count);
  return count;
}

size_t take_header(const char* bytes, size_t /*one*/, size_t count, Answer* answer) {
  answer->header_bytes += count;
  if (answer->header_bytes > kMostHeaderBytes) return 0;  // ends the transfer
  std::string_view line(bytes, count);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) answer->response.headers.clear();  // of a redirection before
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return count;
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' ')) value.remove_prefix(1);
  answer->response.headers.emplace_back(line.substr(0, colon), value);
  return count;
}

template <typename T>
void set_option(CURL* curl, CURLoption option, T value) {
  GLASS_CHECK(curl_easy_setopt(curl, option, value) == CURLE_OK);
}

}  // namespace

struct HttpClient::Handle {
  CURL* curl = nullptr;
};

HttpClient::HttpClient() : handle_(std::make_unique<Handle>()) {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (started) handle_->curl = curl_easy_init();
}

HttpClient::~HttpClient() {
  if (handle_->curl != nullptr) curl_easy_cleanup(handle_->curl);
}

Result<HttpResponse> fetch(const HttpFetch& wanted) {
  return HttpClient().fetch(wanted);
}

Result<HttpResponse> HttpClient::fetch(const HttpFetch& wanted) {
  CURL* const curl = handle_->curl;
  if (curl == nullptr) return fail(ErrorCode::kIo, "libcurl cannot be started");
  curl_easy_reset(curl);
  Answer answer{.response = {}, .most_bytes = wanted.most_bytes};
  set_option(curl, CURLOPT_URL, wanted.url.c_str());
  set_option(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  set_option(curl, CURLOPT_NOSIGNAL, 1L);
  set_option(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
  set_option(curl, CURLOPT_TIMEOUT, static_cast<long>(wanted.timeout_seconds));
  set_option(curl, CURLOPT_WRITEFUNCTION, &take_body);
  set_option(curl, CURLOPT_WRITEDATA, &answer);
  set_option(curl, CURLOPT_HEADERFUNCTION, &take_header);
  set_option(curl, CURLOPT_HEADERDATA, &answer);
  const std::string type = "Content-Type: " + wanted.content_type;
  const std::unique_ptr<curl_slist, FreeList> headers(
      wanted.content_type.empty() ? nullptr : curl_slist_append(nullptr, type.c_str()));
  if (headers != nullptr) set_option(curl, CURLOPT_HTTPHEADER, headers.get());
  if (wanted.method == "GET") {
    set_option(curl, CURLOPT_FOLLOWLOCATION, 1L);
    set_option(curl, CURLOPT_MAXREDIRS, kMostRedirections);
  } else {
    set_option(curl, CURLOPT_CUSTOMREQUEST, wanted.method.c_str());
    set_option(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(wanted.body.size()));
    set_option(curl, CURLOPT_POSTFIELDS, wanted.body.c_str());
  }
  const CURLcode result = curl_easy_perform(curl);
  if (result == CURLE_WRITE_ERROR)
    return fail(ErrorCode::kCorruption,
                fmt::format("{}: the answer has more than {} bytes, or too long a header",
                            wanted.url, wanted.most_bytes));
  if (result != CURLE_OK)
    return fail(ErrorCode::kIo, fmt::format("{}: {}", wanted.url, curl_easy_strerror(result)));
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  answer.response.status = static_cast<int>(status);
  return std::move(answer.response);
}

}  // namespace glass::system
