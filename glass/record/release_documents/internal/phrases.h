// Phrases: every word of the forms, in each of their languages.
//
// A third language is a member of Phrase and of Language; the tables name every phrase once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/record/release_documents/form.h"

namespace glass::record::release {

struct Phrase {
  std::string_view id;
  std::string_view english;
  std::string_view german;
};

std::span<const Phrase> summary_labels();        // "summary.<field>"
std::span<const Phrase> documentation_labels();  // "documentation.<field>"
std::span<const Phrase> sentences();             // the rest

// The phrase in that language. REQUIRES: a table has it.
std::string_view phrase(Language language, std::string_view id);

// The phrase with its {} filled in.
template <typename... Args>
std::string say(Language language, std::string_view id, Args&&... args) {
  return fmt::format(fmt::runtime(phrase(language, id)), std::forward<Args>(args)...);
}

std::string language_code(Language language);  // "en"

// "1,234,567" and "1.234.567"
std::string number(Language language, int64_t count);

// Two significant figures, "4.1e6" and "4,1e6". REQUIRES: value >= 0.
std::string figures(Language language, double value);

// "12.3 %" and "12,3 %". REQUIRES: whole > 0.
std::string share(Language language, int64_t part, int64_t whole);

}  // namespace glass::record::release
