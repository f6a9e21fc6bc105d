// Words: what texts an act may hold. Names of people, addresses, sentences: none of these belongs
// into a record that nothing is ever taken out of. So a text in an act is one of
//
//   a random id           32 hexadecimal digits, lower case
//   a digest, commitment  64 of them
//   a key                 "ed25519:" and 64 of them
//   a word                one that the charter or this program knows
//
// and everything else is refused before it is signed, and again before it is taken.
#pragma once

#include <string_view>

#include "glass/base/result.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/charter/charter.h"

namespace glass::institution {

// kRefused names the field and what it may hold. `charter` is the one in force; none while the
// facility is being founded. The text of a charter itself is not looked at: it is a public
// document.
[[nodiscard]] Status expect_words(const Event& event, const Charter* charter);

// 32 hexadecimal digits in lower case, and 64 of them.
bool is_id(std::string_view text);
bool is_digest(std::string_view text);

}  // namespace glass::institution
