// Real packages against the sizes of the reference, at the versions it names. Needs apt, a network
// and Debian 12; says so and skips elsewhere. Fetched packages stay in the build folder.
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/data/corpus/corpus.h"
#include "glass/data/corpus/document_store.h"
#include "glass/system/files.h"
#include "glass/system/process.h"
#include "glass/system/temporary_folder.h"
#include "glass/system/thread_pool.h"

namespace glass::data {
namespace {

class RealPackages : public testing::Test {
 protected:
  // Skips if the packages cannot be had in these versions ("package_version_all").
  void build(const std::vector<std::string>& packages, const std::vector<std::string>& sources) {
    DebianSource debian;
    debian.packages = packages;
    debian.include_tests = true;
    config_.sources = {{.name = "debian", .kind = std::move(debian)}};
    config_.allowed_licences = {"CC-BY-SA-3.0", "BSD-3-Clause", "GPL-2.0-or-later",
                                "GPL-3.0-or-later"};
    config_.min_characters = 0;
    config_.out = folder_ / "corpus";
    config_.cache = GLASS_PACKAGE_CACHE;
    auto report = build_corpus(
        config_,
        {.files = system::posix_files(), .process = system::posix_process(), .parallel = pool_},
        [](const CorpusProgress&) { return true; });
    if (!report &&
        (report.error().code == ErrorCode::kIo || report.error().code == ErrorCode::kNotFound ||
         report.error().code == ErrorCode::kInvalidInput))
      GTEST_SKIP() << report.error().message;
    ASSERT_TRUE(report.has_value()) << report.error().message;
    report_ = *std::move(report);
    for (const std::string& source : sources)
      if (!report_.by_source.contains(source)) GTEST_SKIP() << source << " is not on this machine";
  }

  [[nodiscard]] double megabytes(const std::string& source) const {
    return static_cast<double>(report_.by_source.at(source).bytes) / 1e6;
  }

  [[nodiscard]] int64_t rule_files(const std::string& rule) const {
    int64_t sum = 0;
    for (const Json& source : *report_.manifest.find("sources")->if_array())
      for (const Json& unit : *source.find("units")->if_array())
        sum += unit.find("rules")->get_int(rule).value_or(0) +
               unit.find("dropped")->get_int("duplicate-lines").value_or(0);
    return sum;
  }

  system::TemporaryFolder folder_;
  system::ThreadPool pool_{2};
  CorpusConfig config_;
  CorpusReport report_;
};

TEST_F(RealPackages, GnomeUserDocs) {
  ASSERT_NO_FATAL_FAILURE(build({"gnome-user-docs"}, {"gnome-user-docs_43.0-2_all"}));
  if (IsSkipped()) return;
  EXPECT_NEAR(megabytes("gnome-user-docs_43.0-2_all"), 12.4, 0.1);
  EXPECT_EQ(report_.by_language.size(), 42U);
  EXPECT_NEAR(static_cast<double>(report_.by_language.at("en").bytes) / 1e6, 0.43, 0.005);
  EXPECT_EQ(report_.licence, "CC-BY-SA-3.0");
  // Pages whose every line is untranslated are no documents; together with the rest they are all.
  EXPECT_GE(rule_files("mallard/1") + static_cast<int64_t>(report_.dropped["duplicate-document"] +
                                                           report_.dropped["too-short"]),
            13131);
}

TEST_F(RealPackages, Networkx) {
  ASSERT_NO_FATAL_FAILURE(build({"python3-networkx"}, {"python3-networkx_2.8.8-1_all"}));
  if (IsSkipped()) return;
  // 563 files of Python, some of them empty or equal to others, and one HTML page.
  EXPECT_EQ(report_.total.documents + report_.dropped["too-short"] +
                report_.dropped["duplicate-document"],
            564U);
  EXPECT_NEAR(megabytes("python3-networkx_2.8.8-1_all"), 5.25, 0.05);
  EXPECT_EQ(report_.licence, "BSD-3-Clause");
}

TEST_F(RealPackages, ManualPagesAndTheReference) {
  ASSERT_NO_FATAL_FAILURE(build({"manpages-de", "debian-reference-en"},
                                {"manpages-de_4.18.1-1_all", "debian-reference-en_2.100_all"}));
  if (IsSkipped()) return;
  EXPECT_NEAR(megabytes("manpages-de_4.18.1-1_all"), 6.3, 0.1);
  EXPECT_NEAR(megabytes("debian-reference-en_2.100_all"), 0.50, 0.005);
  EXPECT_EQ(report_.licence, "GPL-2.0-or-later AND GPL-3.0-or-later");
  EXPECT_EQ(report_.by_language.size(), 2U);
  const auto store = DocumentStore::open(system::posix_files(), config_.out / "documents.bin");
  ASSERT_TRUE(store.has_value());
  EXPECT_TRUE(store->verify(pool_).has_value());
}

}  // namespace
}  // namespace glass::data
