// Letters: what the petition office writes to people. Each holds a token, which is worth something
// to whoever reads the mailbox.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "glass/service/petitions/signature_store.h"
#include "glass/system/mail/mail.h"

namespace glass::service {

// What all letters of a petition share.
struct LetterHead {
  std::string facility;  // its name
  std::string title;     // of the petition
  std::string link;      // before "confirm/TOKEN"; empty: the commands of a terminal
};

// Somebody wants to draft, sponsor or sign it: it counts once the token is confirmed, by then.
system::Letter letter_to_confirm(const LetterHead& head, std::string_view to, SigningRole role,
                                 std::string_view token, int64_t until_ms);

// It is confirmed, now or before: by the token it can be proved, and withdrawn.
system::Letter letter_of_confirmation(const LetterHead& head, std::string_view to, SigningRole role,
                                      std::string_view token);

}  // namespace glass::service
