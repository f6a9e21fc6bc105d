#include "glass/record/evidence/step_chain.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "glass/sim/faulty_files.h"
#include "glass/system/temporary_folder.h"

namespace glass::record {
namespace {

const crypto::Digest kGenesis = crypto::sha256("what the training starts from");

Json::Object facts_of(int64_t step) {
  return {{"loss", 1.0 / static_cast<double>(step)},
          {"tokens", step * 4096},
          {"batch", to_text(crypto::sha256(std::to_string(step)))}};
}

class StepChainTest : public testing::Test {
 protected:
  // Continues the chain after `after_step` up to `last`; the first error ends it.
  Status write(int64_t after_step, int64_t last) {
    GLASS_TRY(auto writer, StepChainWriter::open(files_, file_, kGenesis, after_step));
    for (int64_t step = after_step + 1; step <= last; ++step) {
      GLASS_TRY(const auto digest, writer.append(facts_of(step)));
      EXPECT_EQ(writer.end().digest, digest);
      EXPECT_EQ(writer.end().step, step);
    }
    return writer.sync();
  }

  std::string text() { return files_.read_text(file_).value(); }

  void put(std::string_view text) { ASSERT_TRUE(files_.write_atomic(file_, as_bytes(text))); }

  system::TemporaryFolder folder_;
  sim::FaultyFiles files_{system::posix_files()};
  system::Path file_ = folder_ / "chain.jsonl";
};

std::string chain_refusal(std::string_view text, TornLine torn_line = TornLine::kRefuse) {
  const auto end = check_step_chain(text, kGenesis, torn_line);
  if (end) return "accepted";
  EXPECT_EQ(end.error().code, ErrorCode::kCorruption);
  return end.error().message;
}

TEST_F(StepChainTest, IsReadBackStepByStep) {
  ASSERT_TRUE(write(0, 5));
  std::vector<int64_t> tokens;
  crypto::Digest last;
  const auto end =
      read_step_chain(text(), kGenesis, TornLine::kRefuse, [&](const ChainLink& link) -> Status {
        GLASS_TRY(const int64_t count, link.record.get_int("tokens"));
        EXPECT_EQ(link.step, std::ssize(tokens) + 1);
        EXPECT_EQ(link.digest, record_digest(link.record));
        tokens.push_back(count);
        last = link.digest;
        return {};
      });
  ASSERT_TRUE(end);
  EXPECT_EQ(tokens, (std::vector<int64_t>{4096, 8192, 12288, 16384, 20480}));
  EXPECT_EQ(end->step, 5);
  EXPECT_EQ(end->digest, last);
  EXPECT_EQ(end->size_bytes, text().size());
  EXPECT_FALSE(end->torn);
}

TEST_F(StepChainTest, AnEmptyChainEndsAtItsGenesis) {
  const auto end = check_step_chain("", kGenesis, TornLine::kRefuse);
  EXPECT_EQ(end->step, 0);
  EXPECT_EQ(end->digest, kGenesis);
}

TEST_F(StepChainTest, TheFirstLineIsAsTheFormatSays) {
  ASSERT_TRUE(write(0, 1));
  const std::string record = R"({"batch":")" + to_text(crypto::sha256("1")) +
                             R"(","loss":1,"prev":")" + to_text(kGenesis) +
                             R"(","step":1,"tokens":4096})";
  EXPECT_EQ(text(),
            R"({"digest":")" + to_text(crypto::sha256(record)) + R"(","record":)" + record + "}\n");
}

TEST_F(StepChainTest, AnyFlippedBitIsFoundInItsLineOrTheNext) {
  ASSERT_TRUE(write(0, 4));
  const std::string whole = text();
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string changed = whole;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    const auto line =
        std::count(whole.begin(), whole.begin() + static_cast<long>(bit / 8), '\n') + 1;
    const std::string prefix = "line " + std::to_string(line) + " (step " + std::to_string(line);
    ASSERT_TRUE(chain_refusal(changed).starts_with(prefix))
        << bit << ": " << chain_refusal(changed);
  }
}

TEST_F(StepChainTest, SaysWhatIsWrongWithALine) {
  ASSERT_TRUE(write(0, 3));
  const std::string whole = text();
  const size_t second = whole.find('\n') + 1, third = whole.find('\n', second) + 1;
  EXPECT_EQ(chain_refusal(whole.substr(second)),
            "line 1 (step 1) of the step chain: it is of step 2 where step 1 should follow");
  EXPECT_EQ(chain_refusal(whole.substr(0, second) + whole.substr(third)),
            "line 2 (step 2) of the step chain: it is of step 3 where step 2 should follow");
  std::string changed = whole;
  changed.replace(changed.find("8192"), 4, "8193");
  EXPECT_TRUE(chain_refusal(changed).starts_with(
      "line 2 (step 2) of the step chain: the record of step 2 was changed: it has the digest"));
  EXPECT_EQ(chain_refusal("{}\n"),
            "line 1 (step 1) of the step chain: the key \"digest\" is missing; expected a string");
  EXPECT_EQ(chain_refusal(R"({"digest":"","record":[]})"
                          "\n"),
            "line 1 (step 1) of the step chain: the key \"record\" should be an object, but is an "
            "array");
  EXPECT_NE(chain_refusal(" " + whole).find("canonical form"), std::string::npos);
  const auto other = check_step_chain(whole, crypto::sha256("another start"), TornLine::kRefuse);
  EXPECT_NE(other.error().message.find("step 1 does not continue what is before it"),
            std::string::npos);
}

TEST_F(StepChainTest, ARecordReplacedWithItsDigestBreaksTheNextLine) {
  ASSERT_TRUE(write(0, 2));
  const std::string genuine = text();
  const std::string second = genuine.substr(genuine.find('\n') + 1);
  {
    auto writer = StepChainWriter::open(files_, file_, kGenesis, 0).value();
    ASSERT_TRUE(writer.append({{"loss", 0}}));
  }
  EXPECT_TRUE(chain_refusal(text() + second)
                  .starts_with("line 2 (step 2) of the step chain: step 2 does not continue"));
}

TEST_F(StepChainTest, ATornLastLineIsToleratedOnRequestOnly) {
  ASSERT_TRUE(write(0, 3));
  const std::string whole = text();
  const size_t third = whole.find('\n', whole.find('\n') + 1) + 1;
  for (size_t size = third + 1; size < whole.size(); ++size) {
    const std::string_view torn = std::string_view(whole).substr(0, size);
    EXPECT_EQ(chain_refusal(torn), "line 3 (step 3) of the step chain is cut off");
    const auto end = check_step_chain(torn, kGenesis, TornLine::kTolerate);
    ASSERT_TRUE(end);
    EXPECT_TRUE(end->torn);
    EXPECT_EQ(end->step, 2);
    EXPECT_EQ(end->size_bytes, third);
  }
  std::string broken = whole.substr(0, whole.size() - 5);
  broken[third - 5] = '?';  // a torn end excuses nothing before it
  EXPECT_NE(chain_refusal(broken, TornLine::kTolerate), "accepted");
}

TEST_F(StepChainTest, ResumingAnywhereGivesTheSameBytes) {
  ASSERT_TRUE(write(0, 6));
  const std::string whole = text();
  for (int64_t after = 0; after <= 6; ++after) {
    for (const std::string_view rest : {"", "{\"digest\":", "garbage\nand more"}) {
      put(whole + std::string(rest));
      ASSERT_TRUE(write(after, 6)) << after;
      ASSERT_EQ(text(), whole);
    }
  }
}

TEST_F(StepChainTest, AnEndThatAReaderFoundIsContinuedFrom) {
  ASSERT_TRUE(write(0, 4));
  const std::string whole = text();
  ChainEnd third;
  ASSERT_TRUE(
      read_step_chain(whole, kGenesis, TornLine::kRefuse, [&](const ChainLink& link) -> Status {
        if (link.step == 3)
          third = {.step = link.step, .digest = link.digest, .size_bytes = link.end_bytes};
        return {};
      }));
  auto writer = StepChainWriter::open(files_, file_, third);
  ASSERT_TRUE(writer);
  EXPECT_EQ(text(), whole.substr(0, third.size_bytes));
  ASSERT_TRUE(writer->append(facts_of(4)));
  EXPECT_EQ(text(), whole);
}

TEST_F(StepChainTest, ResumingAfterAMissingOrBrokenStepIsRefused) {
  ASSERT_TRUE(write(0, 3));
  const std::string whole = text();
  const auto beyond = write(4, 5);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().message, file_.string() + " ends after step 3, but should hold step 4");
  std::string broken = whole;
  broken[20] ^= 1;
  put(broken);
  const auto status = write(2, 3);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kCorruption);
  EXPECT_TRUE(status.error().message.starts_with(file_.string() + ": line 1 (step 1)"));
  EXPECT_EQ(text(), broken);  // nothing was cut off
  EXPECT_EQ(StepChainWriter::open(files_, folder_ / "absent", kGenesis, 1).error().code,
            ErrorCode::kNotFound);
}

TEST_F(StepChainTest, AfterAnyFailureOfTheDiskTheRunContinuesToTheSameBytes) {
  ASSERT_TRUE(write(0, 5));
  const std::string whole = text();
  const int64_t operations = files_.operations();
  for (int64_t n = 1; n <= operations; ++n) {
    ASSERT_TRUE(files_.remove_all(file_));
    files_.fail_at({.operation = n, .for_good = true, .short_write = true});
    const auto status = write(0, 5);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kIo);
    files_.fail_never();
    int64_t done = 0;
    if (files_.exists(file_)) {
      const auto end = check_step_chain(text(), kGenesis, TornLine::kTolerate);
      ASSERT_TRUE(end) << end.error().message;
      done = end->step;
    }
    ASSERT_TRUE(write(done, 5));
    EXPECT_EQ(text(), whole);
  }
}

TEST_F(StepChainTest, AVisitorsErrorEndsTheReading) {
  ASSERT_TRUE(write(0, 3));
  int visits = 0;
  const auto end =
      read_step_chain(text(), kGenesis, TornLine::kRefuse, [&](const ChainLink&) -> Status {
        ++visits;
        return fail(ErrorCode::kMismatch, "enough");
      });
  EXPECT_EQ(end.error().message, "enough");
  EXPECT_EQ(visits, 1);
}

}  // namespace
}  // namespace glass::record
