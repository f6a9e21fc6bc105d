#include "glass/data/rights/spdx.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/data/rights/policy.h"
#include "glass/data/rights/spdx_ids.h"

namespace glass::data {
namespace {

std::string normal(std::string_view text) {
  const auto expression = parse_spdx(text);
  return expression ? to_text(*expression) : "error: " + expression.error().message;
}

LicenceDecision decide(std::string_view text, const std::vector<std::string>& allowed) {
  const auto policy = LicencePolicy::create(allowed);
  const auto expression = parse_spdx(text);
  EXPECT_TRUE(policy.has_value() && expression.has_value());
  return policy->decide(*expression);
}

Verdict verdict(std::string_view text, const std::vector<std::string>& allowed) {
  return decide(text, allowed).verdict;
}

TEST(Spdx, AndBindsTighterThanOr) {
  EXPECT_EQ(normal("MIT OR ISC AND Zlib"), "MIT OR ISC AND Zlib");
  const auto expression = parse_spdx("MIT OR ISC AND Zlib");
  ASSERT_TRUE(expression.has_value());
  EXPECT_EQ(expression->kind, SpdxExpression::Kind::kOr);
  EXPECT_EQ(normal("(MIT OR ISC) AND Zlib"), "(MIT OR ISC) AND Zlib");
}

TEST(Spdx, OperatorsAndIdsInAnyCaseBecomeTheListsSpelling) {
  EXPECT_EQ(normal("mit or apache-2.0 with llvm-exception"),
            "MIT OR Apache-2.0 WITH LLVM-exception");
  EXPECT_EQ(normal("(GPL-2.0-only OR BSD-2-Clause)"), "GPL-2.0-only OR BSD-2-Clause");
}

TEST(Spdx, DeprecatedIdsAreRewritten) {
  EXPECT_EQ(normal("GPL-2.0"), "GPL-2.0-only");
  EXPECT_EQ(normal("GPL-2.0+"), "GPL-2.0-or-later");
  EXPECT_EQ(normal("lgpl-2.1+"), "LGPL-2.1-or-later");
  EXPECT_EQ(normal("GPL-2.0-with-classpath-exception"),
            "GPL-2.0-only WITH Classpath-exception-2.0");
  EXPECT_EQ(normal("Apache-2.0+"), "Apache-2.0+");
}

TEST(Spdx, RepeatedAndNestedPartsAreLifted) {
  EXPECT_EQ(normal("MIT AND (ISC AND mit)"), "MIT AND ISC");
  EXPECT_EQ(normal("((MIT))"), "MIT");
}

TEST(Spdx, UnknownIdsAreKeptAsWritten) {
  EXPECT_EQ(normal("LicenseRef-Own-1"), "LicenseRef-Own-1");
  EXPECT_EQ(normal("NonSuch"), "NonSuch");
}

TEST(Spdx, WhatIsNoExpressionIsRefusedWithAReason) {
  EXPECT_EQ(normal("MIT OR"),
            "error: 'MIT OR' is no licence expression: a licence is missing at the end");
  EXPECT_EQ(normal("(MIT"), "error: '(MIT' is no licence expression: a parenthesis is not closed");
  EXPECT_EQ(normal("MIT ISC"),
            "error: 'MIT ISC' is no licence expression: 'ISC' is not expected here");
  EXPECT_EQ(normal("MIT & ISC"),
            "error: 'MIT & ISC' is no licence expression: '&' is not expected here");
  EXPECT_FALSE(parse_spdx("").has_value());
  EXPECT_FALSE(parse_spdx("MIT WITH AND").has_value());
  EXPECT_FALSE(parse_spdx(std::string(100, '(') + "MIT" + std::string(100, ')')).has_value());
}

TEST(Spdx, TheListsKnowTheirIds) {
  EXPECT_EQ(known_licence("cc-by-sa-3.0"), "CC-BY-SA-3.0");
  EXPECT_EQ(known_licence("0bsd"), "0BSD");        // the first of the list
  EXPECT_EQ(known_licence("zpl-2.1"), "ZPL-2.1");  // the last
  EXPECT_EQ(known_licence("GPL-2.0"), "");
  EXPECT_EQ(known_licence(""), "");
  EXPECT_EQ(known_exception("llvm-exception"), "LLVM-exception");
}

TEST(SpdxLine, StandsInTheCommentOfAnyLanguage) {
  EXPECT_EQ(spdx_line("#!/bin/sh\n# SPDX-License-Identifier: MIT\n"), "MIT");
  EXPECT_EQ(spdx_line("/* SPDX-License-Identifier: GPL-2.0 OR MIT */\nint x;"), "GPL-2.0 OR MIT");
  EXPECT_EQ(spdx_line("<!-- SPDX-License-Identifier: CC0-1.0 -->"), "CC0-1.0");
  EXPECT_EQ(spdx_line("int x;"), "");
  EXPECT_EQ(spdx_line(std::string(5000, ' ') + "SPDX-License-Identifier: MIT"), "");
}

TEST(Policy, AnOrPassesByOneSideAndNamesIt) {
  EXPECT_EQ(decide("MIT OR GPL-2.0+", {"MIT"}),
            (LicenceDecision{.verdict = Verdict::kAllow, .chosen = "MIT", .reason = ""}));
  EXPECT_EQ(decide("(MIT OR Apache-2.0) AND BSD-3-Clause", {"Apache-2.0", "BSD-3-Clause"}).chosen,
            "Apache-2.0 AND BSD-3-Clause");
}

TEST(Policy, AnAndNeedsEveryPart) {
  EXPECT_EQ(verdict("Apache-2.0 WITH LLVM-exception AND NonSuch", {"Apache-2.0"}),
            Verdict::kUnknown);
  EXPECT_EQ(verdict("CC-BY-4.0 AND CC-BY-NC-4.0", {"CC-BY-4.0"}), Verdict::kDeny);
  EXPECT_EQ(verdict("NonSuch AND CC-BY-NC-4.0", {"CC-BY-4.0"}), Verdict::kDeny);
  EXPECT_EQ(verdict("CC-BY-4.0 AND MIT", {"CC-BY-4.0", "MIT"}), Verdict::kAllow);
}

TEST(Policy, AnUnknownSideOfAnOrIsUnknownNotDenied) {
  EXPECT_EQ(verdict("NonSuch OR GPL-2.0", {"MIT"}), Verdict::kUnknown);
  EXPECT_EQ(verdict("ISC OR GPL-2.0", {"MIT"}), Verdict::kDeny);
  EXPECT_EQ(verdict("NonSuch OR MIT", {"MIT"}), Verdict::kAllow);
}

TEST(Policy, AnExceptionAddsPermissionsButMustBeKnown) {
  EXPECT_EQ(verdict("Apache-2.0 WITH LLVM-exception", {"Apache-2.0"}), Verdict::kAllow);
  EXPECT_EQ(verdict("Apache-2.0 WITH Own-exception", {"Apache-2.0"}), Verdict::kUnknown);
  EXPECT_EQ(verdict("Apache-2.0 WITH Own-exception", {"Apache-2.0 WITH Own-exception"}),
            Verdict::kAllow);
}

TEST(Policy, OrLaterIsAllowedByAnyVersionItReaches) {
  EXPECT_EQ(verdict("GPL-2.0-or-later", {"GPL-3.0-only"}), Verdict::kAllow);
  EXPECT_EQ(verdict("GPL-3.0-or-later", {"GPL-2.0-only"}), Verdict::kDeny);
  EXPECT_EQ(verdict("GPL-2.0-only", {"GPL-3.0-only", "GPL-2.0-or-later"}), Verdict::kDeny);
  EXPECT_EQ(verdict("GPL-2.0-or-later", {"LGPL-3.0-only"}), Verdict::kDeny);
  EXPECT_EQ(verdict("Apache-1.1+", {"Apache-2.0"}), Verdict::kAllow);
}

TEST(Policy, RefusesListsThatCannotBeMeant) {
  EXPECT_EQ(LicencePolicy::create({"CC-BY-NC-4.0"}).error().code, ErrorCode::kRefused);
  EXPECT_EQ(LicencePolicy::create({"CC-BY-ND-3.0"}).error().code, ErrorCode::kRefused);
  EXPECT_EQ(LicencePolicy::create({"MTI"}).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(LicencePolicy::create({"MIT OR ISC"}).error().code, ErrorCode::kInvalidInput);
  EXPECT_TRUE(LicencePolicy::create({"GPL-2.0+", "LicenseRef-PublicDomain"}).has_value());
}

}  // namespace
}  // namespace glass::data
