// ReleaseFacts of a finished run: what its folder tells, and what people have typed.
//
// The record's signature is checked, and every file that is read has the digest that the record
// names. What the folder does not tell stays unknown: the files of the release, its log, the key
// that signs it, and what was verified are for the caller to add.
#pragma once

#include <string_view>

#include "glass/base/result.h"
#include "glass/record/release_documents/release_answers.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/system/files.h"

namespace glass::service {

// kInvalidInput if the run is unfinished; kMismatch names a file that was changed.
[[nodiscard]] Result<record::ReleaseFacts> release_facts(const system::Path& run,
                                                         system::Files& files);

// Puts in what was typed; `text` is that of release.toml, whose digest the documents name.
void add_answers(record::ReleaseAnswers answers, std::string_view text,
                 record::ReleaseFacts& facts);

}  // namespace glass::service
