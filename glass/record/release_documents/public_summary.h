// Public summary: of the content a model was trained on, by the template C(2025) 5235 of the
// Commission (Regulation (EU) 2024/1689, Article 53(1)(d)), every field of it.
//
// A yes or no follows from what each source is: yes as soon as one source is of that kind, no only
// where every source is known to be of another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "glass/record/release_documents/form.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record {

Form public_summary(const ReleaseFacts& facts, Language language);

// Whether any dataset is of this category.
Answer used(const ReleaseFacts& facts, SourceCategory category);

// Of n domains the template wants the first ceil(n / 10) by amount of content; of a small company
// the first ceil(n / 20) or 1,000, whichever is fewer.
size_t relevant_domain_count(size_t domains, bool small_company);

// The most relevant ones: by bytes, the most first, then by name.
std::vector<DomainFact> relevant_domains(std::vector<DomainFact> domains, bool small_company);

// Public datasets with more than 3 % of the bytes of all public ones, in order.
std::vector<const DatasetFact*> large_public_datasets(const ReleaseFacts& facts);

}  // namespace glass::record
