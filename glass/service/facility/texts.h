// Texts: what people write, kept beside the journal and never in it. An act holds a commitment;
// here is what it commits to, with the salt without which nobody can tell, however much they guess.
// Whoever erases the file erases the text, and every signature still holds.
//
//   commitment = SHA-256("glassworks/commit/v1/" + what + 0x00 + salt[32] + text)
//
//   texts/<commitment>.json
//   {"kind":"glass-text-1","what":"proposal.title","salt":"<hex>","text":"..."}
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"

namespace glass::service {

inline constexpr size_t kMostTextBytes = size_t{1} << 20;

struct CommittedText {
  std::string what;  // the kind of event and the field, "proposal.submitted.title"
  std::string salt;  // 64 hexadecimal digits
  std::string text;  // UTF-8
};

crypto::Digest commitment(const CommittedText& text);

// With a salt drawn at random. kInvalidInput if the text is empty, too long or no UTF-8.
[[nodiscard]] Result<CommittedText> committed_text(std::string_view what, std::string_view text);

// Durable when it returns. REQUIRES: `facility` is the folder of one.
[[nodiscard]] Status save_text(system::Files& files, const system::Path& facility,
                               const CommittedText& text);

// Of an act that was not taken. Absent is no error.
[[nodiscard]] Status forget_text(system::Files& files, const system::Path& facility,
                                 const CommittedText& text);

// Nothing if it was never kept here, or was erased. kCorruption if the file says something else
// than its commitment.
[[nodiscard]] Result<std::optional<CommittedText>> find_text(system::Files& files,
                                                             const system::Path& facility,
                                                             std::string_view commitment_hex);

}  // namespace glass::service
