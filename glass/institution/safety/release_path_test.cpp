#include "glass/institution/safety/release_path.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/institution/safety/level.h"
#include "glass/settings/json_fields.h"
#include "glass/settings/placed_problem.h"

namespace glass::institution {
namespace {

std::string problems_of_paths(const std::vector<ReleasePath>& paths) {
  const Status status = settings::refuse(problems_of(paths));
  return status ? "" : status.error().message;
}

TEST(ReleasePath, OfACharterThatNamesNoneIsTheTable) {
  const std::vector<ReleasePath> paths = default_release_paths();
  EXPECT_EQ(problems_of_paths(paths), "");
  EXPECT_EQ(release_path_of(paths, Level::kSl2).notice_days, 14);
  const ReleasePath& contained = release_path_of(paths, Level::kSl3);
  EXPECT_EQ(contained.consultation_days, 30);
  EXPECT_EQ(contained.access_days_min, 30);
  EXPECT_EQ(contained.access_days_max, 90);
  EXPECT_EQ(contained.approvals.size(), 2U);
  EXPECT_TRUE(contained.model_report);
  EXPECT_FALSE(release_path_of(paths, Level::kSl4).is_possible);
}

TEST(ReleasePath, ThatContradictsItselfIsToldByItsPlace) {
  std::vector<ReleasePath> paths = default_release_paths();
  paths[0].approvals.clear();
  paths[1].decided_by = "";
  paths[1].approvals[1].approvers = 0;
  paths[2].access_days_min = 91;
  paths[3].is_possible = true;
  const std::string told = problems_of_paths(paths);
  for (const char* problem : {"release_path.0.approvals: SL-1: somebody has to approve",
                              "release_path.1.decided_by: SL-2: it has to name",
                              "release_path.1.approvals.1: give a body",
                              "release_path.2.access_days_min: SL-3: it cannot be more",
                              "release_path.3.is_possible: SL-4: a sealed model is never released"})
    EXPECT_NE(told.find(problem), std::string::npos) << problem;
  paths = default_release_paths();
  paths[3].approvals = paths[2].approvals;
  EXPECT_NE(problems_of_paths(paths).find("no approval makes it possible"), std::string::npos);
  paths.pop_back();
  EXPECT_NE(problems_of_paths(paths).find("once each, in this order"), std::string::npos);
}

TEST(ReleasePath, IsItsOwnJson) {
  ReleasePath path = default_release_paths()[2];
  settings::JsonWriter writer;
  describe(writer, path);
  std::vector<std::string> problems;
  settings::JsonReader reader(std::move(writer).take(), "release_path", problems);
  ReleasePath again;
  describe(reader, again);
  EXPECT_EQ(problems, std::vector<std::string>{});
  EXPECT_EQ(again.level, Level::kSl3);
  EXPECT_EQ(again.approvals, path.approvals);
  EXPECT_EQ(again.access_days_max, 90);
  EXPECT_TRUE(again.external_evaluators);
}

}  // namespace
}  // namespace glass::institution
