#include "glass/data/corpus/internal/selection.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"

namespace glass::data {
namespace {

std::vector<SelectionItem> items_of(int count) {
  std::vector<SelectionItem> items;
  for (int i = 0; i < count; ++i)
    items.push_back({.sha256 = crypto::sha256(std::to_string(i)),
                     .bytes = 10,
                     .source = static_cast<size_t>(i % 2),
                     .language = static_cast<size_t>(i % 3)});
  return items;
}

CorpusConfig config_of(uint64_t documents, uint64_t per_language, uint64_t per_source) {
  CorpusConfig config;
  config.documents = documents;
  config.max_bytes_per_language = per_language;
  config.sources.resize(2);
  config.sources[0].max_bytes = per_source;
  return config;
}

TEST(Selection, WithoutLimitsEverythingStays) {
  EXPECT_FALSE(has_limits(config_of(0, 0, 0)));
  const auto selection = select_documents(config_of(0, 0, 0), items_of(30));
  EXPECT_EQ(std::ranges::count(selection->keep, true), 30);
}

TEST(Selection, ASourceIsKeptUpToItsLimit) {
  const auto items = items_of(60);
  const auto selection = select_documents(config_of(0, 0, 45), items);
  // 4 documents are below 45 bytes when the fifth comes, so it still enters.
  int kept = 0;
  for (size_t i = 0; i < items.size(); i += 2) kept += selection->keep[i] ? 1 : 0;
  EXPECT_EQ(kept, 5);
  EXPECT_EQ(std::ranges::count(selection->reason, "source-limit"), 25);
  for (size_t i = 1; i < items.size(); i += 2) EXPECT_TRUE(selection->keep[i]);
}

TEST(Selection, EachLanguageIsKeptUpToTheLimit) {
  const auto selection = select_documents(config_of(0, 30, 0), items_of(60));
  EXPECT_EQ(std::ranges::count(selection->keep, true), 9);
}

TEST(Selection, ExactlySoManyDocumentsOrAnError) {
  EXPECT_EQ(std::ranges::count(select_documents(config_of(7, 0, 0), items_of(30))->keep, true), 7);
  const auto selection = select_documents(config_of(31, 0, 0), items_of(30));
  ASSERT_FALSE(selection.has_value());
  EXPECT_EQ(selection.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(selection.error().message,
            "the recipe asks for 31 documents, but only 30 are left after the filters; ask for "
            "fewer, or add sources");
}

TEST(Selection, DoesNotDependOnTheOrderOfTheDocuments) {
  auto items = items_of(40);
  const auto forward = select_documents(config_of(11, 60, 90), items);
  std::ranges::reverse(items);
  const auto backward = select_documents(config_of(11, 60, 90), items);
  for (size_t i = 0; i < items.size(); ++i)
    EXPECT_EQ(forward->keep[i], backward->keep[items.size() - 1 - i]);
}

TEST(HeldOut, IsAboutTheShareAndDependsOnTheDigestAlone) {
  std::vector<crypto::Digest> digests;
  for (int i = 0; i < 10000; ++i) digests.push_back(crypto::sha256(std::to_string(i)));
  const auto held_out = held_out_documents(0.05, digests);
  EXPECT_NEAR(static_cast<double>(held_out.size()), 500, 100);
  EXPECT_EQ(held_out_documents(0.05, {digests[held_out[0]], digests[0]})[0], 0U);
}

TEST(HeldOut, AtLeastOneButNeverWithoutAShare) {
  const std::vector<crypto::Digest> digests = {crypto::sha256("a"), crypto::sha256("b")};
  EXPECT_EQ(held_out_documents(0.000001, digests).size(), 1U);
  EXPECT_TRUE(held_out_documents(0, digests).empty());
  EXPECT_TRUE(held_out_documents(0.000001, {digests[0]}).empty());
}

}  // namespace
}  // namespace glass::data
