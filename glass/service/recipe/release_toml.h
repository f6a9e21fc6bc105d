// ReleaseToml: release.toml, in which people say what of a release only they can say.
//
// Strict as a recipe is: an unknown key is an error with its line and the nearest known one.
// Nothing has to be there; what is not said stays not answered, and the documents tell it as
// missing.
#pragma once

#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/record/release_documents/release_answers.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::service {

// `file` names it in messages. kInvalidInput lists every problem found, one a line.
[[nodiscard]] Result<record::ReleaseAnswers> read_release_toml(std::string_view text,
                                                               std::string_view file);

// kInvalidInput where an answer contradicts what is known: a source that the recipe does not have,
// a component that the framework does not have, a "no" to a kind of source that there is.
// REQUIRES: the facts hold the answers.
[[nodiscard]] Status expect_consistent(const record::ReleaseFacts& facts);

// The whole of release.toml for these facts, to be filled in: every key with what it means, what
// was answered before, and what the record would say where a draft awaits a person. Read again, it
// gives the same answers.
std::string release_questions(const record::ReleaseFacts& facts);

}  // namespace glass::service
