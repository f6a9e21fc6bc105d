// MailMessage: a letter as the bytes that mail servers pass on (RFC 5322, MIME).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/system/mail/mail.h"

namespace glass::system {

// Plain text; lines end in CR LF. A text that is not ASCII goes as base64, a subject as RFC 2047
// has it. `id` makes the letter's name, and is a random id.
[[nodiscard]] Result<std::string> mail_message(const Letter& letter, std::string_view from,
                                               std::string_view id, int64_t at_ms);

// Whether a mailbox can stand in a letter: ASCII, one @, nothing that ends or parts a header.
bool is_mailbox(std::string_view address);

// "Fri, 27 Nov 2026 09:15:00 +0000".
std::string mail_date(int64_t at_ms);

}  // namespace glass::system
