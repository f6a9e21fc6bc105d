#include "glass/record/release_documents/internal/form_facts.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/ascii.h"
#include "glass/record/release_documents/internal/form_builder.h"
#include "glass/record/release_documents/internal/phrases.h"
#include "glass/record/release_documents/release_facts.h"

namespace glass::record::release {
namespace {

// Digits where the pattern has 0, else its own characters; a text may go on behind it.
bool begins_like(std::string_view text, std::string_view pattern) {
  if (text.size() < pattern.size()) return false;
  return std::ranges::equal(text.substr(0, pattern.size()), pattern, [](char c, char like) {
    return like == '0' ? is_digit(c) : c == like;
  });
}

std::string names_of(const std::vector<CountFact>& counts) {
  std::vector<std::string_view> names;
  for (const CountFact& count : counts) names.push_back(count.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::string short_date(std::string_view date) {
  if (!begins_like(date, "0000-00-00")) return "";
  return fmt::format("{}/{}/{}", date.substr(8, 2), date.substr(5, 2), date.substr(2, 2));
}

std::string month(std::string_view date) {
  if (!begins_like(date, "0000-00")) return "";
  return fmt::format("{}/{}", date.substr(5, 2), date.substr(0, 4));
}

Lines model_names(const FormBuilder& form, const ReleaseFacts& facts) {
  if (facts.version.empty()) return {};
  Lines lines = {form.say("model.version", facts.name, facts.version)};
  if (!facts.answers.release.collection.empty())
    lines.push_back(form.say("model.collection", facts.answers.release.collection));
  if (!facts.records.run.empty()) lines.push_back(form.say("model.run", facts.records.run));
  return lines;
}

Lines dependencies_of(const FormBuilder& form, const ReleaseFacts& facts) {
  if (!facts.base) return {form.text("model.from_nothing")};
  const std::string& name = facts.base->name;
  const std::string& summary = facts.answers.release.base_summary;
  return {form.say("model.base", name.empty() ? form.text("model.base_unnamed") : name,
                   facts.base->weights.empty() ? form.text("unknown") : facts.base->weights),
          summary.empty() ? form.text("model.base_no_summary")
                          : form.say("model.base_summary", summary)};
}

Lines selection_draft(const FormBuilder& form, const ReleaseFacts& facts) {
  if (facts.corpus.datasets.empty()) return {};
  std::set<std::string_view> sources;
  for (const DatasetFact& dataset : facts.corpus.datasets) sources.insert(dataset.source);
  return {form.say("selection.draft", facts.corpus.datasets.size(), sources.size(),
                   facts.corpus.allowed_licences.size())};
}

Lines scope_draft(const FormBuilder& form, const ReleaseFacts& facts) {
  const CorpusFact& corpus = facts.corpus;
  if (!corpus.documents || !corpus.bytes) return {};
  return {form.say("scope.draft", number(form.language(), *corpus.documents),
                   number(form.language(), *corpus.bytes), names_of(corpus.languages),
                   names_of(corpus.licences))};
}

Lines curation_draft(const FormBuilder& form, const ReleaseFacts& facts) {
  if (!facts.corpus.documents) return {};
  if (facts.corpus.dropped.empty()) return {form.text("curation.nothing")};
  std::vector<std::string> reasons;
  for (const CountFact& one : facts.corpus.dropped)
    reasons.push_back(fmt::format("{} ({})", one.name, number(form.language(), one.documents)));
  return {form.say("curation.draft", fmt::format("{}", fmt::join(reasons, ", ")))};
}

Lines unsuitable_draft(const FormBuilder& form, const ReleaseFacts& facts) {
  if (facts.corpus.datasets.empty()) return {};
  return {form.text("unsuitable.draft")};
}

}  // namespace glass::record::release
