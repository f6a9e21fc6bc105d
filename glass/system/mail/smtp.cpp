// Letters by SMTP.
#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/system/clock.h"
#include "glass/system/mail/mail.h"
#include "glass/system/mail/mail_message.h"
#include "glass/system/random.h"

namespace glass::system {
namespace {

constexpr long kAnswerCode = 500;  // and above: the server does not want the letter, now or later

struct EndCurl {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};

struct FreeRecipients {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

template <typename T>
void set_mail_option(CURL* curl, CURLoption option, T value) {
  GLASS_CHECK(curl_easy_setopt(curl, option, value) == CURLE_OK);
}

size_t give(char* into, size_t size, size_t count, std::string_view* rest) {
  const size_t given = std::min(size * count, rest->size());
  std::memcpy(into, rest->data(), given);
  rest->remove_prefix(given);
  return given;
}

// Whether the server is this machine, where nobody listens on the way.
bool is_here(std::string_view url) {
  for (const std::string_view scheme : {"smtp://", "smtps://"}) {
    if (url.starts_with(scheme)) url.remove_prefix(scheme.size());
  }
  const std::string_view host = url.starts_with("[") ? url.substr(0, url.find(']') + 1)
                                                     : url.substr(0, url.find_first_of(":/"));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

std::string letter_id() {
  std::array<uint8_t, 16> bytes{};
  fill_random(bytes);
  return to_hex(bytes);
}

class SmtpSender final : public MailSender {
 public:
  explicit SmtpSender(MailServer server) : server_(std::move(server)) {}

  Status send(const Letter& letter) override {
    GLASS_TRY(const std::string message,
              mail_message(letter, server_.from, letter_id(), posix_clock().unix_ms()));
    static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    const std::unique_ptr<CURL, EndCurl> curl(started ? curl_easy_init() : nullptr);
    const std::string to = fmt::format("<{}>", letter.to), from = fmt::format("<{}>", server_.from);
    const std::unique_ptr<curl_slist, FreeRecipients> recipients(
        curl_slist_append(nullptr, to.c_str()));
    if (curl == nullptr || recipients == nullptr)
      return fail(ErrorCode::kIo, "libcurl cannot be started");
    prepare(curl.get());
    std::string_view rest = message;
    set_mail_option(curl.get(), CURLOPT_MAIL_FROM, from.c_str());
    set_mail_option(curl.get(), CURLOPT_MAIL_RCPT, recipients.get());
    set_mail_option(curl.get(), CURLOPT_READFUNCTION, &give);
    set_mail_option(curl.get(), CURLOPT_READDATA, &rest);
    set_mail_option(curl.get(), CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
    return told(curl.get(), curl_easy_perform(curl.get()));
  }

 private:
  void prepare(CURL* curl) const {
    set_mail_option(curl, CURLOPT_URL, server_.url.c_str());
    set_mail_option(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set_mail_option(curl, CURLOPT_UPLOAD, 1L);
    set_mail_option(curl, CURLOPT_NOSIGNAL, 1L);
    set_mail_option(curl, CURLOPT_NOPROXY, "*");
    set_mail_option(curl, CURLOPT_TIMEOUT, static_cast<long>(server_.timeout_seconds));
    if (!is_here(server_.url))
      set_mail_option(curl, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    if (const char* file = std::getenv("SSL_CERT_FILE"); file != nullptr && *file != '\0')
      set_mail_option(curl, CURLOPT_CAINFO, file);
    if (server_.user.empty()) return;
    set_mail_option(curl, CURLOPT_USERNAME, server_.user.c_str());
    set_mail_option(curl, CURLOPT_PASSWORD, server_.password.c_str());
  }

  // In words of ours: what a server answers may repeat an address.
  [[nodiscard]] Status told(CURL* curl, CURLcode result) const {
    if (result == CURLE_OK) return {};
    long code = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    if (code >= kAnswerCode)
      return fail(
          ErrorCode::kRefused,
          fmt::format("the mail server {} refuses the letter (code {})", server_.url, code));
    if (result == CURLE_USE_SSL_FAILED)
      return fail(ErrorCode::kRefused,
                  fmt::format("the mail server {} does not speak TLS, and letters go unencrypted "
                              "only to this machine",
                              server_.url));
    return fail(ErrorCode::kIo, fmt::format("the mail server {}: {}; the letter was not sent",
                                            server_.url, curl_easy_strerror(result)));
  }

  MailServer server_;
};

}  // namespace

std::unique_ptr<MailSender> smtp_sender(MailServer server) {
  return std::make_unique<SmtpSender>(std::move(server));
}

}  // namespace glass::system
