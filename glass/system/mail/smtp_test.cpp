#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/system/files.h"
#include "glass/system/mail/mail.h"
#include "glass/testkit/raw_server.h"

namespace glass::system {
namespace {

const Letter kLetter{
    .to = "curie@example.org", .subject = "Signature", .text = "One.\n.\nTwo é.\n"};

// A real server where tests/mail_server.py has started one.
TEST(RealSmtp, TakesALetterAsItIs) {
  const char* url = std::getenv("GLASS_TEST_SMTP");
  if (url == nullptr) GTEST_SKIP() << "no mail server; tests/mail_server.py starts one";
  const auto sender = smtp_sender({.url = url, .from = "office@facility.example"});
  const Status sent = sender->send(kLetter);
  ASSERT_TRUE(sent) << sent.error().message;
  const Path folder = std::getenv("GLASS_TEST_MAILS");
  const std::string envelope = posix_files().read_text(folder / "1.to").value();
  EXPECT_EQ(envelope, "curie@example.org\n");
  EXPECT_EQ(posix_files().read_text(folder / "1.txt").value(), kLetter.text);

  Letter unwanted = kLetter;
  unwanted.to = "nobody@refused.example";
  const Status refused = sender->send(unwanted);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  EXPECT_EQ(refused.error().message.find("nobody"), std::string::npos) << refused.error().message;
}

TEST(Smtp, TellsThatThereIsNoServer) {
  const auto sender = smtp_sender({.url = "smtp://127.0.0.1:1", .from = "a@b"});
  const Status sent = sender->send(kLetter);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kIo);
  EXPECT_NE(sent.error().message.find("smtp://127.0.0.1:1"), std::string::npos);
  EXPECT_EQ(sent.error().message.find("curie"), std::string::npos);
}

// A server that speaks no TLS and is called by a name that could be anybody's: nothing is said to
// it.
TEST(Smtp, SendsNothingUnencryptedToAnotherMachine) {
  const testkit::RawServer server(
      [](const testkit::RawConnection& connection) {
        connection.send("220 hello\r\n");
        connection.send("250 no extensions\r\n");
        connection.wait();
      },
      testkit::RawServer::Reads::kNothing);
  const std::string port = server.url().substr(server.url().rfind(':'));
  const auto sender = smtp_sender({.url = "smtp://127.1" + port, .from = "a@b"});
  const Status sent = sender->send(kLetter);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kRefused) << sent.error().message;
  EXPECT_NE(sent.error().message.find("does not speak TLS"), std::string::npos)
      << sent.error().message;
}

}  // namespace
}  // namespace glass::system
