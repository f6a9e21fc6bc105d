#include "glass/data/tokenizer/internal/sentencepiece_json.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/internal/json_rules.h"
#include "glass/data/tokenizer/internal/spelling.h"
#include "glass/data/tokenizer/tokenizer.h"

namespace glass::data {

namespace {

// Prefix spaces as Metaspace names them.
constexpr std::string_view kNever = "never", kAlwaysIfMissing = "always", kFirst = "first";

Json replace_json(std::string_view from, std::string_view to) {
  return Json::Object{
      {"type", "Replace"}, {"pattern", Json::Object{{"String", from}}}, {"content", to}};
}

Json prepend_json() {
  return Json::Object{{"type", "Prepend"}, {"prepend", kSpelledSpace}};
}

Json strip_json() {
  return Json::Object{{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}};
}

Json decoder_steps(bool byte_fallback, bool strip_space) {
  Json::Array steps = {replace_json(kSpelledSpace, " ")};
  if (byte_fallback) steps.emplace_back(Json::Object{{"type", "ByteFallback"}});
  steps.emplace_back(Json::Object{{"type", "Fuse"}});
  if (strip_space) steps.push_back(strip_json());
  return steps;
}

// What does nothing where a normalizer has replaced the spaces.
Json split_json() {
  return Json::Object{{"type", "Split"},
                      {"pattern", Json::Object{{"String", " "}}},
                      {"behavior", "MergedWithPrevious"},
                      {"invert", false}};
}

bool is_type(const Json& value, std::string_view type) {
  const Json* found = value.find("type");
  return found != nullptr && *found == Json(type);
}

Status refused(std::string_view path, const Json& value, std::string_view understood) {
  return invalid_input(
      fmt::format("{} is {}; only {} is understood", path, to_canonical(value), understood));
}

// Nothing, Replace, or Prepend and Replace; a Sequence of these as well.
Status read_normalizer(const Json& value, SentencePieceSteps& steps) {
  if (value.is_null()) return {};
  Json::Array parts = {value};
  if (is_type(value, "Sequence")) {
    GLASS_TRY_STATUS(check_object(value, "normalizer", {{"type"}, {"normalizers"}}));
    GLASS_TRY(const Json::Array* listed, value.get_array("normalizers"));
    parts = *listed;
  }
  const Json replace = replace_json(" ", kSpelledSpace);
  if (parts == Json::Array{prepend_json(), replace})
    steps.prepends = steps.normalizes = true;
  else if (parts == Json::Array{replace})
    steps.normalizes = true;
  else if (!parts.empty())
    return refused("normalizer", value,
                   "a Replace of spaces by U+2581, perhaps behind a Prepend of U+2581,");
  if (steps.prepends) steps.rules.prefix_space = PrefixSpace::kAlways;
  return {};
}

Status read_metaspace(const Json& value, SentencePieceSteps& steps) {
  const std::string_view path = "pre_tokenizer";
  GLASS_TRY_STATUS(check_object(value, path,
                                {{"type"},
                                 {"replacement", {kSpelledSpace}},
                                 {"str_rep", {nullptr, kSpelledSpace}},
                                 {"add_prefix_space", {nullptr, true, false}},
                                 {"prepend_scheme", {nullptr, kNever, kAlwaysIfMissing, kFirst}},
                                 {"split", {nullptr, true, false}}}));
  const Json* scheme = value.find("prepend_scheme");
  const Json named = scheme == nullptr || scheme->is_null() ? Json(kAlwaysIfMissing) : *scheme;
  const Json* older = value.find("add_prefix_space");
  if (older != nullptr && !older->is_null() && *older != Json(named != Json(kNever)))
    return invalid_input("pre_tokenizer.add_prefix_space contradicts pre_tokenizer.prepend_scheme");
  if (named == Json(kAlwaysIfMissing)) steps.rules.prefix_space = PrefixSpace::kMissing;
  if (named == Json(kFirst)) steps.rules.prefix_space = PrefixSpace::kMissingAtStart;
  steps.rules.split_at_spaces = value.find("split") == nullptr || *value.find("split") != false;
  return {};
}

Status read_pre_tokenizer(const Json& value, SentencePieceSteps& steps) {
  if (is_type(value, "Metaspace")) {
    if (steps.prepends)
      return invalid_input("normalizer and pre_tokenizer both put a space before a text");
    return read_metaspace(value, steps);
  }
  if (!value.is_null() && value != split_json())
    return refused("pre_tokenizer", value, "null, a Metaspace, or a Split at spaces");
  if (!steps.normalizes)
    return invalid_input("neither normalizer nor pre_tokenizer replaces spaces by U+2581");
  return {};
}

Status read_decoder(const Json& value, SentencePieceSteps& steps) {
  GLASS_TRY_STATUS(check_object(value, "decoder", {{"type", {"Sequence"}}, {"decoders"}}));
  GLASS_TRY(const Json::Array* decoders, value.get_array("decoders"));
  steps.rules.strip_space = !decoders->empty() && decoders->back() == strip_json();
  const Json byte_fallback = Json::Object{{"type", "ByteFallback"}};
  steps.byte_fallback = std::ranges::find(*decoders, byte_fallback) != decoders->end();
  const Json expected = decoder_steps(steps.byte_fallback, steps.rules.strip_space);
  if (Json(*decoders) == expected) return {};
  return refused("decoder.decoders", *decoders,
                 "Replace of U+2581 by a space, ByteFallback or not, Fuse, and perhaps a Strip of "
                 "one space at the start");
}

Status read_model(const Json& value, SentencePieceSteps& steps) {
  GLASS_TRY_STATUS(check_object(value, "model",
                                {{"type", {"BPE"}},
                                 {"dropout", {nullptr}},
                                 {"unk_token"},
                                 {"continuing_subword_prefix", {nullptr, ""}},
                                 {"end_of_word_suffix", {nullptr, ""}},
                                 {"fuse_unk", {false, true, nullptr}},
                                 {"byte_fallback", {false, true, nullptr}},
                                 {"ignore_merges", {false, nullptr}},
                                 {"vocab"},
                                 {"merges"}}));
  const auto is_true = [&](std::string_view key) {
    const Json* found = value.find(key);
    return found != nullptr && *found == Json(true);
  };
  steps.rules.fuse_unknown = is_true("fuse_unk");
  if (is_true("byte_fallback") != steps.byte_fallback)
    return invalid_input("model.byte_fallback goes with a ByteFallback in decoder.decoders");
  return {};
}

Json member(const Json& file, std::string_view key) {
  const Json* found = file.find(key);
  return found == nullptr ? Json() : *found;
}

}  // namespace

bool is_sentencepiece(const Json& file) {
  return is_type(member(file, "decoder"), "Sequence");
}

Result<SentencePieceSteps> read_sentencepiece_steps(const Json& file) {
  SentencePieceSteps steps;
  GLASS_TRY_STATUS(read_normalizer(member(file, "normalizer"), steps));
  GLASS_TRY_STATUS(read_pre_tokenizer(member(file, "pre_tokenizer"), steps));
  GLASS_TRY_STATUS(read_decoder(member(file, "decoder"), steps));
  GLASS_TRY_STATUS(read_model(member(file, "model"), steps));
  return steps;
}

Json sentencepiece_normalizer(const SentencePieceRules& rules) {
  const Json replace = replace_json(" ", kSpelledSpace);
  if (rules.prefix_space == PrefixSpace::kAlways)
    return Json::Object{{"type", "Sequence"},
                        {"normalizers", Json::Array{prepend_json(), replace}}};
  const bool plain = rules.prefix_space == PrefixSpace::kNone && !rules.split_at_spaces;
  return plain ? replace : Json();
}

Json sentencepiece_pre_tokenizer(const SentencePieceRules& rules) {
  if (!sentencepiece_normalizer(rules).is_null()) return {};
  std::string_view scheme = kNever;
  if (rules.prefix_space == PrefixSpace::kMissing) scheme = kAlwaysIfMissing;
  if (rules.prefix_space == PrefixSpace::kMissingAtStart) scheme = kFirst;
  return Json::Object{{"type", "Metaspace"},
                      {"replacement", kSpelledSpace},
                      {"prepend_scheme", scheme},
                      {"split", rules.split_at_spaces}};
}

Json sentencepiece_decoder(const SentencePieceRules& rules) {
  return Json::Object{{"type", "Sequence"},
                      {"decoders", decoder_steps(!rules.bytes.empty(), rules.strip_space)}};
}

}  // namespace glass::data
