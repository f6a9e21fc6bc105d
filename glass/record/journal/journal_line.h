// JournalLine: one entry of a journal: a text, such as canonical JSON, that lies on one line.
//
// It is UTF-8 of at least one and at most kMostLineBytes bytes, none of them a control character:
// so a file of lines splits in one way, and every database gives it back as it was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"

namespace glass::record {

inline constexpr size_t kMostLineBytes = size_t{1} << 20;

struct JournalLine {
  int64_t number = 0;  // from 0
  crypto::Digest digest;
  std::string text;

  friend bool operator==(const JournalLine&, const JournalLine&) = default;
};

// kInvalidInput says what is wrong with it, without naming it.
[[nodiscard]] Status expect_journal_line(std::string_view text);

}  // namespace glass::record
