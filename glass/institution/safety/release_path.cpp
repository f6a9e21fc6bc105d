#include "glass/institution/safety/release_path.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/words.h"
#include "glass/settings/fields.h"
#include "glass/settings/placed_problem.h"

namespace glass::institution {
namespace {

constexpr int64_t kMostPathDays = 3650, kMostPathMonths = 120;

void check_path(const ReleasePath& path, size_t position, settings::PlacedProblems& problems) {
  const std::string place = fmt::format("release_path.{}", position);
  const auto add = [&](std::string_view key, std::string_view what) {
    problems.push_back(
        {fmt::format("{}.{}", place, key), fmt::format("{}: {}", to_text(path.level), what)});
  };
  if (path.is_possible && path.level == Level::kSl4)
    add("is_possible", "a sealed model is never released; its level has to be lowered first");
  if (path.is_possible && path.approvals.empty())
    add("approvals", "somebody has to approve; give an approval or a vote");
  if (!path.is_possible && !path.approvals.empty())
    add("approvals", "no approval makes it possible; leave approvals out");
  if (path.access_days_min > path.access_days_max)
    add("access_days_min", "it cannot be more than access_days_max");
  if (path.decide_months + path.review_months > 0 && !is_charter_name(path.decided_by))
    add("decided_by", "it has to name the body that decides about what is not released");
  check(path.approvals, place + ".approvals", problems);
}

}  // namespace

void describe(settings::FieldVisitor& fields, ReleasePath& path) {
  describe_word(fields, "level", path.level, kLevelWords, "of which level");
  fields.boolean("is_possible", path.is_possible,
                 "whether a model of this level can be released at all");
  settings::TablesOf<ApprovalRule> approvals(path.approvals);
  fields.tables("approvals", approvals, "what a release needs; all of it");
  fields.integer("notice_days", path.notice_days, {.min = 0, .max = kMostPathDays},
                 "days that the public is told before");
  fields.integer("consultation_days", path.consultation_days, {.min = 0, .max = kMostPathDays},
                 "days that the public is consulted");
  fields.integer("access_days_min", path.access_days_min, {.min = 0, .max = kMostPathDays},
                 "days of access for vetted people before the weights, at least");
  fields.integer("access_days_max", path.access_days_max, {.min = 0, .max = kMostPathDays},
                 "the same, at most");
  fields.boolean("external_evaluators", path.external_evaluators,
                 "whether evaluators from outside come first");
  fields.boolean("model_report", path.model_report, "whether a Model Report is due");
  fields.integer("signatures", path.signatures, {.min = 1, .max = 100},
                 "signatures by holders of the release key, at least");
  fields.integer("decide_months", path.decide_months, {.min = 0, .max = kMostPathMonths},
                 "months after which it is decided to publish or to destroy; 0 for no limit");
  fields.integer("review_months", path.review_months, {.min = 0, .max = kMostPathMonths},
                 "months after which it is looked at again; 0 for never");
  fields.text("decided_by", path.decided_by, "the body that decides then");
  fields.boolean("destroyed_by_default", path.destroyed_by_default,
                 "whether it is destroyed unless that body decides otherwise");
}

settings::PlacedProblems problems_of(std::span<const ReleasePath> paths) {
  settings::PlacedProblems problems;
  if (!std::ranges::equal(paths, kLevels, {}, &ReleasePath::level))
    problems.push_back({"release_path",
                        "the release paths of SL-1 to SL-4 have to stand once each, in this "
                        "order"});
  for (size_t i = 0; i < paths.size(); ++i) check_path(paths[i], i, problems);
  return problems;
}

const ReleasePath& release_path_of(std::span<const ReleasePath> paths, Level level) {
  const auto index = static_cast<size_t>(level);
  GLASS_CHECK(index < paths.size() && paths[index].level == level);
  return paths[index];
}

}  // namespace glass::institution
