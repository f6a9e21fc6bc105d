#include "glass/data/loader/loader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/philox.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/data/shard/shard.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::data {

namespace {

using Ids = std::vector<TokenId>;

constexpr TokenId kEnd = 50;

// Documents of 0 to 36 tokens; token i stands for i % 5 + 1 bytes.
class LoaderTest : public ::testing::Test {
 protected:
  LoaderTest() {
    ShardSetOptions options;
    options.end_of_text = kEnd;
    options.shard_tokens = 100;
    for (uint32_t token = 0; token < 50; ++token) options.text_lengths.push_back(token % 5 + 1);
    options.text_lengths.push_back(0);
    auto writer = ShardSetWriter::create(system::posix_files(), folder_, options);
    EXPECT_TRUE(writer.has_value());
    for (uint64_t i = 0; i < 40; ++i) {
      Ids tokens(random_below(7, Purpose::kSampling, 0, i, 37));
      for (size_t at = 0; at < tokens.size(); ++at)
        tokens[at] = static_cast<TokenId>(random_below(7, Purpose::kSampling, i + 1, at, 50));
      const Split split = i % 5 == 4 ? Split::kHeldOut : Split::kTrain;
      EXPECT_TRUE(writer->add(split, crypto::sha256(std::to_string(i)), tokens).has_value());
      tokens.insert(tokens.begin(), kEnd);
      (split == Split::kTrain ? train_ : held_out_).push_back(tokens);
    }
    EXPECT_TRUE(writer->finish().has_value());
    auto set = ShardSet::open(system::posix_files(), folder_);
    EXPECT_TRUE(set.has_value());
    set_ = std::make_unique<ShardSet>(std::move(*set));
  }

  [[nodiscard]] Loader loader(const LoaderConfig& config) const {
    auto made = Loader::create(*set_, config);
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
  }

  // The stream by its definition: epochs one after the other, each in its order.
  [[nodiscard]] Ids stream(const Loader& loader, size_t length) const {
    Ids tokens;
    for (uint64_t epoch = 0; tokens.size() < length; ++epoch)
      for (const uint64_t document : loader.document_order(epoch))
        tokens.insert(tokens.end(), train_[document].begin(), train_[document].end());
    tokens.resize(length);
    return tokens;
  }

  [[nodiscard]] uint64_t text_bytes(const Ids& tokens) const {
    uint64_t bytes = 0;
    for (const TokenId token : tokens) bytes += set_->text_lengths()[static_cast<size_t>(token)];
    return bytes;
  }

  system::TemporaryFolder temporary_;
  system::Path folder_ = temporary_ / "shards";
  std::vector<Ids> train_, held_out_;  // documents with their E
  std::unique_ptr<ShardSet> set_;
};

Batch batch_of(const Loader& loader, int64_t step, int64_t micro) {
  Batch batch;
  EXPECT_TRUE(loader.batch(step, micro, batch).has_value());
  return batch;
}

bool equal(const Batch& a, const Batch& b) {
  return a.token_N == b.token_N && a.target_N == b.target_N && a.position_N == b.position_N &&
         a.first_key == b.first_key;
}

// Positions and first keys by their definition: from the last E in the window, or its start.
void expect_positions(const Batch& batch, size_t length) {
  for (size_t row = 0; row < batch.token_N.size(); ++row) {
    const size_t window = row / length * length;
    size_t start = row;
    while (start > window && batch.token_N[start] != kEnd) --start;
    EXPECT_EQ(batch.first_key[row], static_cast<int32_t>(start - window)) << row;
    EXPECT_EQ(batch.position_N[row], static_cast<int32_t>(row - start)) << row;
  }
}

}  // namespace

TEST_F(LoaderTest, BatchesAreWindowsOfTheStream) {
  for (const LoaderConfig config : {LoaderConfig{16, 3, 2, 1}, LoaderConfig{1, 1, 1, 2},
                                    LoaderConfig{7, 1, 5, 3}, LoaderConfig{400, 2, 1, 4}}) {
    const Loader made = loader(config);
    const auto rows = static_cast<size_t>(config.sequence_length * config.micro_batch_sequences);
    const auto micros = static_cast<size_t>(config.micro_batches_per_step);
    const size_t steps = 3 * made.tokens_per_epoch() / (rows * micros) + 1;  // over three epochs
    const Ids expected = stream(made, steps * micros * rows + 1);
    Batch batch;
    for (size_t i = 0; i < steps * micros; ++i) {
      ASSERT_TRUE(
          made.batch(static_cast<int64_t>(i / micros), static_cast<int64_t>(i % micros), batch)
              .has_value());
      const auto at = expected.begin() + static_cast<ptrdiff_t>(i * rows);
      const auto length = static_cast<ptrdiff_t>(rows);
      ASSERT_EQ(batch.token_N, Ids(at, at + length));
      ASSERT_EQ(batch.target_N, Ids(at + 1, at + length + 1));
      expect_positions(batch, static_cast<size_t>(config.sequence_length));
    }
  }
}

TEST_F(LoaderTest, EachEpochHasEveryDocumentOnceInAnOrderOfItsOwn) {
  const Loader made = loader({16, 3, 2, 99});
  std::vector<uint64_t> all(train_.size());
  std::iota(all.begin(), all.end(), uint64_t{0});
  std::vector<std::vector<uint64_t>> seen;
  for (uint64_t epoch = 0; epoch < 5; ++epoch) {
    std::vector<uint64_t> order = made.document_order(epoch);
    EXPECT_EQ(std::ranges::count(seen, order), 0);
    seen.push_back(order);
    std::ranges::sort(order);
    EXPECT_EQ(order, all);
  }
  EXPECT_NE(loader({16, 3, 2, 98}).document_order(0), seen[0]) << "the seed decides";
  EXPECT_EQ(loader({8, 1, 1, 99}).document_order(0), seen[0]) << "and nothing else";
}

TEST_F(LoaderTest, TheOrderIsPinned) {
  // Runs are replayed by it: it may never change.
  EXPECT_EQ(
      loader({16, 1, 1, 42}).document_order(0),
      (std::vector<uint64_t>{22, 3,  2,  6,  20, 1,  27, 19, 0,  12, 7,  21, 18, 15, 28, 9,
                             10, 13, 26, 16, 23, 14, 30, 8,  11, 31, 24, 17, 4,  29, 5,  25}));
  EXPECT_EQ(loader({16, 1, 1, 42}).document_order(1),
            (std::vector<uint64_t>{26, 3, 18, 0,  23, 11, 5,  29, 8,  30, 10, 25, 31, 13, 22, 20,
                                   2,  9, 12, 16, 14, 19, 15, 27, 17, 4,  7,  6,  1,  24, 21, 28}));
}

TEST_F(LoaderTest, IsAPureFunctionOfStepAndMicroBatch) {
  const LoaderConfig config{16, 2, 4, 5};
  const Loader in_order = loader(config), at_random = loader(config);
  std::map<std::pair<int64_t, int64_t>, Batch> batches;
  for (int64_t step = 0; step < 20; ++step)
    for (int64_t micro = 0; micro < 4; ++micro)
      batches[{step, micro}] = batch_of(in_order, step, micro);
  for (uint64_t i = 0; i < 200; ++i) {
    const auto step = static_cast<int64_t>(random_below(1, Purpose::kSampling, 0, i, 20));
    const auto micro = static_cast<int64_t>(random_below(1, Purpose::kSampling, 1, i, 4));
    EXPECT_TRUE(equal(batch_of(at_random, step, micro), batches[{step, micro}]));
  }
}

TEST_F(LoaderTest, WorkersThatShareALoaderGetTheBatchesOfOne) {
  const LoaderConfig config{16, 2, 6, 5};
  const Loader shared = loader(config), alone = loader(config);
  for (const int64_t workers : {2, 3, 6}) {
    std::vector<std::vector<Batch>> got(static_cast<size_t>(workers));
    {
      std::vector<std::jthread> threads;
      for (int64_t worker = 0; worker < workers; ++worker) {
        threads.emplace_back([&, worker] {
          for (int64_t step = 0; step < 10; ++step)
            for (int64_t micro = worker; micro < 6; micro += workers)
              got[static_cast<size_t>(worker)].push_back(batch_of(shared, step, micro));
        });
      }
    }
    for (int64_t worker = 0; worker < workers; ++worker) {
      size_t next = 0;
      for (int64_t step = 0; step < 10; ++step)
        for (int64_t micro = worker; micro < 6; micro += workers)
          EXPECT_TRUE(
              equal(got[static_cast<size_t>(worker)][next++], batch_of(alone, step, micro)));
    }
  }
}

TEST_F(LoaderTest, ABatchKeepsItsMemory) {
  const Loader made = loader({16, 2, 4, 5});
  Batch batch = batch_of(made, 0, 0);
  const int32_t* const tokens = batch.token_N.data();
  ASSERT_TRUE(made.batch(3, 1, batch).has_value());
  EXPECT_EQ(batch.token_N.data(), tokens);
  EXPECT_TRUE(equal(batch, batch_of(made, 3, 1)));
}

TEST_F(LoaderTest, DocumentsOfAStepAreThoseOfItsBatches) {
  const LoaderConfig config{16, 2, 3, 11};
  const Loader made = loader(config);
  for (int64_t step = 0; step < 15; ++step) {
    const auto parts = made.documents_of(step);
    ASSERT_TRUE(parts.has_value());
    std::map<std::pair<int64_t, int64_t>, Ids> windows;
    for (const DocumentPart& part : *parts) {
      const Ids& document = train_[part.document];
      EXPECT_EQ(part.digest, set_->part(Split::kTrain).document(part.document).digest);
      ASSERT_LE(part.first_token + part.tokens, document.size());
      const auto first = document.begin() + static_cast<ptrdiff_t>(part.first_token);
      const auto last = first + static_cast<ptrdiff_t>(part.tokens);
      EXPECT_EQ(part.first_byte, text_bytes(Ids(document.begin(), first)));
      EXPECT_EQ(part.end_byte, text_bytes(Ids(document.begin(), last)));
      Ids& window = windows[{part.micro_batch, part.sequence}];
      window.insert(window.end(), first, last);
    }
    for (int64_t micro = 0; micro < 3; ++micro) {
      const Ids expected = batch_of(made, step, micro).token_N;
      Ids joined = windows[{micro, 0}];
      joined.insert(joined.end(), windows[{micro, 1}].begin(), windows[{micro, 1}].end());
      EXPECT_EQ(joined, expected);
    }
  }
}

TEST_F(LoaderTest, AnEpochTrainsOnEveryByteOnce) {
  const Loader made = loader({16, 2, 3, 11});
  std::map<uint64_t, std::vector<std::pair<uint64_t, uint64_t>>> ranges;  // by document
  const int64_t steps = static_cast<int64_t>(made.tokens_per_epoch()) / made.tokens_per_step() + 1;
  for (int64_t step = 0; step < steps; ++step) {
    const auto parts = made.documents_of(step);
    ASSERT_TRUE(parts.has_value());
    for (const DocumentPart& part : *parts)
      if (part.epoch == 0) ranges[part.document].emplace_back(part.first_byte, part.end_byte);
  }
  ASSERT_EQ(ranges.size(), train_.size());
  for (const auto& [document, pieces] : ranges) {
    uint64_t at = 0;
    for (const auto& [first, end] : pieces) {
      EXPECT_EQ(first, at);
      at = end;
    }
    EXPECT_EQ(at, set_->part(Split::kTrain).document(document).text_bytes);
  }
}

TEST_F(LoaderTest, HeldOutDocumentsComeOnceInOrder) {
  for (const auto& [length, sequences] : {std::pair{16, 3}, {1, 1}, {7, 2}, {1000, 2}}) {
    const auto made = HeldOutLoader::create(*set_, length, sequences);
    ASSERT_TRUE(made.has_value());
    Ids expected;
    for (const Ids& document : held_out_)
      expected.insert(expected.end(), document.begin(), document.end());
    Ids tokens, targets;
    uint64_t bytes = 0;
    int64_t counted = 0;
    Batch batch;
    for (int64_t i = 0; i < made->batches(); ++i) {
      ASSERT_TRUE(made->batch(i, batch).has_value());
      ASSERT_EQ(batch.token_N.size(), static_cast<size_t>(length * sequences));
      expect_positions(batch, static_cast<size_t>(length));
      tokens.insert(tokens.end(), batch.token_N.begin(), batch.token_N.end());
      targets.insert(targets.end(), batch.target_N.begin(), batch.target_N.end());
      bytes += made->size_of(batch).text_bytes;
      counted += made->size_of(batch).targets;
    }
    ASSERT_GE(tokens.size(), expected.size());
    ASSERT_LT(tokens.size(), expected.size() + static_cast<size_t>(length * sequences));
    for (size_t row = 0; row < tokens.size(); ++row) {
      const bool real = row < expected.size();
      EXPECT_EQ(tokens[row], real ? expected[row] : kEnd);
      EXPECT_EQ(targets[row], !real ? -1 : row + 1 < expected.size() ? expected[row + 1] : kEnd);
    }
    EXPECT_EQ(bytes, set_->part(Split::kHeldOut).text_bytes());
    EXPECT_EQ(counted, static_cast<int64_t>(expected.size()));
  }
}

TEST_F(LoaderTest, RefusesImpossibleSizes) {
  for (const LoaderConfig config :
       {LoaderConfig{0, 1, 1, 0}, LoaderConfig{1, 0, 1, 0}, LoaderConfig{1, 1, 0, 0},
        LoaderConfig{1 << 20, 1 << 20, 1, 0}}) {
    const auto made = Loader::create(*set_, config);
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().code, ErrorCode::kInvalidInput);
  }
  EXPECT_FALSE(HeldOutLoader::create(*set_, 16, -1).has_value());
}

TEST_F(LoaderTest, RefusesASetWithNothingToTrainOn) {
  ShardSetOptions options;
  options.end_of_text = 0;
  options.text_lengths = {0};
  auto writer = ShardSetWriter::create(system::posix_files(), temporary_ / "empty", options);
  ASSERT_TRUE(writer && writer->finish());
  const auto set = ShardSet::open(system::posix_files(), temporary_ / "empty");
  ASSERT_TRUE(set.has_value());
  const auto made = Loader::create(*set, {16, 1, 1, 0});
  ASSERT_FALSE(made.has_value());
  EXPECT_NE(made.error().message.find("no document to train on"), std::string::npos);
  EXPECT_EQ(HeldOutLoader::create(*set, 16, 1)->batches(), 0);
}

TEST_F(LoaderTest, NamesTheShardThatHoldsAnImpossibleToken) {
  const system::Path file = folder_ / "train-00000.shard";
  std::fstream shard(file, std::ios::binary | std::ios::in | std::ios::out);
  shard.seekp(-1, std::ios::end);  // the high byte of the last token
  ASSERT_TRUE(shard.put('\x7f').flush());
  const Loader made = loader({16, 64, 1, 0});  // more than an epoch
  Batch batch;
  const Status status = made.batch(0, 0, batch);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kCorruption);
  EXPECT_NE(status.error().message.find("train-00000.shard"), std::string::npos);
}

}  // namespace glass::data
