#include "glass/data/tokenizer/trainer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/data/tokenizer/internal/byte_alphabet.h"
#include "glass/data/tokenizer/scanner.h"
#include "glass/data/tokenizer/test_support.h"

namespace glass::data {

namespace {

using Merges = std::vector<std::pair<std::string, std::string>>;

// As many threads as a test asks for, whatever the machine has.
class Threads final : public Parallel {
 public:
  explicit Threads(int workers) : workers_(workers) {}

  [[nodiscard]] int workers() const override { return workers_; }

  void run(FunctionRef<void(int)> body) override {
    std::vector<std::jthread> threads;
    for (int worker = 0; worker < workers_; ++worker) threads.emplace_back(body, worker);
  }

 private:
  int workers_;
};

std::string json_of(const std::vector<std::string_view>& documents, Parallel& parallel,
                    int32_t vocabulary_size = 400) {
  auto trained = train_tokenizer(documents, {.vocabulary_size = vocabulary_size}, parallel);
  EXPECT_TRUE(trained.has_value());
  return trained->tokenizer.to_json();
}

// The merges by the definition: all pairs are counted anew before each.
Merges merges_by_definition(std::string_view text, size_t most) {
  std::map<std::vector<std::string>, int64_t> words;
  for (size_t at = 0; at < text.size();) {
    const size_t end = word_end(text, at);
    std::vector<std::string> word;
    for (const char byte : text.substr(at, end - at)) word.emplace_back(1, byte);
    ++words[word];
    at = end;
  }
  std::vector<std::string> pieces;
  for (const uint8_t byte : alphabet()) pieces.emplace_back(1, static_cast<char>(byte));
  const auto id = [&](const std::string& piece) { return std::ranges::find(pieces, piece); };
  Merges merges;
  while (merges.size() < most) {
    std::map<std::pair<std::string, std::string>, int64_t> counts;
    for (const auto& [word, count] : words)
      for (size_t i = 0; i + 1 < word.size(); ++i) counts[{word[i], word[i + 1]}] += count;
    if (counts.empty()) break;
    const auto best = std::ranges::max_element(counts, [&](const auto& a, const auto& b) {
      return std::tuple(a.second, id(b.first.first), id(b.first.second)) <
             std::tuple(b.second, id(a.first.first), id(a.first.second));
    });
    const auto [left, right] = best->first;
    merges.emplace_back(spell_piece(left), spell_piece(right));
    if (id(left + right) == pieces.end()) pieces.push_back(left + right);
    std::map<std::vector<std::string>, int64_t> merged;
    for (const auto& [word, count] : words) {
      std::vector<std::string> now;
      for (size_t i = 0; i < word.size(); ++i) {
        const bool joins = i + 1 < word.size() && word[i] == left && word[i + 1] == right;
        now.push_back(joins ? left + right : word[i]);
        i += joins ? 1 : 0;
      }
      merged[now] += count;
    }
    words = std::move(merged);
  }
  return merges;
}

}  // namespace

// What tokenizers 0.23.2 finds on these lines.
TEST(Trainer, FindsTheMergesOfHuggingFace) {
  const auto merges = [](std::string line, int most) {
    return spelled_merges(trained_on(line + "\n", most));
  };
  const std::string space = "\u0120";
  EXPECT_EQ(merges("cd ab cd ab", 99),
            (Merges{{"a", "b"}, {"c", "d"}, {space, "ab"}, {space, "cd"}}));
  EXPECT_EQ(merges("bbbaaaddddcccc", 99), (Merges{{"c", "c"},
                                                  {"d", "d"},
                                                  {"a", "a"},
                                                  {"b", "b"},
                                                  {"a", "dd"},
                                                  {"b", "aa"},
                                                  {"cc", "cc"},
                                                  {"dd", "cccc"},
                                                  {"bb", "baa"},
                                                  {"add", "ddcccc"},
                                                  {"bbbaa", "addddcccc"}}));
  EXPECT_EQ(merges("aaabbbccccdddd", 99), (Merges{{"c", "c"},
                                                  {"d", "d"},
                                                  {"a", "a"},
                                                  {"b", "b"},
                                                  {"a", "bb"},
                                                  {"b", "cc"},
                                                  {"cc", "dd"},
                                                  {"aa", "abb"},
                                                  {"bcc", "ccdd"},
                                                  {"aaabb", "bccccdd"},
                                                  {"aaabbbccccdd", "dd"}}));
  const std::string lows =
      "low low low low low lower lower newest newest newest newest newest "
      "newest widest widest widest";
  EXPECT_EQ(merges(lows, 15), (Merges{{"e", "s"},
                                      {"es", "t"},
                                      {"l", "o"},
                                      {"lo", "w"},
                                      {"e", "w"},
                                      {"n", "ew"},
                                      {space, "low"},
                                      {space, "new"},
                                      {space + "new", "est"},
                                      {"d", "est"},
                                      {"i", "dest"},
                                      {"w", "idest"},
                                      {space, "widest"},
                                      {"e", "r"},
                                      {space + "low", "er"}}));
}

RC_GTEST_PROP(Trainer, AgreesWithCountingAnewBeforeEachMerge, ()) {
  // Few letters, so that pairs overlap, tie and give the same piece in two ways.
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("abc ")));
  RC_PRE(!text.empty());
  RC_ASSERT(spelled_merges(trained_on(text, 40)) == merges_by_definition(text, 40));
}

TEST(Trainer, IsTheSameForAnyNumberOfThreads) {
  std::vector<std::string> documents;
  for (int i = 0; i < 40; ++i) documents.push_back(mixed_text().substr(static_cast<size_t>(i) * 9));
  const std::vector<std::string_view> views(documents.begin(), documents.end());
  SerialParallel serial;
  const std::string expected = json_of(views, serial);
  for (const int workers : {1, 2, 3, 8}) {
    Threads threads(workers);
    EXPECT_EQ(json_of(views, threads), expected) << workers << " threads";
  }
}

TEST(Trainer, IsTheSameForAnyOrderOfDocuments) {
  std::vector<std::string_view> views = {"a banana", "an ananas", "a band", "a banana"};
  SerialParallel serial;
  const std::string expected = json_of(views, serial);
  std::ranges::sort(views);
  do EXPECT_EQ(json_of(views, serial), expected);
  while (std::ranges::next_permutation(views).found);
}

TEST(Trainer, IsTheSameForOneDocumentOrItsLines) {
  std::string text;
  while (text.size() < 3U << 20) text += mixed_text();  // more than one piece of work
  std::vector<std::string_view> lines;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t cut = safe_cut(rest, 1);
    lines.push_back(rest.substr(0, cut));
    rest.remove_prefix(cut);
  }
  ASSERT_GT(lines.size(), 1000U);
  Threads threads(3);
  EXPECT_EQ(json_of({text}, threads), json_of(lines, threads));
}

TEST(Trainer, StopsWhereNoPairIsLeft) {
  SerialParallel serial;
  const std::vector<std::string_view> documents = {"ab"};
  const auto trained = train_tokenizer(documents, {.vocabulary_size = 5000}, serial);
  ASSERT_TRUE(trained.has_value());
  EXPECT_EQ(trained->tokenizer.vocabulary_size(), 258);
  EXPECT_EQ(trained->tokenizer.end_of_text(), 257);
  EXPECT_EQ(trained->facts, (TrainerFacts{.documents = 1,
                                          .bytes = 2,
                                          .words = 1,
                                          .distinct_words = 1,
                                          .distinct_word_bytes = 2,
                                          .merges = 1}));
}

TEST(Trainer, LeavesRarePairsAlone) {
  SerialParallel serial;
  const std::vector<std::string_view> documents = {"ab ab cd"};
  const auto trained =
      train_tokenizer(documents, {.vocabulary_size = 5000, .min_count = 2}, serial);
  ASSERT_TRUE(trained.has_value());
  EXPECT_EQ(spelled_merges(trained->tokenizer), (Merges{{"a", "b"}}));
}

TEST(Trainer, RefusesImpossibleOptionsAndAnEmptyCorpus) {
  SerialParallel serial;
  const std::vector<std::string_view> documents = {"ab"}, nothing = {"", ""};
  const auto code = [&](const auto& texts, const TrainerOptions& options) {
    const auto trained = train_tokenizer(texts, options, serial);
    return trained ? std::string() : trained.error().message;
  };
  EXPECT_NE(code(documents, {.vocabulary_size = 256}).find("256 pieces is too small"),
            std::string::npos);
  EXPECT_NE(code(documents, {.min_count = 0}).find("min_count is 0"), std::string::npos);
  EXPECT_NE(code(nothing, {}).find("the corpus is empty"), std::string::npos);
}

TEST(Trainer, DescribesItselfForTheRecord) {
  EXPECT_EQ(to_canonical(describe({.vocabulary_size = 300}, {.documents = 2, .merges = 43})),
            R"({"bytes":0,"distinct_word_bytes":0,"distinct_words":0,"documents":2,"merges":43,)"
            R"("options":{"min_count":1,"vocabulary_size":300},"pattern":"llama-bpe",)"
            R"("unicode":")" +
                std::string(unicode_version()) + R"(","words":0})");
}

}  // namespace glass::data
