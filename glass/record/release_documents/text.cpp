#include "glass/record/release_documents/internal/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/ascii.h"
#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/units_text.h"
#include "glass/crypto/sha256.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record::release {
namespace {

constexpr std::string_view kDigestPrefix = "sha256:";
constexpr std::string_view kCheckpoints = "checkpoints/";  // a folder, wherever it lies

bool holds_weights(const FileFact& file) {
  return file.path.ends_with(".safetensors") || file.path.ends_with(".gguf");
}

bool is_plain_in_yaml(std::string_view text) {
  // What some reader of YAML takes for a truth value or nothing.
  static constexpr std::array kReserved = {"true", "false", "yes", "no",  "on",
                                           "off",  "y",     "n",   "null"};
  if (text.empty() || !is_letter(text.front())) return false;
  const std::string lower = to_lower(text);
  if (std::ranges::find(kReserved, lower) != kReserved.end()) return false;
  return std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '/';
  });
}

bool belongs_to_licence(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '+' || c == ':';
}

}  // namespace

const FileFact* find_file(const ReleaseFacts& facts, std::string_view path) {
  const auto at = std::ranges::find(facts.files, path, &FileFact::path);
  return at == facts.files.end() ? nullptr : &*at;
}

const FileFact* find_ending(const ReleaseFacts& facts, std::string_view ending) {
  const FileFact* first = nullptr;
  for (const FileFact& file : facts.files) {
    if (!file.path.ends_with(ending)) continue;
    if (first == nullptr || file.path < first->path) first = &file;
  }
  return first;
}

bool is_final_weights(const FileFact& file) {
  return holds_weights(file) && !is_checkpoint(file);
}

bool is_checkpoint(const FileFact& file) {
  return holds_weights(file) && file.path.find(kCheckpoints) != std::string::npos;
}

const FileFact* find_weights(const ReleaseFacts& facts) {
  const FileFact* first = nullptr;
  for (const FileFact& file : facts.files) {
    if (is_final_weights(file) && (first == nullptr || file.path < first->path)) first = &file;
  }
  return first;
}

std::string hex_of(std::string_view digest) {
  if (digest.starts_with(kDigestPrefix)) digest.remove_prefix(kDigestPrefix.size());
  return std::string(digest);
}

std::string or_unknown(std::string_view text) {
  return text.empty() ? "unknown" : std::string(text);
}

std::string or_unknown(std::optional<int64_t> count) {
  return count ? count_text(*count) : "unknown";
}

std::string markdown(std::string_view text) {
  static constexpr std::string_view kSpecial = R"(\`*_[]<>|#)";
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      out += ' ';
      continue;
    }
    if (kSpecial.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string yaml(std::string_view text) {
  return is_plain_in_yaml(text) ? std::string(text) : json_quote(text);
}

std::vector<std::string> natural_languages(const CorpusFact& corpus) {
  std::set<std::string> languages;
  for (const CountFact& count : corpus.languages) {
    if (count.name == "und" || count.name == "code" || count.name.starts_with("code/")) continue;
    languages.insert(count.name.substr(0, count.name.find('-')));
  }
  return {languages.begin(), languages.end()};
}

const SourceAnswers* answers_of(const ReleaseFacts& facts, std::string_view source) {
  const auto at = std::ranges::find(facts.answers.sources, source, &SourceAnswers::name);
  return at == facts.answers.sources.end() ? nullptr : &*at;
}

SourceCategory category_of(const ReleaseFacts& facts, const DatasetFact& dataset) {
  const SourceAnswers* answers = answers_of(facts, dataset.source);
  if (answers != nullptr && answers->category != SourceCategory::kNotAnswered)
    return answers->category;
  return dataset.kind == "debian" ? SourceCategory::kPublic : SourceCategory::kNotAnswered;
}

std::string percent(int64_t part, int64_t whole) {
  return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string two_figures(double value) {
  const std::string text = fmt::format("{:.1e}", value);
  const double rounded = std::strtod(text.c_str(), nullptr);
  if (rounded < 100'000 && (rounded >= 10 || rounded == 0))
    return count_text(std::llround(rounded));
  if (rounded >= 0.01 && rounded < 10) return fmt::format("{:.2g}", rounded);
  const size_t e = text.find('e');
  return fmt::format("{}e{}", text.substr(0, e), std::atoi(text.c_str() + e + 1));
}

std::vector<std::string> licence_ids(std::string_view expression) {
  std::vector<std::string> ids;
  bool is_exception = false;
  for (size_t begin = 0; begin < expression.size();) {
    if (!belongs_to_licence(expression[begin])) {
      ++begin;
      continue;
    }
    size_t end = begin;
    while (end < expression.size() && belongs_to_licence(expression[end])) ++end;
    const std::string word(expression.substr(begin, end - begin));
    begin = end;
    if (word == "AND" || word == "OR") continue;
    if (!is_exception && word != "WITH" && std::ranges::find(ids, word) == ids.end())
      ids.push_back(word);
    is_exception = word == "WITH";
  }
  return ids;
}

std::string release_uuid(const ReleaseFacts& facts) {
  const Json identity = Json::Array{facts.name, facts.version, facts.date, facts.records.run};
  const crypto::Digest digest = crypto::sha256(to_canonical(identity));
  std::array<uint8_t, 16> bytes{};
  std::copy_n(digest.bytes.begin(), bytes.size(), bytes.begin());
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0F) | 0x80);  // version 8
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3F) | 0x80);  // variant of RFC 9562
  const std::string hex = to_hex(bytes);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

std::string to_the_second(std::string_view date) {
  if (date.empty()) return "";
  if (date.find('T') == std::string_view::npos) return fmt::format("{}T00:00:00Z", date);
  const size_t fraction = date.find('.');
  return fraction == std::string_view::npos ? std::string(date)
                                            : fmt::format("{}Z", date.substr(0, fraction));
}

std::string provider_name(const ReleaseFacts& facts) {
  const std::string& name = facts.answers.provider.name;
  return name.empty() ? "not stated" : name;
}

void add_text(Json::Object& object, std::string_view key, std::string_view text) {
  if (!text.empty()) object.emplace(std::string(key), text);
}

}  // namespace glass::record::release
