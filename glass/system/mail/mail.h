// Mail: letters to one mailbox each, and who takes them to it.
#pragma once

#include <memory>
#include <string>

#include "glass/base/result.h"

namespace glass::system {

struct Letter {
  std::string to;       // curie@example.org
  std::string subject;  // one line
  std::string text;     // UTF-8
};

struct MailServer {
  std::string url = {};   // smtp://host:port, or smtps:// for TLS from the first byte
  std::string from = {};  // the mailbox that letters come from
  std::string user = {}, password = {};
  int timeout_seconds = 30;
};

class MailSender {
 public:
  virtual ~MailSender() = default;

  // Once it is answered the server has the letter, which does not mean that it arrives.
  // kInvalidInput for an address or a subject that cannot stand in a letter, kRefused if the server
  // does not want it, kIo if there is no server. No error repeats an address.
  [[nodiscard]] virtual Status send(const Letter& letter) = 0;
};

// Speaks SMTP by libcurl, one connection a letter. To a host that is not this machine it goes by
// TLS, with the certificates of the system or of $SSL_CERT_FILE.
std::unique_ptr<MailSender> smtp_sender(MailServer server);

}  // namespace glass::system
