// Model documentation: the form of the Code of Practice's chapter on transparency (July 2025), its
// 38 items and two fields of the document (Regulation (EU) 2024/1689, Article 53(1)(a) and (b),
// Annexes XI and XII). Where recipients get different answers, each is given and named.
#pragma once

#include <string>
#include <string_view>

#include "glass/record/release_documents/form.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record {

Form model_documentation(const ReleaseFacts& facts, Language language);

// The bands of item 11, such as "1-500M". REQUIRES: at least one parameter.
std::string_view parameter_band(double parameters);

// Of item 32, in months of 30 days: the id of its phrase, such as "months.1_to_3".
std::string_view training_time_band(double seconds);

// The power of ten at or below. REQUIRES: value > 0.
int order_of_magnitude(double value);

}  // namespace glass::record
