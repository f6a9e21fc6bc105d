#include "glass/service/recipe/release_toml.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include <fmt/core.h>
#include <fmt/format.h>
#include <toml++/toml.h>

#include "glass/base/ascii.h"
#include "glass/base/result.h"
#include "glass/record/release_documents/public_summary.h"
#include "glass/record/release_documents/release_answers.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/service/recipe/internal/toml_fields.h"
#include "glass/service/recipe/release_sections.h"

namespace glass::service {
namespace {

// Digits where the form has 0, else its own characters.
bool has_form(std::string_view text, std::string_view form) {
  return std::ranges::equal(
      text, form, [](char c, char like) { return like == '0' ? is_digit(c) : c == like; });
}

bool is_month(std::string_view text) {
  return has_form(text, "0000-00") && text.substr(5) >= "01" && text.substr(5) <= "12";
}

bool is_date(std::string_view text) {
  return has_form(text, "0000-00-00") && is_month(text.substr(0, 7)) && text.substr(8) >= "01" &&
         text.substr(8) <= "31";
}

void expect_dates(const record::ReleaseAnswers& answers, std::string_view file,
                  Problems& problems) {
  const auto expect = [&](bool holds, std::string_view key, std::string_view text,
                          std::string_view form) {
    if (!holds && !text.empty())
      problems.push_back(fmt::format("{}: {} is '{}'; write it as {}", file, key, text, form));
  };
  const record::ReleaseHead& release = answers.release;
  expect(is_date(release.date), "release.date", release.date, "YYYY-MM-DD");
  expect(is_date(release.market_date), "release.market_date", release.market_date, "YYYY-MM-DD");
  for (size_t i = 0; i < answers.sources.size(); ++i) {
    const record::SourceAnswers& source = answers.sources[i];
    expect(is_month(source.from), fmt::format("source[{}].from", i), source.from, "YYYY-MM");
    expect(is_month(source.to), fmt::format("source[{}].to", i), source.to, "YYYY-MM");
    if (is_month(source.from) && is_month(source.to) && source.to < source.from)
      problems.push_back(fmt::format("{}: source[{}] ends in {}, before it begins in {}", file, i,
                                     source.to, source.from));
  }
}

void expect_names(const record::ReleaseAnswers& answers, std::string_view file,
                  Problems& problems) {
  for (size_t i = 0; i < answers.sources.size(); ++i) {
    const std::string& name = answers.sources[i].name;
    if (name.empty()) problems.push_back(fmt::format("{}: source[{}] has no name", file, i));
    const auto first = std::ranges::find(answers.sources, name, &record::SourceAnswers::name);
    if (!name.empty() && first != answers.sources.begin() + static_cast<std::ptrdiff_t>(i))
      problems.push_back(fmt::format("{}: source '{}' stands there twice", file, name));
  }
}

}  // namespace

Result<record::ReleaseAnswers> read_release_toml(std::string_view text, std::string_view file) {
  const RecipeSource source{.file = std::string(file), .overridden = {}};
  Problems problems;
  GLASS_TRY(const toml::table root, parse_toml(text, file));
  record::ReleaseAnswers answers;
  TomlFields top(root, "", source, problems);
  describe(top, answers);
  for_each_section(answers, [&](std::string_view name, std::string_view, auto& section) {
    top.expect_elsewhere(name);
    read_section(root, name, section, source, problems);
  });
  top.report_unknown_keys();
  if (!problems.empty()) return refuse(problems);
  expect_dates(answers, file, problems);
  expect_names(answers, file, problems);
  if (!problems.empty()) return refuse(problems);
  return answers;
}

Status expect_consistent(const record::ReleaseFacts& facts) {
  Problems problems;
  const record::ReleaseAnswers& answers = facts.answers;
  std::set<std::string, std::less<>> names;
  for (const record::DatasetFact& dataset : facts.corpus.datasets) names.insert(dataset.source);
  for (const record::SourceAnswers& source : answers.sources) {
    if (names.contains(source.name)) continue;
    const std::string close = nearest(source.name, names);
    problems.push_back(fmt::format("release.toml: the recipe has no source '{}'; {}", source.name,
                                   close.empty()
                                       ? fmt::format("its sources are: {}", fmt::join(names, ", "))
                                       : fmt::format("did you mean '{}'?", close)));
  }
  const auto expect_no = [&](record::Answer answer, record::SourceCategory category,
                             std::string_view key, std::string_view word) {
    if (answer == record::Answer::kNo && record::used(facts, category) == record::Answer::kYes)
      problems.push_back(
          fmt::format("release.toml: {} is 'no', but a source is of the category '{}'", key, word));
  };
  expect_no(answers.data.synthetic, record::SourceCategory::kSynthetic, "data.synthetic",
            "synthetic");
  expect_no(answers.data.other, record::SourceCategory::kOther, "data.other", "other");
  if (answers.data.user_of_services == record::Answer::kNo)
    expect_no(answers.data.user_of_model, record::SourceCategory::kUser,
              "data.user_of_model and data.user_of_services", "user");
  if (!problems.empty()) return refuse(problems);
  return {};
}

}  // namespace glass::service
