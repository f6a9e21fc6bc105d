#include "glass/data/examples/example_set.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/document_store.h"
#include "glass/data/ingest/conversation.h"
#include "glass/data/tokenizer/trainer.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::data {
namespace {

class ExampleSetTest : public testing::Test {
 protected:
  [[nodiscard]] DocumentStore store(const std::vector<std::string>& texts) {
    auto writer = DocumentStoreWriter::create(files_, folder_ / "documents.bin").value();
    for (const std::string& text : texts)
      EXPECT_TRUE(writer.add({.text = text,
                              .source = "talks",
                              .path = "line",
                              .language = "en",
                              .licence = "CC0-1.0",
                              .sha256 = crypto::sha256(text)}));
    writer.hold_out(0);
    EXPECT_TRUE(writer.finish());
    return DocumentStore::open(files_, folder_ / "documents.bin").value();
  }

  [[nodiscard]] static std::string talk(const std::string& question, const std::string& answer) {
    return to_text(Conversation{{.role = "user", .content = question},
                                {.role = "assistant", .content = answer}});
  }

  system::Files& files_ = system::posix_files();
  system::TemporaryFolder folder_;
  SerialParallel serial_;
  Tokenizer tokenizer_ = std::move(train_tokenizer(std::vector<std::string_view>{"yes and no"},
                                                   {.vocabulary_size = 260}, serial_)
                                       ->tokenizer);
  ChatTemplate chat_ =
      ChatTemplate::make(
          {{.name = "user", .before = "", .after = "\n"},
           {.name = "assistant", .before = "", .after = "<|endoftext|>", .learned = true}},
          tokenizer_)
          .value();
};

TEST_F(ExampleSetTest, LeavesOutWholeWhatIsTooLong) {
  const DocumentStore documents =
      store({talk("A?", "no"), talk("B?", "yes"), talk("C?", std::string(100, 'x'))});
  const auto sets = make_examples(documents, ExampleKind::kConversation, chat_, 16);
  ASSERT_TRUE(sets) << sets.error().message;
  EXPECT_EQ(sets->train.units(), 1);
  EXPECT_EQ(sets->held_out.units(), 1);
  EXPECT_EQ(sets->too_long, 1);
  const auto masked = masked_texts(sets->train, tokenizer_, 5);
  ASSERT_EQ(masked.size(), 1U);
  ASSERT_EQ(masked[0].size(), 2U);
  EXPECT_EQ(masked[0][0].text, "<|endoftext|>B?\n");
  EXPECT_EQ(masked[0][1].text, "yes<|endoftext|>");
  EXPECT_TRUE(masked[0][1].learned);
}

TEST_F(ExampleSetTest, NothingToTrainOnIsAnError) {
  const DocumentStore documents = store({talk("A?", "no"), talk("C?", std::string(100, 'x'))});
  const auto sets = make_examples(documents, ExampleKind::kConversation, chat_, 16);
  ASSERT_FALSE(sets);
  EXPECT_NE(sets.error().message.find("raise train.sequence_length"), std::string::npos);
}

TEST_F(ExampleSetTest, ADocumentThatDoesNotFitIsNamed) {
  const DocumentStore documents =
      store({talk("A?", "no"), to_text(Conversation{{.role = "tool", .content = "x"}})});
  const auto sets = make_examples(documents, ExampleKind::kConversation, chat_, 16);
  ASSERT_FALSE(sets);
  EXPECT_EQ(
      sets.error().message,
      "line of talks: chat: the role 'tool' is unknown; the recipe's are 'user', 'assistant'");
}

// What both answers have in common is not learned: its gradients would only cancel out.
TEST_F(ExampleSetTest, OfAPreferenceOnlyTheAnswersAreLearned) {
  const Conversation before = {{.role = "user", .content = "A?"},
                               {.role = "assistant", .content = "no"},
                               {.role = "user", .content = "B?"}};
  Preference preference{.chosen = before, .rejected = before};
  preference.chosen.push_back({.role = "assistant", .content = "yes"});
  preference.rejected.push_back({.role = "assistant", .content = "and"});
  const DocumentStore documents = store({to_text(preference), to_text(preference)});
  const auto sets = make_examples(documents, ExampleKind::kPreference, chat_, 64);
  ASSERT_TRUE(sets) << sets.error().message;
  EXPECT_EQ(sets->train.units(), 1);
  EXPECT_EQ(sets->train.sequences(), 2);
  const auto masked = masked_texts(sets->train, tokenizer_, 1);
  ASSERT_EQ(masked.size(), 2U);
  EXPECT_EQ(masked[0][0].text, "<|endoftext|>A?\nno<|endoftext|>B?\n");
  EXPECT_EQ(masked[0][1].text, "yes<|endoftext|>");
  EXPECT_EQ(masked[1][1].text, "and<|endoftext|>");
}

TEST_F(ExampleSetTest, TheDigestTellsMasksAndTokensApart) {
  ExampleSet one(ExampleKind::kConversation), other(ExampleKind::kConversation);
  one.add({.tokens = {1, 2}, .learned = {0, 1}});
  other.add({.tokens = {1, 2}, .learned = {0, 0}});
  EXPECT_NE(one.digest(), other.digest());
}

}  // namespace
}  // namespace glass::data
