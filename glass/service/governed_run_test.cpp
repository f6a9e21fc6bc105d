// The interlock against those who would train without a clearance, or more than was cleared.
#include "glass/service/governed_run.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/runs/run_book.h"
#include "glass/record/evidence/statement.h"
#include "glass/service/facility/draft_act.h"
#include "glass/service/facility/facility.h"
#include "glass/service/facility/journal_entry.h"
#include "glass/service/interlock.h"
#include "glass/service/progress.h"
#include "glass/service/services.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"
#include "glass/system/process.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/test_files.h"
#include "glass/testkit/test_keys.h"

namespace glass::service {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kStart = 1'767'225'600'000;
constexpr int64_t kSecond = 1'000'000'000;

class SetClock final : public system::Clock {
 public:
  [[nodiscard]] int64_t unix_ms() const override { return now_ms; }

  [[nodiscard]] int64_t monotonic_ns() const override { return monotonic; }

  void pass(int64_t seconds) {
    now_ms += seconds * 1000;
    monotonic += seconds * kSecond;
  }

  int64_t now_ms = kStart, monotonic = 5 * kSecond;
};

class Quiet final : public Progress {
 public:
  void stage(std::string_view, bool) override {}

  void note(std::string_view) override {}

  void part(std::string_view, uint64_t, uint64_t) override {}

  void training(const TrainingStatus&) override {}

  void generated(std::string_view) override {}
};

std::string id(int number) {
  return fmt::format("{:032x}", number);
}

std::string hex_of(std::string_view text) {
  return to_hex(crypto::sha256(text).bytes);
}

RunOrigin cleared_origin() {
  RunOrigin origin;
  origin.recipe = crypto::sha256("recipe");
  origin.corpus = crypto::sha256("corpus");
  return origin;
}

std::string replaced(std::string text, std::string_view old, std::string_view with) {
  const size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return at == std::string::npos ? text : text.replace(at, old.size(), with);
}

std::string short_charter() {
  std::ifstream in(testkit::source_file("charters/example.toml"));
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  text = replaced(std::move(text), "rebuttal_days = 10", "rebuttal_days = 0");
  return replaced(std::move(text), "least_reviews = 3", "least_reviews = 1");
}

// A facility with an active project, and run id(9) of it, cleared for ten minutes.
class GovernedTrainingTest : public testing::Test {
 protected:
  void SetUp() override {
    uint8_t number = 0;
    std::map<std::string, crypto::SecretKey> held;
    for (const char* seat :
         {"office/registrar", "office/calls", "office/technical", "office/data-rights",
          "office/operation", "office/treasury", "office/safety-1", "expert/1", "council/DE-1"})
      held.emplace(seat, testkit::key_number(++number));
    keys_ = held;
    const auto founded =
        found_facility(files_, folder_, short_charter(), "charter.toml", held, "", kStart);
    ASSERT_TRUE(founded) << founded.error().message;
    keys_.emplace(id(1), testkit::key_number(100));
    keys_.emplace("slot", testkit::key_number(101));
    propose();
    review_and_award();
    EXPECT_EQ(act(id(1), "run.registered",
                  {"run=" + id(9), "proposal=" + id(3), "minutes=10", "teraflops=100", "steps=1000",
                   "data_class=D0", "methods=text", "recipe=" + hex_of("recipe"),
                   "data=" + hex_of("corpus"), "numerics=portable-1"}),
              "");
    EXPECT_EQ(clear(), "");
  }

  void propose() {
    EXPECT_EQ(act("office/registrar", "seat.opened",
                  {"seat=" + id(1), "member=FR", "institution=" + id(50)}),
              "");
    EXPECT_EQ(act("office/registrar", "seat.bound",
                  {"seat=" + id(1), "key=" + public_key(id(1)), "person=" + id(51)}, {id(1)}),
              "");
    EXPECT_EQ(act("office/calls", "call.opened",
                  {"call=" + id(2), "text=Models.", fmt::format("opens_ms={}", kStart),
                   fmt::format("closes_ms={}", kStart + 86'400'000), "most_minutes=1000"}),
              "");
    EXPECT_EQ(act(id(1), "proposal.submitted",
                  {"call=" + id(2), "proposal=" + id(3), "title=Chronicles", "summary=A model.",
                   "members=FR", "minutes=1000", "teraflops=100", "recipe=" + hex_of("recipe"),
                   "data=" + hex_of("corpus")}),
              "");
    check("office/calls", "administrative-check", "eligible");
    check("office/technical", "technical-check", "feasible");
    check("office/data-rights", "data-rights-check", "cleared");
    check("office/safety-1", "safety-check", "levelled", "level=1");
  }

  void review_and_award() {
    const std::string slot = "slot=" + public_key("slot");
    EXPECT_EQ(act("office/calls", "review.slot_assigned",
                  {"proposal=" + id(3), slot, "seat_commitment=" + hex_of("seat")}, {"slot"}),
              "");
    EXPECT_EQ(act("slot", "review.given",
                  {"proposal=" + id(3), slot, "text=Worth doing.", "criterion=4,5,3"}),
              "");
    EXPECT_EQ(act("expert/1", "review.recommended",
                  {"proposal=" + id(3), "recommendation=fund", "reasons=Good."}),
              "");
    check("expert/1", "panel-review", "approved");
    check("office/calls", "allocation", "approved", "minutes=500");
    EXPECT_EQ(act("office/treasury", "allocation.period_opened",
                  {"period=" + id(7), fmt::format("from_ms={}", kStart),
                   fmt::format("until_ms={}", kStart + 365 * 86'400'000LL)}),
              "");
    EXPECT_EQ(act("office/treasury", "allocation.pool_refilled",
                  {"period=" + id(7), "gpu_minutes=10000"}),
              "");
    EXPECT_EQ(act(id(1), "proposal.answered", {"proposal=" + id(3), "answer=accepted"}), "");
  }

  void check(const std::string& seat, const std::string& step, const std::string& outcome,
             const std::string& more = {}) {
    std::vector<std::string> fields = {"proposal=" + id(3), "step=" + step, "outcome=" + outcome,
                                       "reasons=As it should be."};
    if (!more.empty()) fields.push_back(more);
    EXPECT_EQ(act(seat, "proposal.checked", fields), "") << step;
  }

  std::string clear() { return act("office/technical", "run.approved", {"run=" + id(9)}); }

  std::string stop() {
    return act("office/operation", "run.stop_asked", {"run=" + id(9), "reasons=Let us look."});
  }

  std::string public_key(const std::string& who) {
    return crypto::to_text(keys_.at(who).public_key());
  }

  // As its author would sign it now.
  record::Statement sign(const std::string& seat, std::string_view kind,
                         const std::vector<std::string>& fields,
                         std::initializer_list<std::string> also = {}) {
    const Facility facility = open();
    const auto draft = draft_event(kind, fields);
    EXPECT_TRUE(draft) << draft.error().message;
    const auto drafted =
        draft_act(facility.state(), keys_.at(seat).public_key(), draft->event, clock_.now_ms);
    EXPECT_TRUE(drafted) << drafted.error().message;
    record::Statement statement = statement_of(*drafted);
    record::sign(statement, keys_.at(seat));
    for (const std::string& one : also) record::sign(statement, keys_.at(one));
    return statement;
  }

  // Empty, or why not.
  std::string put(const record::Statement& statement) {
    Facility facility = open();
    const auto taken = facility.take(statement, clock_.now_ms);
    return taken ? "" : taken.error().message;
  }

  std::string act(const std::string& seat, std::string_view kind,
                  const std::vector<std::string>& fields,
                  std::initializer_list<std::string> also = {}) {
    return put(sign(seat, kind, fields, also));
  }

  Facility open() { return Facility::open(files_, folder_).value(); }

  institution::GovernedRun run() { return *open().state().runs.find(id(9)); }

  Services services() {
    return {.files = files_,
            .process = system::posix_process(),
            .clock = clock_,
            .parallel = parallel_,
            .progress = progress_,
            .key = own_key_,
            .cache = temporary_.path() / "cache",
            .interrupted = interrupted_,
            .program = "glass"};
  }

  std::unique_ptr<Interlock> interlock(const std::string& seat = "office/operation") {
    return interlock_in(folder_, seat);
  }

  std::unique_ptr<Interlock> interlock_in(const system::Path& facility,
                                          const std::string& seat = "office/operation") {
    auto made = govern({.facility = facility, .run = id(9)}, keys_.at(seat), services_);
    EXPECT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->sealed, nullptr) << "at SL-1";
    return std::move(made->interlock);
  }

  static std::string told(const Status& status) { return status ? "" : status.error().message; }

  system::Files& files_ = system::posix_files();
  const system::TemporaryFolder temporary_;
  const system::Path folder_ = temporary_.path() / "facility";
  std::map<std::string, crypto::SecretKey> keys_;
  SetClock clock_;
  const crypto::SecretKey own_key_ = testkit::key_number(200);
  SerialParallel parallel_;  // one worker: a minute is a minute
  Quiet progress_;
  bool (*interrupted_)() = [] { return false; };
  const Services services_ = services();
};

TEST_F(GovernedTrainingTest, IsOfExactlyTheRecipeDataAndNumericsThatWereCleared) {
  RunOrigin origin = cleared_origin();
  origin.recipe = crypto::sha256("another");
  EXPECT_EQ(told(interlock()->admit(origin, {})),
            fmt::format("the run was registered with recipe {}, and this is {}; register it anew",
                        hex_of("recipe"), hex_of("another")));
  origin = cleared_origin();
  origin.corpus = crypto::sha256("another");
  EXPECT_NE(told(interlock()->admit(origin, {})).find("registered with data"), std::string::npos);
  origin = cleared_origin();
  origin.start = crypto::sha256("a model to go on from");
  EXPECT_NE(told(interlock()->admit(origin, {})).find("registered with data"), std::string::npos);
  origin = cleared_origin();
  origin.numerics = engine::Numerics::kPortable1Bf16;
  EXPECT_NE(told(interlock()->admit(origin, {})).find("registered with numerics"),
            std::string::npos);
  EXPECT_EQ(run().state, institution::RunState::kCleared) << "nothing has run";
  EXPECT_EQ(told(interlock()->admit(cleared_origin(), {})), "");
}

TEST_F(GovernedTrainingTest, IsStartedByAnOperatorAndByNobodyElse) {
  EXPECT_EQ(told(interlock("council/DE-1")->admit(cleared_origin(), {})),
            "seat council/DE-1 may not do this: by the charter's right 'operation', run.started "
            "belongs to operator");
  keys_.emplace("nobody", testkit::key_number(201));
  EXPECT_NE(told(interlock("nobody")->admit(cleared_origin(), {})).find("acts for no seat"),
            std::string::npos);
  EXPECT_EQ(run().state, institution::RunState::kCleared);
}

TEST_F(GovernedTrainingTest, IsClearedByNoOldAndNoForgedAct) {
  EXPECT_EQ(stop(), "");
  const record::Statement approval = sign("office/technical", "run.approved", {"run=" + id(9)});
  record::Statement forged = approval;
  forged.signatures.clear();
  record::sign(forged, keys_.at("office/operation"));
  EXPECT_NE(put(forged).find("which is not its key"), std::string::npos) << put(forged);
  forged = approval;
  forged.signatures.front().signature.bytes[0] ^= 1;
  EXPECT_NE(put(forged), "");
  EXPECT_EQ(run().state, institution::RunState::kInterrupted);

  EXPECT_EQ(put(approval), "");
  EXPECT_EQ(run().state, institution::RunState::kCleared);
  EXPECT_EQ(stop(), "");
  EXPECT_NE(put(approval).find("was taken already"), std::string::npos) << put(approval);
  EXPECT_EQ(run().state, institution::RunState::kInterrupted);
}

TEST_F(GovernedTrainingTest, GoesOnAfterAStopOnlyByAnotherClearance) {
  auto first = interlock();
  ASSERT_EQ(told(first->admit(cleared_origin(), {})), "");
  ASSERT_EQ(told(first->pass({.step = 1, .steps = 9})), "");
  EXPECT_EQ(stop(), "");
  clock_.pass(2);
  EXPECT_NE(told(first->still()).find("is interrupted by stop"), std::string::npos);
  first.reset();
  EXPECT_NE(told(interlock()->admit(cleared_origin(), {.steps = 1})).find("interrupted by stop"),
            std::string::npos);
  EXPECT_EQ(clear(), "");
  EXPECT_EQ(told(interlock()->admit(cleared_origin(), {.steps = 1})), "");
}

TEST_F(GovernedTrainingTest, IsPaidForByWhoTakesOverFromAKilledProcess) {
  auto first = interlock();
  ASSERT_EQ(told(first->admit(cleared_origin(), {})), "");
  ASSERT_EQ(told(first->pass({.step = 0, .steps = 9})), "");
  clock_.pass(29);
  ASSERT_EQ(told(first->pass({.step = 4, .steps = 9, .flops = 8e12})), "");
  first.reset();  // killed: nothing is told
  EXPECT_EQ(run().steps, 0);
  auto second = interlock();
  ASSERT_EQ(told(second->admit(cleared_origin(), {.steps = 4, .flops_of_a_step = 2e12})), "");
  EXPECT_EQ(run().minutes, 1);
  EXPECT_EQ(run().steps, 4);
  EXPECT_EQ(run().teraflops, 10) << "of the steps on the disk, and of one that was under way";
}

TEST_F(GovernedTrainingTest, KeepsItsBudgetHoweverOftenItIsKilled) {
  int64_t seconds = 0;
  std::string why;
  for (int life = 0; life < 100 && why.empty(); ++life) {
    auto process = interlock();
    why = told(process->admit(cleared_origin(), {}));
    for (int step = 0; step < 29 && why.empty(); ++step) {
      why = told(process->pass({.step = step, .steps = 10'000}));
      clock_.pass(1);
      ++seconds;
    }
  }
  EXPECT_NE(why.find("interrupted by budget"), std::string::npos) << why;
  EXPECT_LE(seconds, 10 * 60);
}

TEST_F(GovernedTrainingTest, EndsAtItsBudgetWithinAStepThatTakesLong) {
  auto process = interlock();
  ASSERT_EQ(told(process->admit(cleared_origin(), {})), "");
  ASSERT_EQ(told(process->pass({.step = 0, .steps = 9})), "");
  int64_t seconds = 0;
  std::string why;
  for (; seconds < 3600 && why.empty(); ++seconds) {
    clock_.pass(1);
    why = told(process->still());
  }
  EXPECT_NE(why.find("interrupted by budget"), std::string::npos) << why;
  EXPECT_LE(seconds, 11 * 60);
}

TEST_F(GovernedTrainingTest, IsMeteredByAClockThatNobodySetsBack) {
  const int64_t before_ms = open().state().at_ms;
  auto process = interlock();
  ASSERT_EQ(told(process->admit(cleared_origin(), {})), "");
  std::string why;
  int64_t seconds = 0;
  for (; seconds < 3600 && why.empty(); ++seconds) {
    clock_.monotonic += kSecond;
    clock_.now_ms -= 86'400'000;  // a day a second
    why = told(process->pass({.step = seconds, .steps = 10'000}));
  }
  EXPECT_NE(why.find("interrupted by budget"), std::string::npos) << why;
  EXPECT_LE(seconds, 10 * 60);
  EXPECT_GE(open().state().at_ms, before_ms) << "the journal's time goes on";
  EXPECT_EQ(run().minutes, 10);
}

TEST_F(GovernedTrainingTest, IsOfOneProcessOfAMachine) {
  auto first = interlock();
  ASSERT_EQ(told(first->admit(cleared_origin(), {})), "");
  EXPECT_NE(told(interlock()->admit(cleared_origin(), {})).find("is in use by process"),
            std::string::npos);
  first.reset();
  EXPECT_EQ(told(interlock()->admit(cleared_origin(), {})), "");
}

// Two machines with one journal: each has a folder of its own.
TEST_F(GovernedTrainingTest, IsLeftByTheFirstOfTwoMachinesThatHaveIt) {
  const system::Path other = temporary_.path() / "other";
  fs::create_directory(other);
  fs::copy(folder_ / "facility.json", other / "facility.json");
  fs::create_symlink(folder_ / "journal.sqlite", other / "journal.sqlite");
  auto first = interlock();
  ASSERT_EQ(told(first->admit(cleared_origin(), {})), "");
  ASSERT_EQ(told(first->pass({.step = 1, .steps = 9})), "");
  auto second = interlock_in(other);
  ASSERT_EQ(told(second->admit(cleared_origin(), {.steps = 1})), "");
  clock_.pass(2);
  EXPECT_EQ(told(first->still()),
            "another process has taken over run " + id(9) + ", and goes on with it");
  EXPECT_EQ(told(second->still()), "");
}

}  // namespace
}  // namespace glass::service
