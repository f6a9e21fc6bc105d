#include "glass/data/rights/package_rights.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"

namespace glass::data {
namespace {

LicencePolicy policy_of(const std::vector<std::string>& allowed) {
  return *LicencePolicy::create(allowed);
}

CopyrightFile file_with(std::string_view paragraphs) {
  return **parse_dep5("Format: 1.0\n\n" + std::string(paragraphs));
}

PackageRights rights_of(std::string_view paragraphs, std::vector<SourcePathMapping> mappings,
                        const std::vector<std::string>& allowed) {
  return PackageRights::from_copyright(file_with(paragraphs), "pkg", {}, std::move(mappings),
                                       policy_of(allowed));
}

constexpr std::string_view kMixed =
    "Files: *\nLicense: BSD-3-clause\n\nFiles: vendor/*\nLicense: Apache-2.0\n\n"
    "Files: vendor/closed/*\nLicense: noderivs\n\nFiles: debian/*\nLicense: GPL-3\n";

TEST(PackageRights, APackageWhoseStanzasAllPassIsClean) {
  const auto rights = rights_of(
      "Files: *\nLicense: GPL-3+\n\nFiles: po/de.po\nLicense: GPL-3+\n\n"
      "Files: debian/*\nLicense: BSD-4-clause\n",
      {}, {"GPL-3.0-or-later"});
  const FileRights& file = rights.of("usr/share/man/de/man1/ls.1.gz");
  EXPECT_EQ(file.decision.verdict, Verdict::kAllow);
  EXPECT_EQ(file.licence, "GPL-3.0-or-later");
  EXPECT_EQ(file.evidence, "all stanzas");
}

TEST(PackageRights, WithoutAMappingAllStanzasApplyTogether) {
  const auto rights = rights_of(kMixed, {}, {"BSD-3-Clause", "Apache-2.0"});
  const FileRights& file = rights.of("usr/share/x/a.c");
  EXPECT_EQ(file.licence, "BSD-3-Clause AND Apache-2.0 AND LicenseRef-Debian-pkg-noderivs");
  EXPECT_EQ(file.original, "BSD-3-clause; Apache-2.0; noderivs");
  EXPECT_EQ(file.decision.verdict, Verdict::kUnknown);
}

TEST(PackageRights, WithAMappingEachFileHasItsStanza) {
  const auto rights = rights_of(kMixed, {{.installed = "usr/share/x/", .source = ""}},
                                {"BSD-3-Clause", "Apache-2.0"});
  EXPECT_EQ(rights.of("usr/share/x/a.c").licence, "BSD-3-Clause");
  EXPECT_EQ(rights.of("usr/share/x/vendor/b.c").licence, "Apache-2.0");
  EXPECT_EQ(rights.of("usr/share/x/vendor/b.c").evidence, "stanza at line 6");
  EXPECT_EQ(rights.of("usr/share/x/vendor/closed/c.c").decision.verdict, Verdict::kUnknown);
  EXPECT_EQ(rights.of("usr/lib/elsewhere.c").evidence, "all stanzas");
}

TEST(PackageRights, AFileThatNoStanzaMatchesIsUnknown) {
  const auto rights =
      rights_of("Files: a/*\nLicense: MIT\n", {{.installed = "usr/x/", .source = ""}}, {"MIT"});
  EXPECT_EQ(rights.of("usr/x/a/1").decision.verdict, Verdict::kAllow);
  EXPECT_EQ(rights.of("usr/x/b/1").decision.verdict, Verdict::kUnknown);
  EXPECT_EQ(rights.of("usr/x/b/1").decision.reason,
            "no stanza of the copyright file matches its path");
}

TEST(PackageRights, TheSourcePrefixStandsInFrontOfTheRest) {
  const auto rights = rights_of("Files: fr-*\nLicense: MIT\n",
                                {{.installed = "usr/sounds/", .source = "fr-"}}, {"MIT"});
  EXPECT_EQ(rights.of("usr/sounds/one.wav").decision.verdict, Verdict::kAllow);
}

TEST(PackageRights, StanzasOfThePackagingAloneSayNothingAboutFiles) {
  const auto rights = rights_of("Files: debian/*\nLicense: MIT\n", {}, {"MIT"});
  EXPECT_EQ(rights.of("usr/share/a").decision.verdict, Verdict::kUnknown);
}

TEST(PackageRights, ADeclarationHoldsForEveryFile) {
  const auto rights =
      PackageRights::declared(spdx_licence("PSF-2.0"), "the recipe", policy_of({"PSF-2.0"}));
  EXPECT_EQ(rights.of("any").decision.verdict, Verdict::kAllow);
  EXPECT_EQ(rights.of("any").evidence, "declared by the recipe");
}

TEST(PackageRights, UnknownIsNeverAllowed) {
  const auto rights = PackageRights::unknown("free text");
  EXPECT_EQ(rights.of("any").decision.verdict, Verdict::kUnknown);
  EXPECT_EQ(rights.of("any").decision.reason, "free text");
}

}  // namespace
}  // namespace glass::data
