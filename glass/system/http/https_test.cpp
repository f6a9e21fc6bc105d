// What https is for: a server proves who it is, and nobody is led away from it to http.
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/system/http/http_client.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/raw_server.h"

namespace glass::system {
namespace {

template <auto release>
struct Releases {
  template <typename T>
  void operator()(T* thing) const {
    release(thing);
  }
};

using Key = std::unique_ptr<EVP_PKEY, Releases<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Releases<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Releases<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Releases<SSL_free>>;

// Signed by itself, for 127.0.0.1 and an hour.
Certificate certificate_of(EVP_PKEY* key) {
  Certificate made(X509_new());
  X509_set_version(made.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_set_pubkey(made.get(), key);
  X509_NAME* const name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  const std::unique_ptr<X509_EXTENSION, Releases<X509_EXTENSION_free>> names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"));
  X509_add_ext(made.get(), names.get(), -1);
  GLASS_CHECK(X509_sign(made.get(), key, EVP_sha256()) > 0);
  return made;
}

Context context_of(EVP_PKEY* key, X509* certificate) {
  Context context(SSL_CTX_new(TLS_server_method()));
  GLASS_CHECK(SSL_CTX_use_certificate(context.get(), certificate) == 1);
  GLASS_CHECK(SSL_CTX_use_PrivateKey(context.get(), key) == 1);
  return context;
}

// A server of https that gives every request the same answer.
class TlsServer {
 public:
  [[nodiscard]] std::string url() const { return "https" + server_.url().substr(4); }

  // REQUIRES: no request is under way.
  void set_answer(std::string answer) { answer_ = std::move(answer); }

  void write_certificate(const Path& file) const {
    std::FILE* const out = std::fopen(file.c_str(), "w");
    GLASS_CHECK(out != nullptr && PEM_write_X509(out, certificate_.get()) == 1);
    std::fclose(out);
  }

 private:
  void serve(const testkit::RawConnection& connection) {
    const Session session(SSL_new(context_.get()));
    SSL_set_fd(session.get(), connection.descriptor());
    if (SSL_accept(session.get()) != 1) return;
    std::array<char, 4096> request;
    if (SSL_read(session.get(), request.data(), static_cast<int>(request.size())) <= 0) return;
    SSL_write(session.get(), answer_.data(), static_cast<int>(answer_.size()));
    SSL_shutdown(session.get());
  }

  std::string answer_;
  Key key_{EVP_EC_gen("P-256")};
  Certificate certificate_ = certificate_of(key_.get());
  Context context_ = context_of(key_.get(), certificate_.get());
  testkit::RawServer server_{
      [this](const testkit::RawConnection& connection) { serve(connection); },
      testkit::RawServer::Reads::kNothing};
};

class Https : public testing::Test {
 protected:
  Https() {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to whoever has gone
    server_.write_certificate(folder_ / "certificate.pem");
  }

  ~Https() override { ::unsetenv("SSL_CERT_FILE"); }

  void trust_server() { ::setenv("SSL_CERT_FILE", (folder_ / "certificate.pem").c_str(), 1); }

  [[nodiscard]] std::string answer() const {
    std::string body;
    const auto head = HttpClient().download(
        {.url = server_.url()}, [&](const HttpHead& /*head*/, ByteView piece) -> Status {
          body += as_text(piece);
          return {};
        });
    if (head) return body;
    EXPECT_EQ(head.error().code, ErrorCode::kRefused);
    return head.error().message;
  }

  TemporaryFolder folder_;
  TlsServer server_;
};

TEST_F(Https, AServerProvesWhoItIs) {
  server_.set_answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere");
  EXPECT_NE(answer().find("SSL certificate problem"), std::string::npos) << answer();
  EXPECT_FALSE(fetch({.url = server_.url()}));
  trust_server();
  EXPECT_EQ(answer(), "here");
  EXPECT_EQ(fetch({.url = server_.url()})->body, "here");
}

TEST_F(Https, NeverLeadsToHttp) {
  const testkit::RawServer open([](const testkit::RawConnection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nopen");
  });
  trust_server();
  server_.set_answer(
      fmt::format("HTTP/1.1 302 Found\r\nLocation: {}/\r\nContent-Length: 0\r\n\r\n", open.url()));
  EXPECT_NE(answer().find("https never leads to http"), std::string::npos) << answer();
  EXPECT_FALSE(fetch({.url = server_.url()}));
}

}  // namespace
}  // namespace glass::system
