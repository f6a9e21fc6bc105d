#include "glass/system/mail/mail_message.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/system/mail/mail.h"

namespace glass::system {
namespace {

constexpr int64_t kAt = 1'795'770'900'000;  // 27 November 2026, 09:15 UTC

TEST(MailMessage, IsALetterAsServersReadIt) {
  const Letter letter{.to = "curie@example.org", .subject = "Your signature", .text = "One.\n.\n"};
  EXPECT_EQ(mail_message(letter, "office@facility.example", "0a", kAt).value(),
            "Date: Fri, 27 Nov 2026 09:15:00 +0000\r\n"
            "From: <office@facility.example>\r\n"
            "To: <curie@example.org>\r\n"
            "Message-ID: <0a@facility.example>\r\n"
            "Subject: Your signature\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 7bit\r\n"
            "\r\n"
            "One.\r\n.\r\n");
}

TEST(MailMessage, EncodesWhatIsNotAscii) {
  Letter letter{.to = "curie@example.org", .subject = "Pétition", .text = "Bonjour, é."};
  const std::string message = mail_message(letter, "a@b", "0a", kAt).value();
  EXPECT_NE(message.find("Subject: =?utf-8?B?UMOpdGl0aW9u?=\r\n"), std::string::npos) << message;
  EXPECT_NE(message.find("base64\r\n\r\nQm9uam91ciwgw6ku\r\n"), std::string::npos) << message;
  // Long ones part between characters, and no line is too long.
  letter.subject.clear();
  for (int i = 0; i < 60; ++i) letter.subject += "é";
  letter.text = std::string(300, 'x');
  const std::string all = mail_message(letter, "a@b", "0a", kAt).value();
  for (size_t at = 0, end = 0; (end = all.find("\r\n", at)) != std::string::npos; at = end + 2)
    EXPECT_LE(end - at, 78U) << all.substr(at, end - at);
}

TEST(MailMessage, LetsNothingBecomeAHeaderOrAnotherRecipient) {
  const auto message = [](const std::string& to, const std::string& subject) {
    const auto made = mail_message({.to = to, .subject = subject, .text = "x"}, "a@b", "0a", kAt);
    return made ? "" : made.error().message;
  };
  EXPECT_EQ(message("curie@example.org", "one line"), "");
  for (const char* to : {"", "curie", "@example.org", "curie@", "a@b@c", "a@b\r\nBcc: c@d", "a b@c",
                         "<a@b>", "a@b,c@d", "a@b>", "cur\xC3\xA9@example.org"}) {
    const std::string why = message(to, "x");
    EXPECT_EQ(why, "the address of a letter is no mailbox") << to;
  }
  EXPECT_EQ(message("a@b", "one\r\nBcc: c@d"), "the subject of a letter is one line");
}

}  // namespace
}  // namespace glass::system
