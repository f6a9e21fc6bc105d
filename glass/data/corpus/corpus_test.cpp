#include "glass/data/corpus/corpus.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/document_store.h"
#include "glass/data/ingest/deb_fixture.h"
#include "glass/data/ingest/debian_fixture.h"
#include "glass/sim/faulty_files.h"
#include "glass/system/files.h"
#include "glass/system/process.h"
#include "glass/system/temporary_folder.h"
#include "glass/system/thread_pool.h"

namespace glass::data {
namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kDep5 =
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n";

std::string page(std::string_view text) {
  return "<page><title>" + std::string(text) + "</title></page>";
}

const std::string kLong = "a text that is long enough to stay in the corpus";

class Corpus : public testing::Test {
 protected:
  Corpus() {
    config_.allowed_licences = {"MIT", "CC-BY-SA-3.0"};
    config_.min_characters = 10;
    config_.out = folder_ / "corpus";
    config_.cache = folder_ / "cache";
    config_.held_out_share = 0;
  }

  void packages(const std::map<std::string, Files>& packages) {
    std::vector<fixture::FakeDebian::Package> published;
    DebianSource debian;
    for (const auto& [name, files] : packages) {
      published.push_back(
          {.name = name, .version = "1.0", .bytes = fixture::deb(name, "1.0", files)});
      debian.packages.push_back(name);
    }
    debian_.publish(std::move(published));
    config_.sources = {{.name = "debian", .kind = std::move(debian)}};
  }

  static Files help(std::string_view licence, const Files& files) {
    Files all = {{"usr/share/doc/help/copyright",
                  std::string(kDep5) + "Files: *\nLicense: " + std::string(licence) + "\n"}};
    all.insert(all.end(), files.begin(), files.end());
    return all;
  }

  DebianSource& debian() { return std::get<DebianSource>(config_.sources[0].kind); }

  FolderSource& folder_source() {
    config_.sources = {
        {.name = "own",
         .kind = FolderSource{.folder = folder_ / "texts", .licence = "MIT", .language = "de"}}};
    return std::get<FolderSource>(config_.sources[0].kind);
  }

  JsonlSource& jsonl_source(const std::string& name) {
    JsonlSource jsonl;
    jsonl.files = {folder_ / name};
    jsonl.licence_field = "licence";
    jsonl.licence = "MIT";
    config_.sources = {{.name = "lines", .kind = std::move(jsonl)}};
    return std::get<JsonlSource>(config_.sources[0].kind);
  }

  void write(const std::string& path, std::string_view text) {
    const system::Path file = folder_ / path;
    ASSERT_TRUE(system::posix_files().make_folders(file.parent_path()).has_value());
    ASSERT_TRUE(system::posix_files().write_atomic(file, as_bytes(text)).has_value());
  }

  Result<CorpusReport> build(Parallel& parallel, system::Files& files = system::posix_files()) {
    return build_corpus(config_, {.files = files, .process = debian_, .parallel = parallel},
                        [](const CorpusProgress&) { return true; });
  }

  Result<CorpusReport> build() { return build(serial_); }

  Error error() {
    const auto report = build();
    return report ? Error{.code = ErrorCode::kIo, .message = "no error"} : report.error();
  }

  CorpusReport built() {
    auto report = build();
    EXPECT_TRUE(report.has_value()) << report.error().message;
    return report.value_or(CorpusReport{});
  }

  std::vector<std::string> texts() {
    const auto store = DocumentStore::open(system::posix_files(), config_.out / "documents.bin");
    std::vector<std::string> out;
    for (uint64_t id = 0; store && id < store->size(); ++id)
      out.emplace_back(store->document(id).text);
    return out;
  }

  std::string file(const std::string& name) {
    return system::posix_files().read_text(config_.out / name).value_or("");
  }

  system::TemporaryFolder folder_;
  fixture::FakeDebian debian_{system::posix_files(), folder_.path()};
  SerialParallel serial_;
  CorpusConfig config_;
};

TEST_F(Corpus, APackageBecomesDocumentsWithTheirPapers) {
  packages({{"help", help("CC-BY-SA-3.0", {{"usr/share/help/de/x/a.page", page("Hallo " + kLong)},
                                           {"usr/share/help/C/x/a.page", page(kLong)},
                                           {"usr/share/help/C/x/b.page", "-> a.page"},
                                           {"usr/share/help/C/x/c.png", "\x89PNG"}})}});
  const CorpusReport report = built();
  EXPECT_EQ(texts(), (std::vector<std::string>{kLong + "\n", "Hallo " + kLong + "\n"}));
  EXPECT_EQ(report.total.documents, 2U);
  EXPECT_EQ(report.by_language.at("de").documents, 1U);
  EXPECT_EQ(report.by_language.at("en").bytes, kLong.size() + 1);
  EXPECT_EQ(report.by_source.at("help_1.0_all").documents, 2U);
  EXPECT_EQ(report.licence, "CC-BY-SA-3.0");
  EXPECT_EQ(report.dropped, (std::map<std::string, uint64_t>{{"link", 1}, {"no-text-rule", 2}}));
  EXPECT_NE(file("documents.jsonl").find("\"rule\":\"mallard/1\""), std::string::npos);
  EXPECT_NE(file("dropped.jsonl").find("\"path\":\"usr/share/help/C/x/b.page\""),
            std::string::npos);
}

TEST_F(Corpus, TheManifestHoldsTheChain) {
  packages({{"help", help("MIT", {{"usr/share/help/C/x/a.page", page(kLong)}})}});
  const CorpusReport report = built();
  const Json& archive = report.manifest.find("archives")->if_array()->at(0);
  EXPECT_EQ(*archive.get_string("date"), "Thu, 01 Jan 1970 00:00:00 UTC");
  EXPECT_EQ(archive.find("signatures")->if_array()->size(), 1U);
  const Json& unit =
      report.manifest.find("sources")->if_array()->at(0).find("units")->if_array()->at(0);
  EXPECT_EQ(*unit.get_string("package"), "help");
  const auto deb = system::posix_files().read(config_.cache / "help_1.0_all.deb");
  EXPECT_EQ(*unit.get_string("sha256"), crypto::to_text(crypto::sha256(*deb)));
  EXPECT_EQ(report.manifest_digest, crypto::sha256(file("manifest.json")));
}

TEST_F(Corpus, RepeatedLinesLeaveWithinAPackageButNotFromCode) {
  const std::string code = "x = 1\nx = 1\nprint(x)\n";
  packages(
      {{"help", help("MIT", {{"usr/share/help/de/x/a.page", page(kLong) + page("neu " + kLong)},
                             {"usr/share/help/C/x/a.page", page(kLong)},
                             {"usr/share/help/as/x/a.page", page(kLong)},
                             {"usr/lib/python3/dist-packages/a.py", code}})}});
  const CorpusReport report = built();
  EXPECT_EQ(texts(), (std::vector<std::string>{kLong + "\n", code, "neu " + kLong + "\n"}));
  EXPECT_EQ(report.dropped.at("duplicate-lines"), 1U);
}

TEST_F(Corpus, TheBytesDoNotDependOnTheWorkersOrTheCache) {
  std::map<std::string, Files> many;
  for (int i = 0; i < 10; ++i) {
    const std::string name = "pkg" + std::to_string(i);
    many[name] = {
        {"usr/share/doc/" + name + "/copyright", std::string(kDep5) + "Files: *\nLicense: MIT\n"},
        {"usr/share/help/C/x/a.page", page(kLong + std::to_string(i / 2))},
        {"usr/share/help/de/x/a.page", page("de " + kLong + std::to_string(i))}};
  }
  packages(many);
  config_.held_out_share = 0.2;
  const CorpusReport one = built();
  const std::string documents = file("documents.bin");
  EXPECT_EQ(one.dropped.at("duplicate-document"), 5U);
  for (const int workers : {2, 3}) {
    system::ThreadPool pool(workers);
    const auto report = build(pool);
    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_EQ(report->manifest_digest, one.manifest_digest);
    EXPECT_EQ(file("documents.bin"), documents);
  }
}

TEST_F(Corpus, WhatIsNotAllowedIsDroppedAndTheRestStays) {
  packages({{"help", help("MIT", {{"usr/share/help/C/x/a.page", page(kLong)}})},
            {"other",
             {{"usr/share/doc/other/copyright", std::string(kDep5) + "Files: *\nLicense: GPL-3\n"},
              {"usr/share/help/C/x/b.page", page("other " + kLong)}}},
            {"free",
             {{"usr/share/doc/free/copyright", "Do what you like.\n"},
              {"usr/share/help/C/x/c.page", page("free " + kLong)}}}});
  const CorpusReport report = built();
  EXPECT_EQ(texts(), (std::vector<std::string>{kLong + "\n"}));
  EXPECT_EQ(report.dropped.at("licence-denied"), 1U);
  EXPECT_EQ(report.dropped.at("licence-unknown"), 1U);
  EXPECT_NE(file("dropped.jsonl").find("GPL-3.0-only is not among the allowed licences"),
            std::string::npos);
}

TEST_F(Corpus, NothingAllowedIsARefusalThatNamesTheFirst) {
  packages({{"help", help("GPL-3", {{"usr/share/help/C/x/a.page", page(kLong)}})}});
  const Error refused = error();
  EXPECT_EQ(refused.code, ErrorCode::kRefused);
  EXPECT_NE(refused.message.find("help_1.0_all, usr/share/help/C/x/a.page: GPL-3.0-only is not"),
            std::string::npos)
      << refused.message;
}

TEST_F(Corpus, AFreeTextLicenceCanBeDeclaredForExactlyThisFile) {
  const std::string copyright = "Do what you like.\n";
  packages({{"free",
             {{"usr/share/doc/free/copyright", copyright},
              {"usr/share/help/C/x/c.page", page(kLong)}}}});
  debian().declarations = {{.package = "free",
                            .spdx = "MIT",
                            .copyright_file = crypto::sha256(copyright),
                            .declared_by = "the test"}};
  EXPECT_EQ(built().total.documents, 1U);
  EXPECT_NE(file("documents.jsonl").find("declared by the test"), std::string::npos);
  debian().declarations[0].copyright_file = crypto::sha256("another text");
  EXPECT_EQ(error().code, ErrorCode::kRefused);
}

TEST_F(Corpus, AShortNameCanBeReadByItsText) {
  packages({{"help",
             {{"usr/share/doc/help/copyright",
               std::string(kDep5) + "Files: *\nLicense: Own\n\nLicense: Own\n do what you like\n"},
              {"usr/share/help/C/x/a.page", page(kLong)}}}});
  EXPECT_EQ(error().code, ErrorCode::kRefused);
  debian().licence_names = {{.package = "help",
                             .name = "Own",
                             .spdx = "MIT",
                             .text = crypto::sha256("do what you like")}};
  EXPECT_EQ(built().licence, "MIT");
  debian().licence_names[0].text = crypto::sha256("something else");
  EXPECT_NE(error().message.find("the licence text Own has the digest"), std::string::npos);
  debian().licence_names[0].name = "Other";
  EXPECT_EQ(error().code, ErrorCode::kInvalidInput);
}

TEST_F(Corpus, ACopyrightFileThatDoesNotParseIsAnError) {
  packages({{"help",
             {{"usr/share/doc/help/copyright", std::string(kDep5) + "Files: *\nnonsense\n"},
              {"usr/share/help/C/x/a.page", page(kLong)}}}});
  const Error broken = error();
  EXPECT_EQ(broken.code, ErrorCode::kInvalidInput);
  EXPECT_NE(broken.message.find("usr/share/doc/help/copyright: line 4"), std::string::npos)
      << broken.message;
}

TEST_F(Corpus, ACopyrightFileInAnotherPackageIsUnknown) {
  packages(
      {{"help", {{"usr/share/doc/help", "-> other"}, {"usr/share/help/C/x/a.page", page(kLong)}}}});
  EXPECT_NE(error().message.find("its copyright file lies in another package"), std::string::npos);
}

TEST_F(Corpus, AMappingGivesEachFileItsStanza) {
  packages({{"help",
             {{"usr/share/doc/help/copyright",
               std::string(kDep5) + "Files: *\nLicense: MIT\n\nFiles: b/*\nLicense: GPL-3\n"},
              {"usr/share/help/C/a/x.page", page(kLong)},
              {"usr/share/help/C/b/x.page", page("b " + kLong)}}}});
  EXPECT_EQ(error().code, ErrorCode::kRefused);
  debian().path_mappings = {{.package = "help", .installed = "usr/share/help/C/", .source = ""}};
  EXPECT_EQ(built().dropped.at("licence-denied"), 1U);
  debian().path_mappings[0].package = "nosuch";
  EXPECT_EQ(error().code, ErrorCode::kInvalidInput);
}

TEST_F(Corpus, UntranslatedTextLeavesAlsoWhenItsLanguageIsNotKept) {
  packages({{"help", help("MIT", {{"usr/share/help/C/x/a.page", page(kLong)},
                                  {"usr/share/help/de/x/a.page",
                                   page(kLong) + page("deutsch " + kLong)}})}});
  config_.languages = {"de"};
  EXPECT_EQ(built().dropped.at("language"), 1U);
  EXPECT_EQ(texts(), (std::vector<std::string>{"deutsch " + kLong + "\n"}));
}

TEST_F(Corpus, FiltersThatLeaveNothingAreNamed) {
  packages({{"help", help("MIT", {{"usr/share/help/C/x/a.page", page("short")}})}});
  const Error empty = error();
  EXPECT_EQ(empty.code, ErrorCode::kInvalidInput);
  EXPECT_NE(empty.message.find("1 too-short"), std::string::npos) << empty.message;
}

TEST_F(Corpus, LimitsChooseByDigestAndMoreThanThereIsIsAnError) {
  Files files;
  for (int i = 0; i < 30; ++i)
    files.emplace_back("usr/share/help/C/x/" + std::to_string(i) + ".page",
                       page(kLong + std::to_string(i)));
  packages({{"help", help("MIT", files)}});
  config_.documents = 12;
  const CorpusReport report = built();
  EXPECT_EQ(report.total.documents, 12U);
  EXPECT_EQ(report.dropped.at("document-limit"), 18U);
  EXPECT_FALSE(system::posix_files().exists(config_.out / "candidates.bin"));
  config_.documents = 31;
  const Error more = error();
  EXPECT_EQ(more.code, ErrorCode::kInvalidInput);
  EXPECT_NE(more.message.find("asks for 31 documents, but only 30"), std::string::npos);
  EXPECT_EQ(texts().size(), 12U);  // the earlier corpus is still there
}

TEST_F(Corpus, AFolderOfOwnTextsAndSources) {
  folder_source();
  write("texts/a.txt", kLong);
  write("texts/sub/b.py", "# SPDX-License-Identifier: CC-BY-SA-3.0\nprint('hello world')\n");
  write("texts/c.c", "// SPDX-License-Identifier: GPL-3.0-only\nint main() { return 0; }\n");
  write("texts/d.rs", "// SPDX-License-Identifier: MIT OR\nfn main() {}\n");
  write("texts/e.bin", "x");
  write("texts/f.txt", "\xFF\xFE broken");
  const CorpusReport report = built();
  EXPECT_EQ(report.total.documents, 2U);
  EXPECT_EQ(report.by_language.at("de").documents, 1U);
  EXPECT_EQ(report.by_language.at("code/python").documents, 1U);
  EXPECT_EQ(
      report.dropped,
      (std::map<std::string, uint64_t>{
          {"licence-denied", 1}, {"licence-unknown", 1}, {"no-text-rule", 1}, {"not-utf8", 1}}));
}

TEST_F(Corpus, AFolderNobodyLicensedIsRefused) {
  folder_source().licence = "";
  write("texts/a.txt", kLong);
  const Error refused = error();
  EXPECT_EQ(refused.code, ErrorCode::kRefused);
  EXPECT_NE(refused.message.find("nobody says under which licence it is"), std::string::npos);
}

TEST_F(Corpus, PathsThatVanishedAreNamed) {
  folder_source();
  EXPECT_EQ(error().code, ErrorCode::kInvalidInput);
  jsonl_source("no.jsonl");
  const Error missing = error();
  EXPECT_EQ(missing.code, ErrorCode::kInvalidInput);
  EXPECT_NE(missing.message.find("source lines: there is no file "), std::string::npos);
}

TEST_F(Corpus, JsonlWithALicencePerLine) {
  jsonl_source("a.jsonl");
  write("a.jsonl", "{\"text\":\"" + kLong + " 1\"}\n{\"text\":\"" + kLong +
                       " 2\",\"licence\":\"GPL-3.0-only\"}\n{\"text\":\"" + kLong +
                       " 3\",\"licence\":\"CC-BY-SA-3.0\"}\n");
  const CorpusReport report = built();
  EXPECT_EQ(report.total.documents, 2U);
  EXPECT_EQ(report.licence, "CC-BY-SA-3.0 AND MIT");
  EXPECT_NE(file("documents.jsonl").find("\"path\":\"a.jsonl:3\""), std::string::npos);
}

TEST_F(Corpus, ABrokenLineNamesFileAndLine) {
  jsonl_source("a.jsonl");
  write("a.jsonl", "{\"text\":\"" + kLong + "\"}\n{\"text\":\n");
  EXPECT_NE(error().message.find("a.jsonl: line 2: it is no JSON"), std::string::npos);
  jsonl_source("a.jsonl.gz");
  write("a.jsonl.gz", "no gzip");
  EXPECT_NE(error().message.find("a.jsonl.gz: compressed data is damaged"), std::string::npos);
}

TEST_F(Corpus, ContradictionsInTheConfigurationAreRefusedBeforeWork) {
  folder_source();
  config_.held_out_share = 1;
  EXPECT_EQ(error().code, ErrorCode::kInvalidInput);
  config_.held_out_share = 0;
  config_.allowed_licences = {};
  EXPECT_EQ(error().message, "the list of allowed licences is empty, so no document could be kept");
  config_.allowed_licences = {"CC-BY-NC-4.0"};
  EXPECT_EQ(error().code, ErrorCode::kRefused);
  config_.allowed_licences = {"MIT"};
  config_.sources.push_back(config_.sources[0]);
  EXPECT_EQ(error().message, "two sources are named own");
  config_.sources[1].name = "a/b";
  EXPECT_EQ(error().code, ErrorCode::kInvalidInput);
  config_.sources.clear();
  EXPECT_EQ(error().message, "the corpus has no source");
}

TEST_F(Corpus, StoppingLeavesTheEarlierCorpus) {
  folder_source();
  write("texts/a.txt", kLong);
  const CorpusReport before = built();
  write("texts/b.txt", kLong + " b");
  const auto report = build_corpus(
      config_, {.files = system::posix_files(), .process = debian_, .parallel = serial_},
      [](const CorpusProgress& progress) {
        return progress.stage != CorpusProgress::Stage::kRead;
      });
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, ErrorCode::kInterrupted);
  EXPECT_EQ(texts().size(), 1U);
}

TEST_F(Corpus, AFailingDiskLeavesACompleteCorpusOrNone) {
  folder_source();
  config_.documents = 1;  // the way with candidates, which writes most
  write("texts/a.txt", kLong);
  write("texts/b.txt", kLong + " b");
  sim::FaultyFiles files(system::posix_files());
  const CorpusServices services{.files = files, .process = debian_, .parallel = serial_};
  ASSERT_TRUE(build(serial_, files).has_value());
  const int64_t operations = files.operations();
  ASSERT_GT(operations, 10);
  for (int64_t n = 1; n <= operations; ++n) {
    files.fail_at({.operation = n, .for_good = true});
    const auto report = build(serial_, files);
    files.fail_never();
    EXPECT_FALSE(report.has_value()) << n;
    const auto loaded = load_corpus(config_.out, services);
    EXPECT_TRUE(loaded.has_value() || loaded.error().code == ErrorCode::kNotFound) << n;
  }
}

TEST_F(Corpus, ACorpusIsLoadedWithItsReportAndDamageIsFound) {
  folder_source();
  write("texts/a.txt", kLong);
  const CorpusReport report = built();
  const CorpusServices services{
      .files = system::posix_files(), .process = debian_, .parallel = serial_};
  const auto loaded = load_corpus(config_.out, services);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->digest, report.digest);
  EXPECT_EQ(loaded->manifest_digest, report.manifest_digest);
  EXPECT_EQ(loaded->by_language, report.by_language);
  EXPECT_EQ(loaded->dropped, report.dropped);
  std::string documents = file("documents.bin");
  documents[20] ^= 1;
  write("corpus/documents.bin", documents);
  EXPECT_EQ(load_corpus(config_.out, services).error().code, ErrorCode::kCorruption);
  write("corpus/manifest.json", "{}");
  EXPECT_EQ(load_corpus(config_.out, services).error().code, ErrorCode::kCorruption);
}

TEST_F(Corpus, TheConfigurationsDigestKnowsEverythingButThePlaces) {
  folder_source();
  const crypto::Digest digest = config_digest(config_);
  config_.out = "/elsewhere";
  config_.cache = "/elsewhere";
  EXPECT_EQ(config_digest(config_), digest);
  config_.min_characters += 1;
  EXPECT_NE(config_digest(config_), digest);
}

}  // namespace
}  // namespace glass::data
