// What of a run is refused before anything of a release is written.
#include "glass/service/release/internal/release_parts.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/record/evidence/statement.h"
#include "glass/service/release/test_progress.h"
#include "glass/service/services.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"
#include "glass/system/process.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

TEST(ReleasedForms, AreKnownInEitherCaseAndNamedOnce) {
  const auto forms = released_forms({"q8_0", "F32"});
  ASSERT_TRUE(forms) << forms.error().message;
  ASSERT_EQ(forms->size(), 2U);
  EXPECT_EQ((*forms)[0].name, "Q8_0");
  EXPECT_EQ((*forms)[0].form, engine::GgufForm::kQ8_0);
  EXPECT_TRUE(released_forms({})->empty());
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"Q9"}, {""}, {"F32", " F16"}, {"F32", "f32"}})
    EXPECT_EQ(released_forms(wrong).error().code, ErrorCode::kInvalidInput) << wrong.back();
}

TEST(ModelNames, AreNotThoseThatAReleaseGivesItself) {
  RunRecord record;
  record.subject.model = {{"config.json", {}}, {"sub/release.json", {}}, {"evidence.txt", {}}};
  EXPECT_TRUE(expect_model_names(record));
  for (const std::string name : {"release.json", "release.tlog-proof", "SHA256SUMS", "model.sig",
                                 "log.key", "evidence/replays/x.json", "adapter/x"}) {
    record.subject.model = {{name, {}}};
    const Status refused = expect_model_names(record);
    ASSERT_FALSE(refused) << name;
    EXPECT_NE(refused.error().message.find(" " + name + " "), std::string::npos);
  }
}

class Replays : public testing::Test {
 protected:
  void SetUp() override {
    record_.subject.origin.shards = crypto::sha256("shards");
    ASSERT_TRUE(files_.make_folders(paths_.replays()));
  }

  static Json::Object replay(bool equal) {
    const auto segment = [](int64_t begin, bool same) {
      return Json(Json::Object{{"begin", begin}, {"end", begin + 3}, {"equal", same}});
    };
    return {{"seed", 1},
            {"kernels", "k"},
            {"segments", Json::Array{segment(0, true), segment(3, equal)}}};
  }

  void write(const std::string& name, const crypto::Digest& run, const Json::Object& said,
             std::string_view kind = kReplayKind) {
    record::Statement statement =
        record::state(record::predicate_type(kind, 1), {{std::string(kRunName), run}}, said);
    record::sign(statement, crypto::SecretKey::from_seed({}));
    write(name, record::to_text(statement));
  }

  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(files_.write_atomic(paths_.replays() / name, as_bytes(text)));
  }

  // Of the error there has to be: its code; its message names the file and says `words`.
  [[nodiscard]] ErrorCode refused(const std::string& name, std::string_view words) {
    const auto found = equal_replays(record_, paths_, files_);
    EXPECT_FALSE(found);
    const Error error = found ? Error{} : found.error();
    EXPECT_NE(error.message.find("replays/" + name), std::string::npos) << error.message;
    EXPECT_NE(error.message.find(words), std::string::npos) << error.message;
    EXPECT_TRUE(files_.remove_all(paths_.replays() / name));
    return error.code;
  }

  system::TemporaryFolder temporary_;
  system::Files& files_ = system::posix_files();
  RunPaths paths_{.root = temporary_.path()};
  RunRecord record_;
};

TEST_F(Replays, ThatWereEqualArePartOfTheRelease) {
  write("a.json", run_digest(record_.subject), replay(true));
  write("b.json", run_digest(record_.subject), replay(true));
  write(".c.json.partial", "left by a kill");
  const auto found = equal_replays(record_, paths_, files_);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, (std::vector<std::string>{"a.json", "b.json"}));
  ASSERT_TRUE(files_.remove_all(paths_.replays()));
  EXPECT_TRUE(equal_replays(record_, paths_, files_)->empty());
}

TEST_F(Replays, OneThatWasNotEqualStopsTheRelease) {
  write("a.json", run_digest(record_.subject), replay(false));
  EXPECT_EQ(refused("a.json", "was not equal"), ErrorCode::kMismatch);
}

TEST_F(Replays, WhatIsNoneIsNamed) {
  write("notes.txt", "a user's");
  EXPECT_EQ(refused("notes.txt", "is no replay; move it away"), ErrorCode::kInvalidInput);
  ASSERT_TRUE(files_.make_folders(paths_.replays() / "old.json"));
  EXPECT_EQ(refused("old.json", "is no replay; move it away"), ErrorCode::kInvalidInput);
  std::filesystem::create_symlink("/dev/zero", paths_.replays() / "link.json");
  EXPECT_EQ(refused("link.json", "is no replay; move it away"), ErrorCode::kInvalidInput);
  write("text.json", "{}");
  EXPECT_EQ(refused("text.json", "was changed"), ErrorCode::kMismatch);
  write("other.json", crypto::sha256("another run"), replay(true));
  EXPECT_EQ(refused("other.json", "about another run"), ErrorCode::kInvalidInput);
  write("kind.json", run_digest(record_.subject), replay(true), "decision");
  EXPECT_EQ(refused("kind.json", "move it away"), ErrorCode::kInvalidInput);
  write("empty.json", run_digest(record_.subject), {{"seed", 1}});
  EXPECT_EQ(refused("empty.json", "move it away"), ErrorCode::kInvalidInput);
}

class Parts : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(files_.make_folders(paths_.model())); }

  void add_model_file(const std::string& name, const std::string& text) {
    ASSERT_TRUE(files_.write_atomic(paths_.model() / name, as_bytes(text)));
    record_.subject.model[name] = crypto::sha256(text);
  }

  [[nodiscard]] Services services(FunctionRef<bool()> interrupted) {
    return {.files = files_,
            .process = system::posix_process(),
            .clock = system::posix_clock(),
            .parallel = parallel_,
            .progress = progress_,
            .key = key_,
            .cache = {},
            .interrupted = interrupted,
            .program = "glass"};
  }

  system::TemporaryFolder temporary_;
  system::Files& files_ = system::posix_files();
  RunPaths paths_{.root = temporary_ / "run"};
  RunRecord record_;
  SerialParallel parallel_;
  SilentProgress progress_;
  crypto::SecretKey key_ = crypto::SecretKey::from_seed({});
  Result<StagedRelease> release_ = StagedRelease::begin(files_, parallel_, temporary_ / "release");
};

TEST_F(Parts, EndWhereTheUserStopsThem) {
  add_model_file("a", "weights");
  add_model_file("b", "weights");
  int asked = 0;
  const auto at_the_second = [&] { return ++asked >= 2; };
  const Status model = add_model(*release_, record_, paths_, "name", {}, services(at_the_second));
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::kInterrupted);
  EXPECT_EQ(release_->files().size(), 1U);
  const Status evidence = add_evidence(*release_, record_, paths_, services(at_the_second));
  ASSERT_FALSE(evidence);
  EXPECT_EQ(evidence.error().code, ErrorCode::kInterrupted);
}

TEST_F(Parts, AModelWhoseTokensItsTokenizerLacksIsRefused) {
  data::TokenizerParts bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.pieces.emplace_back(1, static_cast<char>(byte));
  add_model_file("tokenizer.json", data::Tokenizer::make(bytes)->to_json());
  const auto never = [] { return false; };
  for (const char* tokens :
       {R"("bos_token_id": 1, "eos_token_id": 256)", R"("bos_token_id": -1, "eos_token_id": 1)"}) {
    const std::string config = R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", )";
    add_model_file("config.json", config + tokens + "}");
    auto release = StagedRelease::begin(files_, parallel_, temporary_ / "other");
    const Status model = add_model(*release, record_, paths_, "name", {}, services(never));
    ASSERT_FALSE(model);
    EXPECT_NE(model.error().message.find("tokenizer.json has 256"), std::string::npos)
        << model.error().message;
  }
}

}  // namespace
}  // namespace glass::service
