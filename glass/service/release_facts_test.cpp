// What a release knows of a run, read from its folder's manifests.
#include "glass/record/release_documents/release_facts.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/service/release_corpus.h"
#include "glass/service/release_facts.h"

namespace glass::service {
namespace {

constexpr std::string_view kManifest = R"({
  "kind": "glass-corpus-1", "licence": "MIT AND CC0-1.0",
  "counts": {"all": {"documents": 7, "bytes": 70}, "held_out": {"documents": 1, "bytes": 9}},
  "by_source": {"pkg_1.2-3_all": {"documents": 4, "bytes": 40},
                "notes": {"documents": 3, "bytes": 30}},
  "by_language": {"de": {"documents": 7, "bytes": 70}},
  "by_licence": {"MIT": {"documents": 4, "bytes": 40, "chosen": "MIT"}},
  "dropped": {"language": 5},
  "config": {"sources": [{"name": "packages", "kind": "debian"},
                         {"name": "notes", "kind": "jsonl"}]},
  "archives": [
    {"uri": "http://deb.example/", "origin": "Debian", "suite": "stable", "version": "12.15",
     "date": "Sat, 11 Jul 2026 10:16:37 UTC", "inrelease_sha256": "sha256:ab"},
    {"uri": "http://deb.example/", "origin": "Debian", "suite": "stable", "version": "12.15",
     "date": "Sat, 11 Jul 2026 10:16:37 UTC", "inrelease_sha256": "sha256:ab"}],
  "files": {"documents.bin": {"bytes": 5, "sha256": "sha256:cd"}},
  "sources": [
    {"name": "packages", "units": [
      {"package": "pkg", "version": "1.2-3", "architecture": "all", "archive": 1,
       "pool": "pool/p.deb", "sha256": "sha256:ef", "documents": 9, "bytes": 90,
       "licences": [{"licence": "MIT", "documents": 4},
                    {"licence": "GPL-2.0-only", "documents": 0}]}]},
    {"name": "notes", "units": [
      {"file": "a.jsonl", "sha256": "sha256:01",
       "licences": [{"licence": "CC0-1.0", "documents": 2}]},
      {"file": "b.jsonl", "sha256": "sha256:02",
       "licences": [{"licence": "MIT", "documents": 1}]}]}]
})";

record::CorpusFact corpus() {
  record::CorpusFact corpus;
  add_corpus_manifest(parse_json(kManifest).value(), corpus);
  return corpus;
}

TEST(ReleaseCorpus, APackageIsADatasetWithItsPlaceInTheArchive) {
  const record::CorpusFact facts = corpus();
  ASSERT_EQ(facts.datasets.size(), 2U);
  const record::DatasetFact& package = facts.datasets[0];
  EXPECT_EQ(package.name, "pkg_1.2-3_all");
  EXPECT_EQ(package.url, "http://deb.example/pool/p.deb");
  EXPECT_EQ(package.sha256, "ef");
  EXPECT_EQ(package.collected, "2026-07-11");
  EXPECT_EQ(package.licence, "MIT") << "no text under the GPL was taken";
  EXPECT_EQ(package.documents, 4) << "nine were offered";
  EXPECT_EQ(facts.archives.size(), 1U);
}

TEST(ReleaseCorpus, FilesOfOneSourceAreOneDataset) {
  const record::DatasetFact notes = corpus().datasets[1];
  EXPECT_EQ(notes.name, "notes");
  EXPECT_EQ(notes.kind, "jsonl");
  EXPECT_EQ(notes.licence, "CC0-1.0 AND MIT");
  EXPECT_EQ(notes.sha256, "");
  EXPECT_EQ(notes.bytes, 30);
  EXPECT_EQ(notes.url, "");
}

TEST(ReleaseCorpus, CountsAreThoseOfTheManifest) {
  const record::CorpusFact facts = corpus();
  EXPECT_EQ(facts.documents, 7);
  EXPECT_EQ(facts.bytes, 70);
  EXPECT_EQ(facts.licence, "MIT AND CC0-1.0");
  EXPECT_EQ(facts.held_out_bytes, 9);
  EXPECT_EQ(facts.languages.at(0).name, "de");
  EXPECT_EQ(facts.licences.at(0).bytes, 40);
  EXPECT_EQ(facts.dropped.at(0).documents, 5);
  EXPECT_EQ(facts.files.at(0).path, "evidence/corpus/documents.bin");
}

TEST(ReleaseCorpus, WhatAManifestDoesNotTellIsUnknown) {
  record::CorpusFact facts;
  add_corpus_manifest(Json::Object{}, facts);
  EXPECT_FALSE(facts.documents);
  EXPECT_TRUE(facts.licence.empty());
  add_shards_manifest(Json::Object{{"train", Json::Object{{"tokens", 12}}}}, facts);
  EXPECT_EQ(facts.tokens, 12);
  EXPECT_FALSE(facts.held_out_tokens);
}

TEST(ReleaseFacts, AnswersFillWhatTheFolderCannotTell) {
  record::ReleaseFacts facts;
  facts.corpus = corpus();
  facts.base = record::BaseFact{};
  record::ReleaseAnswers answers;
  answers.release.version = "1.0.0";
  answers.release.base_model = "example/base";
  answers.sources = {{.name = "notes",
                      .category = record::SourceCategory::kPrivate,
                      .link = "https://notes.example",
                      .from = "",
                      .to = "",
                      .description = ""},
                     {.name = "packages",
                      .category = record::SourceCategory::kNotAnswered,
                      .link = "https://other.example",
                      .from = "",
                      .to = "",
                      .description = ""}};
  add_answers(answers, "a = 1\n", facts);
  EXPECT_EQ(facts.version, "1.0.0");
  EXPECT_EQ(facts.base->name, "example/base");
  EXPECT_EQ(facts.corpus.datasets[1].url, "https://notes.example");
  EXPECT_EQ(facts.corpus.datasets[0].url, "http://deb.example/pool/p.deb");
  EXPECT_TRUE(facts.records.answers.starts_with("sha256:"));
}

}  // namespace
}  // namespace glass::service
