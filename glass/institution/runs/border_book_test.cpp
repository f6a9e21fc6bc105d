#include "glass/institution/runs/border_book.h"

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/safety/evaluation.h"

namespace glass::institution {
namespace {

TEST(BorderBook, HoldsScoresToTheBordersThatAreInForce) {
  BorderBook book;
  const BordersProposed proposed{
      .domains = {{.domain = "cyber-offence", .alert = 50, .critical = 80, .reference = 40}}};
  ASSERT_TRUE(expect_possible(book, proposed));
  evolve(book, proposed, "act");
  EXPECT_FALSE(evaluations(book, {{"cyber-offence", 45}}).front().alert);
  evolve(book, BordersSet{.content = "act"}, "");
  const Evaluation one = evaluations(book, {{"cyber-offence", 45}}).front();
  EXPECT_EQ(one.score, 45);
  EXPECT_EQ(one.alert, 50);
  EXPECT_EQ(one.reference->score, 40);
  EXPECT_FALSE(one.safe_reference);
  EXPECT_FALSE(evaluations(book, {{"cbrn", 45}}).front().critical);
  EXPECT_TRUE(book.proposed.empty());
}

TEST(BorderBook, TakesNoAlertAboveItsCriticalBorder) {
  const BorderBook book;
  EXPECT_FALSE(expect_possible(
      book, BordersProposed{.domains = {{.domain = "cbrn", .alert = 80, .critical = 80}}}));
  EXPECT_FALSE(expect_possible(
      book, BordersProposed{.domains = {{.domain = "cbrn", .alert = 1, .critical = 2},
                                        {.domain = "cbrn", .alert = 1, .critical = 2}}}));
  EXPECT_FALSE(expect_possible(book, BordersProposed{}));
}

}  // namespace
}  // namespace glass::institution
