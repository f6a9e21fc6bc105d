// The parts of Hugging Face's tokenizer.json that are the same in every file we write.
#pragma once

#include <string_view>

#include "glass/base/json.h"

namespace glass::data {

// The pattern as Llama 3 and others publish it. Engines that fold U+017F into `s` cut `'ſ`
// differently there; it is read as llama.cpp reads it, and never written.
inline constexpr std::string_view kPublishedPattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d))"
    R"(|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

// Splitting by kWordPattern, then bytes to stand-ins.
Json pre_tokenizer_json();

// Stand-ins to bytes.
Json decoder_json();

}  // namespace glass::data
