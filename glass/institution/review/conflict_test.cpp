#include "glass/institution/review/conflict.h"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace glass::institution {
namespace {

using enum ConflictStatus;

TEST(Conflict, CodesHaveTheSeverityOfTheTable) {
  const std::map<ConflictSeverity, std::set<std::string_view>> table = {
      {ConflictSeverity::kReal,
       {"INST_SAME", "FIN_DIRECT", "REL_FAMILY", "ROLE_NAMED", "COLLAB_ACTIVE", "REL_MENTOR",
        "REL_SUPERVISOR"}},
      {ConflictSeverity::kApparent,
       {"COAUTH_RECENT", "INST_DEPT", "INST_FORMER", "ROLE_CONF", "COLLAB_GRANT", "REL_EDITORIAL",
        "COMPET"}},
      {ConflictSeverity::kPotential,
       {"COAUTH_OLD", "INST_CONSORT", "CONF_ATTEND", "SOC_MEMBER", "NAT_SAME", "FUND_SAME"}}};
  size_t codes = 0;
  for (const auto& [severity, words] : table) {
    for (const std::string_view word : words) {
      EXPECT_EQ(ordinary_severity(conflict_code(word).value()), severity) << word;
      EXPECT_EQ(to_text(conflict_code(word).value()), word);
      ++codes;
    }
  }
  EXPECT_EQ(codes, kConflictCodes.size());
  EXPECT_FALSE(conflict_code("inst_same"));
}

// One letter per status, in the order pending, disclosed, dismissed, waived, recused.
std::string effects(ConflictSeverity severity) {
  std::string letters;
  for (const ConflictStatus status : {kPending, kDisclosed, kDismissed, kWaived, kRecused})
    letters +=
        "ndb"[static_cast<size_t>(effect_on_review({ConflictCode::kRelMentor, severity, status}))];
  return letters;
}

TEST(Conflict, BlocksUntilSomebodyHasLookedAndARealOneAlways) {
  EXPECT_EQ(effects(ConflictSeverity::kReal), "bbnbb");
  EXPECT_EQ(effects(ConflictSeverity::kApparent), "bbndb");
  EXPECT_EQ(effects(ConflictSeverity::kPotential), "bdndb");
}

TEST(Conflict, NobodyHasToLookAtWhatAProgramFoundAndIsPotentialAtMost) {
  EXPECT_EQ(first_status(ConflictSeverity::kPotential, true), kDisclosed);
  EXPECT_EQ(first_status(ConflictSeverity::kPotential, false), kPending);
  EXPECT_EQ(first_status(ConflictSeverity::kApparent, true), kPending);
  EXPECT_EQ(first_status(ConflictSeverity::kReal, true), kPending);
}

TEST(Conflict, MemberStateAndFunderAreRealWhereMuchIsAtStake) {
  for (const ConflictCode code : {ConflictCode::kNatSame, ConflictCode::kFundSame}) {
    Conflict conflict{code, ConflictSeverity::kPotential, kDisclosed};
    EXPECT_EQ(effect_on_review(conflict), ConflictEffect::kDisclosed);
    EXPECT_EQ(effect_on_vote(conflict, 2, false), ConflictEffect::kDisclosed);
    EXPECT_EQ(effect_on_vote(conflict, 3, false), ConflictEffect::kBlocked);
    EXPECT_EQ(effect_on_vote(conflict, 4, false), ConflictEffect::kBlocked);
    EXPECT_EQ(effect_on_vote(conflict, 1, true), ConflictEffect::kBlocked);
    conflict.status = kWaived;
    EXPECT_EQ(effect_on_vote(conflict, 3, false), ConflictEffect::kBlocked);
    conflict.status = kDismissed;
    EXPECT_EQ(effect_on_vote(conflict, 3, false), ConflictEffect::kNone);
  }
  const Conflict other{ConflictCode::kSocMember, ConflictSeverity::kPotential, kDisclosed};
  EXPECT_EQ(effect_on_vote(other, 4, true), ConflictEffect::kDisclosed);
}

}  // namespace
}  // namespace glass::institution
