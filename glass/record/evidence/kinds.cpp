#include "glass/record/evidence/kinds.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "glass/base/time_text.h"

namespace glass::record {
namespace {

using enum MemberType;

constexpr KindMember kRecipe[] = {
    {"name", kText, true, "the name of what shall be trained"},
    {"numerics", kText, true, "its numerics class"},
    {"description", kText, false, ""},
};

constexpr KindMember kDataManifest[] = {
    {"licence", kText, true, "SPDX expression of all texts together"},
    {"documents", kWhole, true, ""},
    {"bytes", kWhole, true, "of text"},
    {"opt_outs", kDigest, false, "the list of reservations that were honoured"},
};

constexpr KindMember kTokenizer[] = {
    {"corpus", kDigest, true, "the data manifest it was trained on"},
    {"vocabulary", kWhole, true, "tokens"},
};

constexpr KindMember kRun[] = {
    {"run.numerics", kText, true, "numerics class"},
    {"run.recipe", kDigest, true, "recipe.json"},
    {"run.corpus", kDigest, true, "corpus/manifest.json"},
    {"run.tokenizer", kDigest, true, "tokenizer/tokenizer.json"},
    {"run.shards", kDigest, false, "shards/manifest.json"},
    {"run.examples", kInner, false, "conversations as tokens"},
    {"run.start", kDigest, false, "start/manifest.json"},
    {"run.graph", kInner, true, "the training graph"},
    {"run.steps", kWhole, true, ""},
    {"run.tokens", kWhole, true, "that had a target"},
    {"run.chain", kInner, true, "of the last step"},
    {"run.parameters", kInner, true, "the final parameters"},
    {"run.model", kDigests, true, "the files of model/"},
    {"run.adapter", kDigests, false, "the files of adapter/"},
    {"execution", kObject, true, "facts of the machine"},
};

constexpr KindMember kCheckpoint[] = {
    {"genesis", kInner, true, "what the chain of steps begins with"},
    {"step", kWhole, true, ""},
    {"chain", kInner, true, "of that step"},
};

constexpr KindMember kEvaluation[] = {
    {"suite", kText, true, "what was asked, with its version"},
    {"results", kObjects, true, "name, value and, where it is exact, bits"},
    {"data", kDigest, false, "the questions"},
};

constexpr KindMember kReplay[] = {
    {"seed", kWhole, true, "of the choice of segments"},
    {"segments", kObjects, true, "begin, end, equal"},
    {"kernels", kText, true, "the processor's instructions"},
    {"starts", kWholes, false, "steps that a segment could begin at, where it was drawn"},
    {"length", kWhole, false, "steps of a segment, where it was drawn"},
    {"challenge", kObject, false, "the `proof` of the record in the log that drew"},
};

constexpr KindMember kRelease[] = {
    {"name", kText, true, ""},
    {"version", kText, true, ""},
    {"date", kDate, true, "as who released it says"},
    {"licence", kText, true, "SPDX expression of the weights"},
    {"record", kDigest, true, "the run record, by its payload"},
    {"base", kDigest, false, "the release statement of the model it went on from"},
    {"supersedes", kDigest, false, "the release statement before it"},
    {"governed.facility", kText, false, "digest of its founding act, where one governed the run"},
    {"governed.run", kText, false, "its id there"},
    {"governed.entry", kWhole, false, "of the facility's journal, which decided the release"},
    {"governed.line", kInner, false, "that entry"},
};

constexpr KindMember kObjection[] = {
    {"grounds", kOneOf, true, "rights, privacy, safety, evidence, other"},
    {"lodged", kDate, true, ""},
    {"asks", kText, true, "what shall be done"},
    {"objector", kDigest, false, "salted commitment to who objects"},
};

constexpr KindMember kIncident[] = {
    {"severity", kOneOf, true, "minor, moderate, serious, critical"},
    {"found", kDate, true, ""},
    {"summary", kText, true, "without personal data"},
    {"measures", kTexts, false, "taken so far"},
};

constexpr KindMember kDecision[] = {
    {"body", kText, true, "who decided"},
    {"decided", kDate, true, ""},
    {"outcome", kOneOf, true, "approved, approved-with-conditions, deferred, rejected, revoked"},
    {"reasons", kText, true, ""},
    {"conditions", kTexts, false, ""},
    {"votes", kDigest, false, "the count of the votes"},
};

constexpr KindMember kAct[] = {
    {"facility", kText, true, "digest of the founding act; empty in that act itself"},
    {"seat", kText, true, "for which it was done"},
    {"number", kWhole, true, "that grows with each act of the seat"},
    {"event", kObject, true, "what was done: docs/reference/acts.md"},
};

constexpr Kind kKinds[] = {
    {"recipe", 1, "recipe.json", kRecipe},
    {"data-manifest", 1, "corpus/manifest.json", kDataManifest},
    {"tokenizer", 1, "tokenizer.json", kTokenizer},
    {"run-record", 1, "the run and the files of its model", kRun},
    {"checkpoint", 1, "the manifest of a checkpoint", kCheckpoint},
    {"evaluation", 1, "the files of a model", kEvaluation},
    {"replay", 1, "the run", kReplay},
    {"release", 1, "the files of a release", kRelease},
    {"objection", 1, "what is objected to", kObjection},
    {"incident", 1, "what it happened with", kIncident},
    {"decision", 1, "what is decided on", kDecision},
    {"act", 1, "the terms that its author saw", kAct},
};

const Json* at_path(const Json& predicate, std::string_view path) {
  const Json* at = &predicate;
  while (at != nullptr && !path.empty()) {
    const size_t dot = path.find('.');
    at = at->find(path.substr(0, dot));
    path = dot == std::string_view::npos ? "" : path.substr(dot + 1);
  }
  return at;
}

bool is_digest(const Json& json) {
  const std::string* text = json.if_string();
  return text != nullptr && crypto::digest_from_text(*text).has_value();
}

bool is_one_of(std::string_view word, std::string_view words) {
  while (!words.empty()) {
    const size_t comma = words.find(',');
    if (words.substr(0, comma) == word) return true;
    words = comma == std::string_view::npos ? "" : words.substr(comma + 2);
  }
  return false;
}

template <typename Test>
bool all_of_array(const Json& json, Test test) {
  const Json::Array* array = json.if_array();
  return array != nullptr && std::ranges::all_of(*array, test);
}

bool has_form(const KindMember& member, const Json& json) {
  const std::string* text = json.if_string();
  const int64_t* whole = json.if_int();
  switch (member.type) {
    case kText: return text != nullptr;
    case kWhole: return whole != nullptr && *whole >= 0;
    case kDate: return text != nullptr && is_date(*text);
    case kDigest:
    case kInner: return is_digest(json);
    case kOneOf: return text != nullptr && is_one_of(*text, member.note);
    case kObject: return json.if_object() != nullptr;
    case kDigests:
      return json.if_object() != nullptr &&
             std::ranges::all_of(*json.if_object(),
                                 [](const auto& entry) { return is_digest(entry.second); });
    case kObjects:
      return all_of_array(json, [](const Json& one) { return one.if_object() != nullptr; });
    case kTexts:
      return all_of_array(json, [](const Json& one) { return one.if_string() != nullptr; });
    case kWholes:
      return all_of_array(json, [](const Json& one) { return one.if_int() && *one.if_int() >= 0; });
  }
  return false;
}

std::string_view form_of(MemberType type) {
  switch (type) {
    case kText: return "a text";
    case kWhole: return "a whole number, not negative";
    case kDate: return "a date like 2026-11-26";
    case kDigest:
    case kInner: return "a digest";
    case kOneOf: return "one of";
    case kObject: return "an object";
    case kDigests: return "an object of digests by file name";
    case kObjects: return "an array of objects";
    case kTexts: return "an array of texts";
    case kWholes: return "an array of whole numbers, not negative";
  }
  return "";
}

}  // namespace

std::span<const Kind> kinds() {
  return kKinds;
}

const Kind* kind_of(std::string_view type) {
  const auto* found = std::ranges::find_if(
      kKinds, [&](const Kind& kind) { return predicate_type(kind.name, kind.version) == type; });
  return found == std::end(kKinds) ? nullptr : found;
}

Status check_members(const Statement& statement) {
  const Kind* kind = kind_of(statement.predicate_type);
  if (kind == nullptr) return {};
  for (const KindMember& member : kind->members) {
    const Json* found = at_path(statement.predicate, member.path);
    if (found == nullptr && !member.required) continue;
    if (found == nullptr)
      return invalid_input(fmt::format("a statement of the kind {} needs \"{}\", {}", kind->name,
                                       member.path, form_text(member)));
    if (!has_form(member, *found))
      return invalid_input(
          fmt::format("\"{}\" of a statement of the kind {} should be {}; it is {}", member.path,
                      kind->name, form_text(member), found->describe()));
  }
  return {};
}

std::string form_text(const KindMember& member) {
  const std::string_view form = form_of(member.type);
  if (member.note.empty()) return std::string(form);
  return fmt::format("{}{} {}", form, member.type == kOneOf ? "" : ":", member.note);
}

std::vector<Reference> references(const Statement& statement) {
  std::vector<Reference> found;
  const Kind* kind = kind_of(statement.predicate_type);
  if (kind == nullptr) return found;
  for (const KindMember& member : kind->members) {
    const Json* at = at_path(statement.predicate, member.path);
    if ((member.type == kDigest || member.type == kInner) && at != nullptr)
      found.push_back({.path = member.path,
                       .digest = crypto::digest_from_text(*at->if_string()).value(),
                       .is_inner = member.type == kInner});
  }
  return found;
}

}  // namespace glass::record
