#include "glass/service/petitions/letters.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/time_text.h"
#include "glass/service/petitions/signature_store.h"
#include "glass/system/mail/mail.h"

namespace glass::service {
namespace {

std::string_view wish_of(SigningRole role) {
  switch (role) {
    case SigningRole::kCreator: return "start";
    case SigningRole::kSponsor: return "support";
    case SigningRole::kSigner: return "sign";
  }
  return "";
}

// A link, or what to type.
std::string way(const LetterHead& head, std::string_view what, std::string_view token) {
  if (head.link.empty()) return fmt::format("glass petition {} DIR {}", what, token);
  return fmt::format("{}{}/{}", head.link, what, token);
}

}  // namespace

system::Letter letter_to_confirm(const LetterHead& head, std::string_view to, SigningRole role,
                                 std::string_view token, int64_t until_ms) {
  return {.to = std::string(to),
          .subject = fmt::format("Please confirm: {}", head.title),
          .text = fmt::format(
              "Somebody who gave this address, probably you, wants to {} the petition\n\n"
              "    {}\n\nat {}. If it was you, please confirm it:\n\n    {}\n\n"
              "The token can be used once, until {}.\n"
              "If it was not you, do nothing: then nothing is counted, and all of it is erased.\n",
              wish_of(role), head.title, head.facility, way(head, "confirm", token),
              time_text(until_ms))};
}

system::Letter letter_of_confirmation(const LetterHead& head, std::string_view to, SigningRole role,
                                      std::string_view token) {
  std::string text = fmt::format("You confirmed that you {} the petition\n\n    {}\n\nat {}.\n",
                                 wish_of(role), head.title, head.facility);
  if (role == SigningRole::kSigner)
    text += fmt::format(
        "\nOnce the hour is counted, this gives you a receipt, with which you can check by "
        "yourself "
        "that you were counted:\n\n    {}\n\nYou may take your signature back until the petition "
        "ends:\n\n    {}\n\nWhoever has this letter can do both, so keep it to yourself.\n",
        way(head, "receipt", token), way(head, "withdraw", token));
  return {.to = std::string(to),
          .subject = fmt::format("Confirmed: {}", head.title),
          .text = std::move(text)};
}

}  // namespace glass::service
