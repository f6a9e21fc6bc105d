#include "glass/engine/formats/shard_files.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/engine/formats/safetensors.h"
#include "glass/engine/formats/slice_files.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::engine {
namespace {

class ShardFiles : public testing::Test {
 protected:
  // Tensors a, b, c, d of 1, 2, 3 and 4 floats.
  void SetUp() override {
    std::vector<TensorToWrite> tensors;
    for (int64_t i = 0; i < 4; ++i) {
      values_.emplace_back();
      for (int64_t k = 0; k <= i; ++k) values_.back().push_back(static_cast<float>(10 * i + k));
    }
    for (int64_t i = 0; i < 4; ++i)
      tensors.push_back(float_tensor(std::string(1, static_cast<char>('a' + i)), {i + 1},
                                     values_[static_cast<size_t>(i)]));
    const auto out = files_.create(whole_).value();
    ASSERT_TRUE(write_safetensors(*out, tensors, {{"format", "pt"}}));
    ASSERT_TRUE(out->close());
    ASSERT_TRUE(files_.make_folders(folder_));
  }

  std::vector<std::vector<float>> values_;
  system::TemporaryFolder temporary_;
  system::Files& files_ = system::posix_files();
  system::Path whole_ = temporary_ / "model.safetensors", folder_ = temporary_ / "split";
};

TEST_F(ShardFiles, HoldAtMostSoManyBytesOfTensors) {
  const auto names = write_shards(files_, whole_, folder_, 12);
  ASSERT_TRUE(names) << names.error().message;
  EXPECT_EQ(*names, (std::vector<std::string>{
                        "model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors",
                        "model-00003-of-00003.safetensors", "model.safetensors.index.json"}));
  const Json index =
      parse_json(files_.read_text(folder_ / "model.safetensors.index.json").value()).value();
  EXPECT_EQ(to_canonical(index),
            R"({"metadata":{"total_size":40},"weight_map":{"a":"model-00001-of-00003.safetensors",)"
            R"("b":"model-00001-of-00003.safetensors","c":"model-00002-of-00003.safetensors",)"
            R"("d":"model-00003-of-00003.safetensors"}})");
  // Read as any other model in several files.
  const auto weights = WeightFiles::open(files_, folder_);
  ASSERT_TRUE(weights) << weights.error().message;
  for (int64_t i = 0; i < 4; ++i) {
    std::vector<float> read(static_cast<size_t>(i + 1));
    ASSERT_TRUE(weights->copy_floats(std::string(1, static_cast<char>('a' + i)), {i + 1}, read));
    EXPECT_EQ(read, values_[static_cast<size_t>(i)]);
  }
  const auto first = SafetensorsFile::open(files_, folder_ / "model-00001-of-00003.safetensors");
  EXPECT_EQ(first->content().metadata(), (std::map<std::string, std::string>{{"format", "pt"}}));
}

TEST_F(ShardFiles, AreOneWhereAllFits) {
  EXPECT_EQ(write_shards(files_, whole_, folder_, 40)->size(), 2U);
  EXPECT_EQ(write_shards(files_, whole_, folder_, 1)->size(), 5U);
}

TEST_F(ShardFiles, OfABrokenFileAreNotWritten) {
  ASSERT_TRUE(files_.write_atomic(whole_, Bytes(64, 'x')));
  EXPECT_EQ(write_shards(files_, whole_, folder_, 12).error().code, ErrorCode::kCorruption);
}

}  // namespace
}  // namespace glass::engine
