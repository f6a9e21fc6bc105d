// What a run leaves on disk besides results: its folder, its record, its log.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/evidence/step_chain.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_events.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_log.h"
#include "glass/service/run_record.h"
#include "glass/service/summary.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

Recipe some_recipe() {
  return read_recipe(
             "name = \"a\"\n[corpus]\nlicences = [\"MIT\"]\n[[corpus.source]]\npaths = [\"x\"]\n",
             "recipe.toml", {})
      .value();
}

TEST(RunFolder, BelongsToOneRecipeOnceTrainingHasBegun) {
  const system::TemporaryFolder temporary;
  system::Files& files = system::posix_files();
  const system::Path root = temporary.path() / "run";
  Recipe recipe = some_recipe();
  ASSERT_TRUE(RunFolder::open(files, root, recipe));
  recipe.train.steps = 700;
  ASSERT_TRUE(RunFolder::open(files, root, recipe)) << "nothing has been trained yet";
  ASSERT_TRUE(files.make_folders(root / "training"));
  ASSERT_TRUE(files.write_atomic(root / "training" / "chain.jsonl", {}));
  recipe.train.steps = 800;
  const auto refused = RunFolder::open(files, root, recipe);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
  EXPECT_NE(refused.error().message.find("train.steps: 700, not 800"), std::string::npos);
}

TEST(RunFolder, IsForOneProcessAtATime) {
  const system::TemporaryFolder temporary;
  const auto first =
      RunFolder::open(system::posix_files(), temporary.path() / "run", some_recipe());
  ASSERT_TRUE(first);
  const auto second =
      RunFolder::open(system::posix_files(), temporary.path() / "run", some_recipe());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kRefused);
}

TEST(RunFolder, AStageIsFoundByItsInputsAndSurvives) {
  const system::TemporaryFolder temporary;
  const crypto::Digest inputs = crypto::sha256("in"), result = crypto::sha256("out");
  {
    auto folder = RunFolder::open(system::posix_files(), temporary.path() / "run", some_recipe());
    ASSERT_TRUE(folder);
    EXPECT_FALSE(folder->finished("corpus", inputs));
    ASSERT_TRUE(folder->finish("corpus", inputs, result));
  }
  const auto folder =
      RunFolder::open(system::posix_files(), temporary.path() / "run", some_recipe());
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->finished("corpus", inputs), result);
  EXPECT_FALSE(folder->finished("corpus", result));
}

struct WholeLog {
  WholeLog(system::Files& files, const system::Path& metrics, const system::Path& samples) {
    for (const system::Path& file : {metrics, samples}) {
      const Status read = read_run_log(files, file, [&](const LogLine& line) {
        lines.push_back(line);
        return Status();
      });
      EXPECT_TRUE(read) << read.error().message;
    }
  }

  template <typename T>
  [[nodiscard]] std::vector<T> of() const {
    std::vector<T> found;
    for (const LogLine& line : lines) {
      if (const T* one = std::get_if<T>(&line)) found.push_back(*one);
    }
    return found;
  }

  std::vector<LogLine> lines;
};

TEST(RunLog, AResumeKeepsWhatIsBeforeItAndATornLineIsLeftOut) {
  const system::TemporaryFolder temporary;
  system::Files& files = system::posix_files();
  const system::Path metrics = temporary.path() / "m.jsonl", samples = temporary.path() / "s.jsonl";
  {
    auto log = RunLogWriter::open(files, metrics, samples, 0);
    ASSERT_TRUE(log);
    for (int64_t step = 1; step <= 4; ++step)
      ASSERT_TRUE(log->add(StepMetric{.step = step, .seconds = 2, .tokens = 100, .mfu = 0.5}));
    ASSERT_TRUE(log->add(EvaluationMetric{.step = 3, .loss = std::nan("")}));
    ASSERT_TRUE(log->add(EvaluationMetric{.step = 2, .loss = 5}));
    ASSERT_TRUE(log->add(CorruptionEvent{.step = 4, .what = "a bit", .settled = true}));
    ASSERT_TRUE(log->add(SampleText{.step = 4, .prompt = "a", .text = "ü\n"}));
    ASSERT_TRUE(log->sync());
  }
  auto torn = files.append(metrics, files.size_bytes(metrics).value());
  ASSERT_TRUE((*torn)->append(as_bytes(std::string_view("{\"kind\":\"st"))));
  const WholeLog whole(files, metrics, samples);
  EXPECT_EQ(whole.of<StepMetric>().size(), 4U);
  EXPECT_TRUE(std::isnan(whole.of<EvaluationMetric>().front().loss));
  EXPECT_EQ(whole.of<SampleText>().front().text, "ü\n");
  EXPECT_EQ(speed_of(files, metrics)->tokens_per_second(), 50);
  EXPECT_EQ(speed_of(files, metrics)->mfu(), 0.5);
  ASSERT_TRUE(RunLogWriter::open(files, metrics, samples, 2));
  const WholeLog kept(files, metrics, samples);
  EXPECT_EQ(kept.of<StepMetric>().size(), 2U);
  EXPECT_TRUE(kept.of<EvaluationMetric>().empty()) << "it is looked at again where it resumes";
  EXPECT_TRUE(kept.of<SampleText>().empty());
  const std::vector<CorruptionEvent> corruptions = kept.of<CorruptionEvent>();
  ASSERT_EQ(corruptions.size(), 1U) << "what the machine did stays true";
  EXPECT_EQ(corruptions.front().what, "a bit");
  EXPECT_TRUE(corruptions.front().settled);
}

TEST(RunLog, GoesOnWhereItEndsWithTheSameBytes) {
  const system::TemporaryFolder temporary;
  system::Files& files = system::posix_files();
  const system::Path metrics = temporary.path() / "m.jsonl", samples = temporary.path() / "s.jsonl";
  const auto write = [&](int64_t after_step, int64_t last_step) {
    auto log = RunLogWriter::open(files, metrics, samples, after_step);
    ASSERT_TRUE(log);
    for (int64_t step = after_step + 1; step <= last_step; ++step) {
      ASSERT_TRUE(log->add(StepMetric{.step = step, .seconds = 1, .tokens = 1}));
      ASSERT_TRUE(log->add(EvaluationMetric{.step = step, .loss = 1}));
    }
    ASSERT_TRUE(log->sync());
  };
  write(0, 9);
  const std::string whole = files.read_text(metrics).value();
  write(5, 5);  // resumed after step 5, whose evaluation is to be made again
  {
    auto log = RunLogWriter::open(files, metrics, samples, 5);
    ASSERT_TRUE(log->add(EvaluationMetric{.step = 5, .loss = 1}));
  }
  write(6, 6);
  EXPECT_EQ(files.read_text(metrics).value(), whole.substr(0, files.size_bytes(metrics).value()));
}

TEST(RunLog, ItsReaderIsToldWhatStandsInItAsReadingGivesIt) {
  const system::TemporaryFolder temporary;
  system::Files& files = system::posix_files();
  const system::Path metrics = temporary.path() / "m.jsonl", samples = temporary.path() / "s.jsonl";
  for (const int64_t after_step : {0, 2}) {
    std::vector<LogLine> told;
    const auto reader = [&](const LogLine& line) {
      told.push_back(line);
      return Status();
    };
    auto log = RunLogWriter::open(files, metrics, samples, after_step, reader);
    ASSERT_TRUE(log);
    EXPECT_EQ(std::ssize(told), after_step) << "what is kept";
    for (int64_t step = after_step + 1; step <= 4; ++step)
      ASSERT_TRUE(log->add(StepMetric{.step = step, .loss = HUGE_VAL}));
    ASSERT_TRUE(log->add(SampleText{.step = 4, .prompt = "a", .text = "b"}));
    ASSERT_EQ(told.size(), 5U);
    EXPECT_TRUE(std::isnan(std::get<StepMetric>(told[3]).loss)) << "no JSON for what is not finite";
    EXPECT_EQ(std::get<SampleText>(told[4]).text, "b");
  }
  const auto stop = [](const LogLine&) { return Status(fail(ErrorCode::kIo, "disk full")); };
  EXPECT_FALSE(RunLogWriter::open(files, metrics, samples, 4, stop));
  auto log = RunLogWriter::open(files, metrics, samples, 0, stop);
  ASSERT_TRUE(log) << "there is nothing left to tell";
  EXPECT_FALSE(log->add(SampleText{.step = 1, .prompt = "a", .text = "b"}));
}

// A log with evaluations before the first step, of the second and after the last.
std::vector<LogLine> some_log() {
  const auto evaluation = [](int64_t step) {
    return EvaluationMetric{.step = step, .unix_ms = 1000 + step, .loss = 5};
  };
  std::vector<LogLine> log = {evaluation(0)};
  for (int64_t step = 1; step <= 4; ++step) {
    log.emplace_back(StepMetric{.step = step, .unix_ms = 2000 + step, .loss = 4});
    if (step % 2 == 0) log.emplace_back(evaluation(step));
  }
  return log;
}

TEST(RunEvents, OfALongerLogBeginWithThoseOfAShorterOne) {
  const std::vector<LogLine> log = some_log();
  RunEvents whole;
  for (const LogLine& line : log) whole.add(line);
  const Bytes bytes = whole.finish();
  for (size_t lines = 0; lines <= log.size(); ++lines) {
    RunEvents events;
    Bytes part;
    for (size_t i = 0; i < lines; ++i) {
      events.add(log[i]);
      for (const uint8_t byte : events.take()) part.push_back(byte);
    }
    ASSERT_LE(part.size(), bytes.size());
    EXPECT_TRUE(std::equal(part.begin(), part.end(), bytes.begin())) << lines;
    if (lines < log.size()) continue;
    for (const uint8_t byte : events.finish()) part.push_back(byte);
    EXPECT_EQ(part, bytes) << "however often they were taken";
  }
}

TEST(RunEvents, AreInTheOrderOfStepsAndNames) {
  RunEvents events;
  for (const LogLine& line : some_log()) events.add(line);
  const Bytes bytes = events.finish();
  const std::string_view text = as_text(bytes);
  const std::string held_out = "loss/held_out", rate = "learning_rate", train = "loss/train";
  size_t at = 0;
  for (const std::string& tag :
       {held_out, rate, train, rate, held_out, train, rate, train, rate, held_out, train}) {
    const size_t found =
        std::min({text.find(held_out, at), text.find(rate, at), text.find(train, at)});
    ASSERT_NE(found, std::string_view::npos);
    EXPECT_EQ(text.substr(found, tag.size()), tag);
    at = found + 1;
  }
}

TEST(RunLog, ABrokenLineIsNamed) {
  const system::TemporaryFolder temporary;
  system::Files& files = system::posix_files();
  const system::Path metrics = temporary.path() / "m.jsonl";
  ASSERT_TRUE(files.write_atomic(metrics, as_bytes(std::string_view("{\"kind\":\"step\"}\n"))));
  const Status log = read_run_log(files, metrics, [](const LogLine&) { return Status(); });
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, ErrorCode::kCorruption);
  EXPECT_NE(log.error().message.find("m.jsonl:1: "), std::string::npos);
}

TEST(RunRecord, SubjectIsReadBackAndAForeignMemberRefused) {
  RunSubject subject;
  subject.origin.shards = crypto::sha256("shards");
  subject.steps = 7;
  subject.model.emplace("config.json", crypto::sha256("x"));
  subject.held_out_loss_bits = "3f800000";
  subject.held_out_bits_per_byte = 1.25;
  Json json = to_json(subject);
  const auto back = run_subject_from_json(json);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(run_digest(*back), run_digest(subject));
  json.if_object()->emplace("more", 1);
  EXPECT_FALSE(run_subject_from_json(json));
}

TEST(RunRecord, OfAFineTuningNamesItsStartItsExamplesAndItsAdapters) {
  RunSubject subject;
  subject.origin.examples = crypto::sha256("examples");
  subject.origin.start = crypto::sha256("start");
  subject.adapter.emplace("adapter_config.json", crypto::sha256("a"));
  const Json json = to_json(subject);
  EXPECT_EQ(json.find("shards"), nullptr);
  const auto back = run_subject_from_json(json);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->origin.start, subject.origin.start);
  EXPECT_EQ(back->adapter, subject.adapter);
  EXPECT_EQ(run_digest(*back), run_digest(subject));
  subject.origin.shards = crypto::sha256("shards");
  EXPECT_FALSE(run_subject_from_json(to_json(subject)));
}

TEST(RunRecord, ANameThatLeavesItsFolderIsRefused) {
  RunSubject subject;
  subject.origin.shards = crypto::sha256("shards");
  for (const std::string name : {"../../pwn", "/etc/pwn", "a\\b", "a\x1b[2J", ""}) {
    for (auto* const names : {&subject.model, &subject.adapter}) {
      names->emplace(name, crypto::sha256("x"));
      const auto back = run_subject_from_json(to_json(subject));
      ASSERT_FALSE(back) << name;
      EXPECT_NE(back.error().message.find("which is no file of its folder"), std::string::npos);
      names->clear();
    }
  }
}

// A record as a training writes it, with its chain and one file of a model.
class SignedRun : public testing::Test {
 protected:
  void SetUp() override {
    RunSubject subject;
    subject.origin.shards = crypto::sha256("shards");
    ASSERT_TRUE(files_.make_folders(paths_.training()));
    ASSERT_TRUE(files_.make_folders(paths_.model()));
    auto chain = record::StepChainWriter::open(files_, paths_.chain(), genesis(subject.origin), 0);
    ASSERT_TRUE(chain);
    subject.chain = chain->append({{"loss", 1}}).value();
    ASSERT_TRUE(chain->sync());
    ASSERT_TRUE(files_.write_atomic(paths_.model() / "config.json", as_bytes(std::string("{}"))));
    subject.steps = 1;
    subject.model.emplace("config.json", crypto::sha256("{}"));
    subject_ = subject;
    sign_with_log("metrics.jsonl");
  }

  void sign_with_log(const std::string& file) {
    const Json::Object log{{file, crypto::to_text(crypto::sha256("m"))}};
    record::Statement statement = run_statement(subject_, Json::Object{{"log", log}});
    record::sign(statement, crypto::SecretKey::generate());
    write(record::to_text(statement));
  }

  void write(const std::string& record) {
    ASSERT_TRUE(files_.write_atomic(paths_.record(), as_bytes(record)));
  }

  system::TemporaryFolder temporary_;
  system::Files& files_ = system::posix_files();
  RunPaths paths_{.root = temporary_.path()};
  RunSubject subject_;
};

TEST_F(SignedRun, TheRecordHoldsTheDigestsOfTheLog) {
  const auto record = read_run_record(files_, paths_);
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(log_digests(*record).at("metrics.jsonl"), crypto::sha256("m"));
  EXPECT_TRUE(expect_in_place(*record, paths_, files_));
}

TEST_F(SignedRun, ALogOfAnotherNameIsRefused) {
  for (const std::string file : {"../../../pwn", "other.jsonl"}) {
    sign_with_log(file);
    const auto record = read_run_record(files_, paths_);
    ASSERT_FALSE(record) << file;
    EXPECT_EQ(record.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(record.error().message.find("record.json: log names "), std::string::npos)
        << record.error().message;
  }
}

TEST_F(SignedRun, ARecordWithABitFlippedIsNamedAsChanged) {
  const std::string good = files_.read_text(paths_.record()).value();
  for (size_t i = 0; i < good.size(); i += 7) {  // each takes a write that is made durable
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    write(bad);
    const auto record = read_run_record(files_, paths_);
    ASSERT_FALSE(record) << i;
    EXPECT_EQ(record.error().code, ErrorCode::kMismatch) << i;
    EXPECT_NE(record.error().message.find("record.json was changed: "), std::string::npos) << i;
  }
}

TEST_F(SignedRun, AChangedChainOrModelIsNotInPlace) {
  const auto record = read_run_record(files_, paths_);
  ASSERT_TRUE(files_.write_atomic(paths_.model() / "config.json", as_bytes(std::string("{ }"))));
  const Status model = expect_in_place(*record, paths_, files_);
  ASSERT_FALSE(model);
  EXPECT_NE(model.error().message.find("config.json was changed: "), std::string::npos);
  ASSERT_TRUE(files_.write_atomic(paths_.chain(), {}));
  const Status chain = expect_in_place(*record, paths_, files_);
  ASSERT_FALSE(chain);
  EXPECT_EQ(chain.error().code, ErrorCode::kMismatch);
  EXPECT_NE(chain.error().message.find("chain.jsonl was changed: "), std::string::npos);
}

TEST(Summary, WhatWasNotCheckedIsNotVerified) {
  using enum record::EvidenceState;
  Summary summary;
  EXPECT_FALSE(verified(summary));
  summary.evidence = record::EvidenceNode{kAttested, "replay", "", {}};
  EXPECT_FALSE(verified(summary));
  std::vector<record::EvidenceNode>& parts = summary.evidence->parts;
  parts = {{kVerified, "chain", "", {}}};
  EXPECT_TRUE(verified(summary));
  parts.push_back({kMissing, "shards", "", {}});
  EXPECT_FALSE(verified(summary));
  EXPECT_FALSE(failed(summary));
  parts.back() = {kBroken, "model", "", {}};
  EXPECT_FALSE(verified(summary));
  EXPECT_TRUE(failed(summary));
}

TEST(Summary, ScriptsFindEveryKeyAndUnknownIsNull) {
  const Json json = to_json(Summary{});
  for (const char* key : {"digest", "steps", "tokens", "tokens_per_second", "mfu", "bits_per_byte",
                          "peak_memory_bytes", "verified", "evidence", "replayed_segments", "out"})
    EXPECT_NE(json.find(key), nullptr) << key;
  EXPECT_TRUE(json.find("digest")->is_null());
  EXPECT_TRUE(json.find("mfu")->is_null());
}

}  // namespace
}  // namespace glass::service
