#include "glass/service/recipe/release_toml.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/ascii.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/crypto/sha256.h"
#include "glass/data/rights/spdx.h"
#include "glass/data/rights/spdx_ids.h"
#include "glass/record/release_documents/openness.h"
#include "glass/record/release_documents/public_summary.h"
#include "glass/record/release_documents/release_answers.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/service/recipe/release_sections.h"
#include "glass/settings/problems.h"
#include "glass/settings/settings_file.h"

namespace glass::service {

using settings::Names;
using settings::Problems;
using settings::SettingsFile;

namespace {

// Digits where the form has 0, else its own characters.
bool has_form(std::string_view text, std::string_view form) {
  return std::ranges::equal(
      text, form, [](char c, char like) { return like == '0' ? is_digit(c) : c == like; });
}

bool is_month(std::string_view text) {
  return has_form(text, "0000-00") && text.substr(5) >= "01" && text.substr(5) <= "12";
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

// Digests of statements, which verifiers follow.
void expect_digests(const record::ReleaseAnswers& answers, std::string_view file,
                    Problems& problems) {
  const record::ReleaseHead& release = answers.release;
  for (const auto& [key, text] : {std::pair{"release.base_release", &release.base_release},
                                  {"release.supersedes", &release.supersedes}}) {
    if (!text->empty() && !crypto::digest_from_text(*text))
      problems.push_back(
          fmt::format("{}: {} is '{}'; write sha256: and 64 hexadecimal digits, as "
                      "`glass verify` tells of that release",
                      file, key, *text));
  }
}

// The first licence of an expression that is neither on SPDX's list nor says to be one's own.
std::string unlisted_licence(const data::SpdxExpression& expression) {
  for (const data::SpdxExpression& part : expression.parts) {
    if (std::string found = unlisted_licence(part); !found.empty()) return found;
  }
  std::string_view id = expression.id;
  if (id.ends_with('+')) id.remove_suffix(1);
  const bool is_known = expression.kind != data::SpdxExpression::Kind::kLicence ||
                        id.starts_with("LicenseRef-") || id.starts_with("DocumentRef-") ||
                        !data::known_licence(id).empty();
  return is_known ? "" : expression.id;
}

// What forms, cards and grades read as SPDX expressions are some.
void expect_licences(const record::ReleaseAnswers& answers, std::string_view file,
                     Problems& problems) {
  const auto expect = [&](const std::string& key, const std::string& text) {
    if (text.empty()) return;
    const auto expression = data::parse_spdx(text);
    if (!expression) {
      problems.push_back(fmt::format("{}: {}: {}", file, key, expression.error().message));
      return;
    }
    if (const std::string id = unlisted_licence(*expression); !id.empty())
      problems.push_back(
          fmt::format("{}: {}: SPDX has no licence '{}'; write it as spdx.org/licenses lists it, "
                      "or as LicenseRef-... if it is one of your own",
                      file, key, id));
  };
  expect("release.licence", answers.release.licence);
  expect("release.code_licence", answers.release.code_licence);
  expect("release.papers_licence", answers.release.papers_licence);
  for (const record::ComponentAnswers& one : answers.components)
    expect(fmt::format("component '{}'", one.name), one.licence);
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

void expect_known(std::string_view name, const Names& known, std::string_view what,
                  Problems& problems) {
  if (known.contains(name)) return;
  problems.push_back(fmt::format("release.toml: {} '{}'; {}", what, name,
                                 settings::hint(name, known, "there are")));
}

// A typed "no" to a kind of source that there is.
void expect_no_denial(const record::ReleaseFacts& facts, Problems& problems) {
  const record::DataAnswers& data = facts.answers.data;
  const auto expect = [&](bool denied, record::SourceCategory category, std::string_view key,
                          std::string_view word) {
    if (denied && record::used(facts, category) == record::Answer::kYes)
      problems.push_back(
          fmt::format("release.toml: {} is 'no', but a source is of the category '{}'", key, word));
  };
  constexpr record::Answer kNo = record::Answer::kNo;
  expect(data.synthetic == kNo, record::SourceCategory::kSynthetic, "data.synthetic", "synthetic");
  expect(data.other == kNo, record::SourceCategory::kOther, "data.other", "other");
  expect(data.user_of_model == kNo && data.user_of_services == kNo, record::SourceCategory::kUser,
         "data.user_of_model, like data.user_of_services,", "user");
}

}  // namespace

Result<record::ReleaseAnswers> read_release_toml(std::string_view text, std::string_view file) {
  GLASS_TRY(SettingsFile settings, SettingsFile::parse(text, file));
  record::ReleaseAnswers answers;
  settings.read_top(answers);
  for_each_section(answers, [&](std::string_view name, std::string_view, auto& section) {
    settings.read_section(name, section);
  });
  GLASS_TRY_STATUS(settings.finish());
  Problems problems;
  expect_dates(answers, file, problems);
  expect_names(answers, file, problems);
  expect_digests(answers, file, problems);
  expect_licences(answers, file, problems);
  GLASS_TRY_STATUS(settings::refuse(problems));
  return answers;
}

Status expect_consistent(const record::ReleaseFacts& facts) {
  Problems problems;
  Names sources, components;
  for (const record::DatasetFact& dataset : facts.corpus.datasets) sources.insert(dataset.source);
  for (const record::FrameworkComponent& one : record::framework_components())
    components.emplace(one.name);
  for (const record::SourceAnswers& one : facts.answers.sources)
    expect_known(one.name, sources, "the recipe has no source", problems);
  for (const record::ComponentAnswers& one : facts.answers.components)
    expect_known(one.name, components, "the Model Openness Framework has no component", problems);
  expect_no_denial(facts, problems);
  return settings::refuse(problems);
}

}  // namespace glass::service
