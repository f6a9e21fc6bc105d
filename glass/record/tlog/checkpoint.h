// Checkpoint (C2SP tlog-checkpoint v1.0.0): what a log commits to, as the text of a signed note.
//
//   <origin>
//   <size, decimal>
//   <base64 of the root>
//
// A log never signs two checkpoints that are not beginning and continuation of one tree.
#pragma once

#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/record/merkle/merkle.h"

namespace glass::record {

struct Checkpoint {
  std::string origin;  // the log's name: a URL without its scheme; also the name of its key
  TreeHead tree;

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// Lines ending with a line feed.
std::string to_text(const Checkpoint& checkpoint);

// Extension lines behind the root are allowed by the format; they are signed and told nothing of
// here. kCorruption if it is no checkpoint.
[[nodiscard]] Result<Checkpoint> parse_checkpoint(std::string_view text);

// A URL without scheme, white space, '+' and a last slash.
[[nodiscard]] bool is_origin(std::string_view origin);

// kInvalidInput says what one is.
[[nodiscard]] Status expect_origin(std::string_view origin);

}  // namespace glass::record
