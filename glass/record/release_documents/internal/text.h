// Text: what the documents share of escaping, counting and looking up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record::release {

// The file of the folder with this path, or nullptr.
const FileFact* find_file(const ReleaseFacts& facts, std::string_view path);

// The first one, by path, that ends so.
const FileFact* find_ending(const ReleaseFacts& facts, std::string_view ending);

// Whether it holds weights: those at the end of training, or those of a checkpoint.
bool is_final_weights(const FileFact& file);
bool is_checkpoint(const FileFact& file);

// The first file of final weights, by path, or nullptr.
const FileFact* find_weights(const ReleaseFacts& facts);

// The hexadecimal digits of "sha256:...", of which nothing else is left; empty for no digest.
std::string hex_of(std::string_view digest);

// "unknown" for an empty text.
std::string or_unknown(std::string_view text);
std::string or_unknown(std::optional<int64_t> count);

// As a word of Markdown: characters with a meaning there are escaped, line breaks become spaces.
std::string markdown(std::string_view text);

// As a value of YAML 1.2: plain where that can be read as nothing but this text, else quoted.
std::string yaml(std::string_view text);

// Natural languages of the corpus by their first subtag, sorted, each once: neither code nor "und".
std::vector<std::string> natural_languages(const CorpusFact& corpus);

// What the answers say of a source of the recipe, or nullptr.
const SourceAnswers* answers_of(const ReleaseFacts& facts, std::string_view source);

// Of a dataset's source; what comes out of a signed archive is public without anyone's saying so.
SourceCategory category_of(const ReleaseFacts& facts, const DatasetFact& dataset);

// A share in percent with one decimal: "12.3 %". REQUIRES: whole > 0.
std::string percent(int64_t part, int64_t whole);

// Two significant figures: "1.2e15", "12,000" below 100,000. REQUIRES: value >= 0.
std::string two_figures(double value);

// Ids that a licence expression names, exceptions left out, each once, in order.
std::vector<std::string> licence_ids(std::string_view expression);

// A name for the release that no other has: a UUID (RFC 9562, version 8) of the digest of name,
// version, date and run.
std::string release_uuid(const ReleaseFacts& facts);

// A date or time to the second, "2026-11-27T00:00:00Z": SPDX knows no fractions. Empty for no date.
std::string to_the_second(std::string_view date);

// The provider's name, or "not stated".
std::string provider_name(const ReleaseFacts& facts);

// Members that say something: empty texts are left out.
void add_text(Json::Object& object, std::string_view key, std::string_view text);

}  // namespace glass::record::release
