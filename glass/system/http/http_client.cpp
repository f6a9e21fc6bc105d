#include "glass/system/http/http_client.h"

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/system/http/http.h"

namespace glass::system {
namespace {

constexpr long kMostRedirections = 3;
constexpr long kConnectSeconds = 30;
constexpr long kSlowestBytesPerSecond = 1000;  // http_client.h says it, too
constexpr long kPieceBytes = 256L << 10;
constexpr size_t kMostHeaderBytes = size_t{64} << 10;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

template <typename T>
void set_option(CURL* curl, CURLoption option, T value) {
  GLASS_CHECK(curl_easy_setopt(curl, option, value) == CURLE_OK);
}

// The header of the answer, redirections before it left out.
struct HeaderLines {
  HttpHeaders headers = {};
  size_t bytes = 0;
};

size_t take_header(const char* bytes, size_t /*one*/, size_t count, HeaderLines* lines) {
  lines->bytes += count;
  if (lines->bytes > kMostHeaderBytes) return 0;  // ends the transfer
  std::string_view line(bytes, count);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) lines->headers.clear();
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return count;
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' ')) value.remove_prefix(1);
  lines->headers.emplace_back(line.substr(0, colon), value);
  return count;
}

// What every request has: where to, and what may be spoken on the way.
void prepare(CURL* curl, const std::string& url, HeaderLines& lines) {
  curl_easy_reset(curl);
  set_option(curl, CURLOPT_URL, url.c_str());
  set_option(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  const bool is_https = to_lower(url).starts_with("https:");
  set_option(curl, CURLOPT_REDIR_PROTOCOLS_STR, is_https ? "https" : "http,https");
  if (const char* file = std::getenv("SSL_CERT_FILE"); file != nullptr && *file != '\0')
    set_option(curl, CURLOPT_CAINFO, file);
  set_option(curl, CURLOPT_NOSIGNAL, 1L);
  set_option(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
  set_option(curl, CURLOPT_HEADERFUNCTION, &take_header);
  set_option(curl, CURLOPT_HEADERDATA, &lines);
}

void follow_redirections(CURL* curl) {
  set_option(curl, CURLOPT_FOLLOWLOCATION, 1L);
  set_option(curl, CURLOPT_MAXREDIRS, kMostRedirections);
}

int status_of(CURL* curl) {
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

struct Answer {
  std::string body = {};
  size_t most_bytes = 0;
};

size_t take_body(const char* bytes, size_t /*one*/, size_t count, Answer* answer) {
  if (answer->body.size() + count > answer->most_bytes) return 0;  // ends the transfer
  answer->body.append(bytes, count);
  return count;
}

// A download under way.
struct Transfer {
  CURL* curl;
  const HttpDownload& wanted;
  const HttpSink& sink;
  HeaderLines lines = {};
  std::optional<HttpHead> head = {};  // with the first piece
  Status taken = {};                  // what stopped it on our side
};

// What a 206 has to be: the part that was asked for.
Status expect_part(const HttpDownload& wanted, const HttpHead& head) {
  if (head.status != 206) return {};
  const std::string_view range = header_of(head.headers, "content-range");
  if (wanted.from_byte > 0 && range.starts_with(fmt::format("bytes {}-", wanted.from_byte)))
    return {};
  return fail(
      ErrorCode::kCorruption,
      fmt::format("{}: the server answers with another part than the one asked for", wanted.url));
}

// False ends the transfer: an error of HTTP, whose body nobody wants, or ours.
bool take(Transfer& transfer, ByteView piece) {
  if (!transfer.head) {
    HttpHead head{.status = status_of(transfer.curl), .headers = transfer.lines.headers};
    curl_off_t length = -1;
    curl_easy_getinfo(transfer.curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length >= 0) head.body_bytes = static_cast<uint64_t>(length);
    transfer.head = std::move(head);
    transfer.taken = expect_part(transfer.wanted, *transfer.head);
  }
  if (transfer.head->status != 200 && transfer.head->status != 206) return false;
  if (transfer.taken) transfer.taken = transfer.sink(*transfer.head, piece);
  return transfer.taken.has_value();
}

size_t take_piece(const char* bytes, size_t /*one*/, size_t count, Transfer* transfer) {
  return take(*transfer, as_bytes(std::string_view(bytes, count))) ? count : 0;
}

// Not 0 ends the transfer.
int ask_whether_to_go_on(const std::function<bool()>* interrupted, curl_off_t, curl_off_t,
                         curl_off_t, curl_off_t) {
  return (*interrupted)() ? 1 : 0;
}

void prepare_download(CURL* curl, const HttpDownload& wanted, Transfer& transfer) {
  prepare(curl, wanted.url, transfer.lines);
  follow_redirections(curl);
  set_option(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set_option(curl, CURLOPT_LOW_SPEED_LIMIT, kSlowestBytesPerSecond);
  set_option(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(wanted.stall_seconds));
  curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, kPieceBytes);  // or, kept from before, a smaller one
  set_option(curl, CURLOPT_WRITEFUNCTION, &take_piece);
  set_option(curl, CURLOPT_WRITEDATA, &transfer);
  // Not CURLOPT_RESUME_FROM, which takes a server that sends the whole for a failure.
  if (wanted.from_byte > 0)
    set_option(curl, CURLOPT_RANGE, fmt::format("{}-", wanted.from_byte).c_str());
  if (!wanted.interrupted) return;
  set_option(curl, CURLOPT_NOPROGRESS, 0L);
  set_option(curl, CURLOPT_XFERINFOFUNCTION, &ask_whether_to_go_on);
  set_option(curl, CURLOPT_XFERINFODATA, &wanted.interrupted);
}

// Why there is no answer, in the words of libcurl unless ours are better.
tl::unexpected<Error> no_answer(const Transfer& transfer, CURLcode result, const char* detail) {
  const std::string& url = transfer.wanted.url;
  if (result == CURLE_ABORTED_BY_CALLBACK)
    return fail(ErrorCode::kInterrupted, fmt::format("{}: stopped", url));
  if (result == CURLE_UNSUPPORTED_PROTOCOL)
    return fail(
        ErrorCode::kRefused,
        fmt::format("{}: only http and https are fetched, and https never leads to http", url));
  if (transfer.lines.bytes > kMostHeaderBytes)
    return fail(ErrorCode::kCorruption, fmt::format("{}: the answer has too long a header", url));
  const bool is_impostor = result == CURLE_PEER_FAILED_VERIFICATION;
  return fail(is_impostor ? ErrorCode::kRefused : ErrorCode::kIo,
              fmt::format("{}: {}", url, *detail != '\0' ? detail : curl_easy_strerror(result)));
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
  HeaderLines lines;
  Answer answer{.most_bytes = wanted.most_bytes};
  prepare(curl, wanted.url, lines);
  set_option(curl, CURLOPT_TIMEOUT, static_cast<long>(wanted.timeout_seconds));
  set_option(curl, CURLOPT_WRITEFUNCTION, &take_body);
  set_option(curl, CURLOPT_WRITEDATA, &answer);
  const std::string type = "Content-Type: " + wanted.content_type;
  const std::unique_ptr<curl_slist, FreeList> headers(
      wanted.content_type.empty() ? nullptr : curl_slist_append(nullptr, type.c_str()));
  if (headers != nullptr) set_option(curl, CURLOPT_HTTPHEADER, headers.get());
  if (wanted.method == "GET") {
    follow_redirections(curl);
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
  return HttpResponse{.status = status_of(curl),
                      .headers = std::move(lines.headers),
                      .body = std::move(answer.body)};
}

Result<HttpHead> HttpClient::download(const HttpDownload& wanted, const HttpSink& sink) {
  CURL* const curl = handle_->curl;
  if (curl == nullptr) return fail(ErrorCode::kIo, "libcurl cannot be started");
  Transfer transfer{.curl = curl, .wanted = wanted, .sink = sink};
  prepare_download(curl, wanted, transfer);
  std::array<char, CURL_ERROR_SIZE> detail{};
  set_option(curl, CURLOPT_ERRORBUFFER, detail.data());
  const CURLcode result = curl_easy_perform(curl);
  set_option(curl, CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
  if (result == CURLE_OK && !transfer.head) take(transfer, {});  // the body is empty
  GLASS_TRY_STATUS(transfer.taken);
  const bool is_error_of_http =
      transfer.head && transfer.head->status != 200 && transfer.head->status != 206;
  if (result != CURLE_OK && !is_error_of_http) return no_answer(transfer, result, detail.data());
  return std::move(*transfer.head);
}

}  // namespace glass::system
