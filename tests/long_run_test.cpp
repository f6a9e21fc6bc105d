// What a training of many steps keeps in memory, and what whoever reads its chain and log does. The
// steps are made up, so that 200,000 of them take seconds; the heap of this program is counted.
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/data/corpus/corpus.h"
#include "glass/engine/train/step_record.h"
#include "glass/record/documents/facts.h"
#include "glass/record/evidence/evidence_tree.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/evidence/step_chain.h"
#include "glass/service/progress.h"
#include "glass/service/recipe/recipe.h"
#include "glass/service/run_chain.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_log.h"
#include "glass/service/run_record.h"
#include "glass/service/run_views.h"
#include "glass/service/services.h"
#include "glass/service/summary.h"
#include "glass/service/training_run.h"
#include "glass/service/use_cases.h"
#include "glass/system/clock.h"
#include "glass/system/files.h"
#include "glass/system/process.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/sanitizers.h"
#include "glass/testkit/test_keys.h"

namespace {

std::atomic<int64_t> heap_bytes, heap_bytes_max, heap_calls;

}  // namespace

// All forms but the over-aligned ones, so that a sanitizer sees no memory pass from its own to
// ours.
void* operator new(size_t size, const std::nothrow_t& /*nothrow*/) noexcept {
  void* const memory = std::malloc(size);
  if (memory == nullptr) return nullptr;
  const auto taken = static_cast<int64_t>(malloc_usable_size(memory));
  const int64_t now = heap_bytes.fetch_add(taken) + taken;
  if (now > heap_bytes_max) heap_bytes_max = now;
  ++heap_calls;
  return memory;
}

void* operator new(size_t size) {
  if (void* const memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}

void* operator new[](size_t size) {
  return operator new(size);
}

void operator delete(void* memory) noexcept {
  heap_bytes -= static_cast<int64_t>(malloc_usable_size(memory));
  std::free(memory);
}

void operator delete(void* memory, size_t /*size*/) noexcept {
  operator delete(memory);
}

void operator delete[](void* memory) noexcept {
  operator delete(memory);
}

void operator delete[](void* memory, size_t /*size*/) noexcept {
  operator delete(memory);
}

namespace glass::service {
namespace {

constexpr int64_t kSteps = testkit::kSanitized ? 60'000 : 200'000;
constexpr int64_t kEvaluationEvery = 20, kRenewalEvery = kSteps / 10;
// Curves, samples, the page, one line of each file, and as much again; the chain has 90 MB, the log
// 36.
constexpr int64_t kHeapBytes = 2 << 20;

// What the heap grew by at its highest, and how often it was asked, while this did something.
struct HeapUse {
  int64_t bytes_max, calls;
};

HeapUse heap_use_of(FunctionRef<void()> action) {
  const int64_t bytes = heap_bytes, calls = heap_calls, bytes_max_before = heap_bytes_max;
  heap_bytes_max = bytes;
  action();
  const HeapUse use{.bytes_max = heap_bytes_max - bytes, .calls = heap_calls - calls};
  heap_bytes_max = std::max<int64_t>(heap_bytes_max, bytes_max_before);  // of a use around this one
  return use;
}

class Silence final : public Progress {
 public:
  void stage(std::string_view, bool) override {}

  void note(std::string_view) override {}

  void part(std::string_view, uint64_t, uint64_t) override {}

  void training(const TrainingStatus&) override {}

  void generated(std::string_view) override {}
};

engine::StepRecord step_number(int64_t number) {
  engine::StepRecord step{.step = number,
                          .loss = 3 + std::sin(static_cast<float>(number)),
                          .gradient_norm = 1.5F,
                          .learning_rate = 1e-3F,
                          .tokens = 512,
                          .batch = crypto::sha256(std::to_string(number))};
  if (number == kSteps) step.parameters = step.optimizer = crypto::sha256("parameters");
  return step;
}

StepMetric metric_of(const engine::StepRecord& step) {
  return {.step = step.step,
          .unix_ms = 1'700'000'000'000 + step.step,
          .seconds = 0.001,
          .tokens = step.tokens,
          .loss = static_cast<double>(step.loss),
          .gradient_norm = static_cast<double>(step.gradient_norm),
          .learning_rate = static_cast<double>(step.learning_rate),
          .mfu = 0.5};
}

// One folder for all tests: it is written once.
class LongRun : public testing::Test {
 protected:
  struct World {
    World() {
      recipe = read_recipe(
                   "name = \"long\"\n[corpus]\nlicences = [\"MIT\"]\n[[corpus.source]]\n"
                   "paths = [\"x\"]\n",
                   "recipe.toml", {})
                   .value();
      subject.origin.recipe = recipe_digest(recipe);
      subject.origin.shards = crypto::sha256("shards");
      written = heap_use_of([&] { ASSERT_NO_FATAL_FAILURE(write()); });
    }

    void write();
    void renew(LiveViews& views, const RunRecord* record);
    RunRecord conclude();

    system::TemporaryFolder temporary;
    system::Files& files = system::posix_files();
    RunPaths paths{.root = temporary.path()};
    Recipe recipe;
    RunSubject subject;
    HeapUse written{};
    std::vector<int64_t> calls_of_renewals;
    Silence silence;
    SerialParallel parallel;
    crypto::SecretKey key = testkit::key_number(1);
    Services services{.files = files,
                      .process = system::posix_process(),
                      .clock = system::posix_clock(),
                      .parallel = parallel,
                      .progress = silence,
                      .key = key,
                      .cache = {},
                      .interrupted = kNever,
                      .program = "glass"};

   private:
    static constexpr auto kNever = [] { return false; };
  };

  static World& world() {
    static World world;
    return world;
  }
};

// As a training writes them.
void LongRun::World::write() {
  ASSERT_TRUE(files.make_folders(paths.training()));
  ASSERT_TRUE(files.write_atomic(paths.recipe(), as_bytes(to_canonical(to_json(recipe)))));
  LiveViews views(recipe, paths, files);
  auto chain = record::StepChainWriter::open(files, paths.chain(), genesis(subject.origin), 0);
  auto log = RunLogWriter::open(files, paths.metrics(), paths.samples(), 0,
                                [&](const LogLine& line) { return views.add(line); });
  ASSERT_TRUE(chain && log);
  for (int64_t number = 1; number <= kSteps; ++number) {
    const engine::StepRecord step = step_number(number);
    ASSERT_TRUE(chain->append(engine::to_json(step)));
    ASSERT_TRUE(log->add(metric_of(step)));
    subject.tokens += step.tokens;
    if (number % kEvaluationEvery == 0) {
      ASSERT_TRUE(log->add(EvaluationMetric{.step = number, .loss = 3, .bits_per_byte = 1}));
      ASSERT_TRUE(log->add(SampleText{.step = number, .prompt = "a", .text = "river"}));
    }
    if (number % kRenewalEvery == 0)
      calls_of_renewals.push_back(heap_use_of([&] { renew(views, nullptr); }).calls);
  }
  ASSERT_TRUE(chain->sync() && log->sync());
  subject.steps = kSteps;
  subject.chain = chain->end().digest;
  subject.parameters = *step_number(kSteps).parameters;
  const RunRecord record = conclude();
  renew(views, &record);
}

void LongRun::World::renew(LiveViews& views, const RunRecord* record) {
  const data::CorpusReport corpus;
  const record::RunFacts facts = views.facts(record);
  EXPECT_TRUE(views.renew(facts, record != nullptr));
  EXPECT_TRUE(write_report(
      facts, {.corpus = corpus, .start = {}, .parameters = 1, .evidence = {}, .next_commands = {}},
      paths, services));
}

RunRecord LongRun::World::conclude() {
  Json::Object digests;
  for (const system::Path& file : {paths.metrics(), paths.samples()})
    digests.emplace(file.filename().string(),
                    crypto::to_text(crypto::sha256(files.map(file).value()->bytes())));
  RunRecord record{.statement = run_statement(subject, Json::Object{{"log", std::move(digests)}}),
                   .subject = subject};
  record::sign(record.statement, key);
  EXPECT_TRUE(files.write_atomic(paths.record(), as_bytes(record::to_text(record.statement))));
  return record;
}

TEST_F(LongRun, IsWrittenInMemoryThatDoesNotGrow) {
  EXPECT_LT(world().written.bytes_max, kHeapBytes);
}

TEST_F(LongRun, HasViewsThatTakeAsLongInTheEndAsInTheBeginning) {
  const std::vector<int64_t>& calls = world().calls_of_renewals;
  ASSERT_EQ(std::ssize(calls), kSteps / kRenewalEvery);
  EXPECT_GT(calls.front(), 0);
  EXPECT_LT(*std::ranges::max_element(calls), 2 * calls.front());
}

TEST_F(LongRun, IsTakenUpAgainInMemoryThatDoesNotGrow) {
  World& run = world();
  // Of a copy, for what lies behind is cut off.
  const RunPaths paths{.root = run.temporary.path() / "copy"};
  ASSERT_TRUE(run.files.make_folders(paths.training()));
  for (const auto& [from, to] : {std::pair{run.paths.metrics(), paths.metrics()},
                                 std::pair{run.paths.samples(), paths.samples()},
                                 std::pair{run.paths.chain(), paths.chain()}})
    std::filesystem::copy_file(from, to);
  const HeapUse use = heap_use_of([&] {
    ASSERT_TRUE(record::StepChainWriter::open(run.files, paths.chain(), genesis(run.subject.origin),
                                              kSteps - 7));
    LiveViews views(run.recipe, paths, run.files);
    ASSERT_TRUE(RunLogWriter::open(run.files, paths.metrics(), paths.samples(), kSteps - 7,
                                   [&](const LogLine& line) { return views.add(line); }));
    EXPECT_EQ(views.facts(nullptr).steps, kSteps - 7);
  });
  EXPECT_LT(use.bytes_max, kHeapBytes);
  ASSERT_TRUE(run.files.remove_all(paths.root));
}

const record::EvidenceNode* node_of(const record::EvidenceNode& root, std::string_view what) {
  if (root.what == what) return &root;
  for (const record::EvidenceNode& part : root.parts) {
    if (const auto* found = node_of(part, what)) return found;
  }
  return nullptr;
}

TEST_F(LongRun, IsVerifiedInMemoryThatDoesNotGrow) {
  World& run = world();
  Result<Summary> summary = fail(ErrorCode::kNotFound, "not verified yet");
  const HeapUse use = heap_use_of([&] { summary = verify_run(run.paths.root, run.services); });
  ASSERT_TRUE(summary && summary->evidence);
  for (const char* what : {"chain", "log", "views"}) {
    const record::EvidenceNode* node = node_of(*summary->evidence, what);
    ASSERT_NE(node, nullptr) << what;
    EXPECT_EQ(node->state, record::EvidenceState::kVerified) << what << ": " << node->detail;
  }
  EXPECT_LT(use.bytes_max, kHeapBytes);
}

TEST_F(LongRun, HasStepsThatAreReadFromTheMiddle) {
  World& run = world();
  std::optional<engine::StepRecord> middle;
  const HeapUse use = heap_use_of([&] {
    const auto chain =
        RunChain::read(run.files, run.paths.chain(), run.subject.origin, record::TornLine::kRefuse,
                       [](const engine::StepRecord&, const crypto::Digest&) { return Status(); });
    ASSERT_TRUE(chain);
    StepReader steps = chain->steps();
    steps.skip(kSteps / 2);
    middle = steps.next().value();
    steps.skip(kSteps);
    EXPECT_TRUE(steps.at_end());
    EXPECT_FALSE(steps.next());
  });
  EXPECT_TRUE(engine::expect_equal(step_number(kSteps / 2 + 1), middle.value()));
  EXPECT_LT(use.bytes_max, kHeapBytes);
}

}  // namespace
}  // namespace glass::service
