#include "glass/service/governed_run.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/engine/tensor/numerics.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/runs/run_events.h"
#include "glass/record/evidence/statement.h"
#include "glass/service/facility/draft_act.h"
#include "glass/service/facility/facility.h"
#include "glass/service/facility/journal_entry.h"
#include "glass/service/interlock.h"
#include "glass/service/run_record.h"
#include "glass/service/services.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

using institution::GovernedRun;
using institution::RunState;

constexpr double kFlopsOfATeraflop = 1e12;
constexpr int64_t kNsOfALook = 1'000'000'000;    // between looks for a stop
constexpr int64_t kNsOfAMeter = 30'000'000'000;  // between entries about what was used

std::string hex(const crypto::Digest& digest) {
  return to_hex(digest.bytes);
}

// The id that a text begins.
Result<std::string> whole_id(const institution::State& state, const std::string& text) {
  std::vector<std::string> found;
  for (const auto& [id, run] : state.runs.all()) {
    if (id.starts_with(text)) found.push_back(id);
  }
  if (found.empty() || text.empty())
    return fail(ErrorCode::kNotFound, fmt::format("the facility has no run '{}'", text));
  if (found.size() > 1)
    return invalid_input(
        fmt::format("'{}' begins more than one run: {}", text, fmt::join(found, ", ")));
  return found.front();
}

Status expect_cleared(std::string_view what, const std::string& cleared, const std::string& is) {
  if (cleared == is) return {};
  return refused(fmt::format("the run was registered with {} {}, and this is {}; register it anew",
                             what, cleared, is));
}

// Whether it goes on from the model that it was registered with, or from none. A run of the
// facility stands there by its id, and what it left is among the data.
Status expect_base(const std::string& cleared, const RunOrigin& origin) {
  constexpr size_t kIdDigits = 32;
  const std::string is = origin.start ? hex(*origin.start) : "";
  if (cleared == is || (origin.start && cleared.size() == kIdDigits)) return {};
  const auto said = [](const std::string& base) {
    return base.empty() ? std::string("random weights") : "base " + base;
  };
  return refused(fmt::format(
      "the run was registered to start from {}, and this starts from {}; register it anew",
      said(cleared), said(is)));
}

// Everything that decides the data: the corpus, and what the training starts from.
std::set<std::string> data_of(const RunOrigin& origin) {
  std::set<std::string> data = {hex(origin.corpus)};
  if (origin.start) data.insert(hex(*origin.start));
  return data;
}

// What the journal says of a run that only its own process changes.
struct Figures {
  int64_t minutes = 0, teraflops = 0, steps = 0, clearances = 0;

  friend bool operator==(const Figures&, const Figures&) = default;
};

Figures figures(const GovernedRun& run) {
  return {run.minutes, run.teraflops, run.steps, run.clearances};
}

int64_t teraflops_of(double flops) {
  return static_cast<int64_t>(std::ceil(flops / kFlopsOfATeraflop));
}

class GovernedTraining final : public Interlock {
 public:
  GovernedTraining(Facility facility, system::Path folder, std::string run,
                   const crypto::SecretKey& key, const Services& services)
      : facility_(std::move(facility)),
        folder_(std::move(folder)),
        run_(std::move(run)),
        key_(key),
        services_(services) {}

  [[nodiscard]] GovernedBy governance() const override {
    return {.facility = facility_.state().facility, .run = run_};
  }

  Status admit(const RunOrigin& origin, const TrainingStand& stand) override {
    GLASS_TRY_STATUS(look());
    const GovernedRun& run = governed();
    GLASS_TRY_STATUS(expect_cleared("recipe", run.terms.recipe, hex(origin.recipe)));
    const std::set<std::string> cleared(run.terms.data.begin(), run.terms.data.end());
    GLASS_TRY_STATUS(expect_cleared("data", fmt::format("{}", fmt::join(cleared, ", ")),
                                    fmt::format("{}", fmt::join(data_of(origin), ", "))));
    GLASS_TRY_STATUS(
        expect_cleared("numerics", run.terms.numerics, std::string(engine::name(origin.numerics))));
    GLASS_TRY_STATUS(expect_base(run.terms.base, origin));
    return begin(stand);
  }

  // Before the training is admitted, such as while its plan is tried out, nobody is asked.
  Status still() override {
    const int64_t now_ns = services_.clock.monotonic_ns();
    if (!is_admitted_ || now_ns < next_look_ns_) return {};
    next_look_ns_ = now_ns + kNsOfALook;
    GLASS_TRY_STATUS(look());
    if (governed().state != RunState::kRunning) return refuse_state();
    GLASS_TRY_STATUS(expect_alone());
    if (now_ns < next_meter_ns_) return {};
    GLASS_TRY_STATUS(tell());  // within a step that takes long
    return governed().state == RunState::kRunning ? Status() : refuse_state();
  }

  Status pass(const TrainingMeter& meter) override {
    meter_ = meter;
    GLASS_TRY_STATUS(still());
    const double next_flops = static_cast<double>(before_.teraflops) * kFlopsOfATeraflop +
                              meter.flops + meter.flops_of_next_step;
    const bool fits =
        next_flops <= static_cast<double>(governed().terms.teraflops) * kFlopsOfATeraflop &&
        minutes() < governed().terms.minutes;
    if (fits && services_.clock.monotonic_ns() < next_meter_ns_) return {};
    GLASS_TRY_STATUS(tell());
    if (!fits && governed().state == RunState::kRunning)
      GLASS_TRY_STATUS(act(institution::RunHalted{.run = run_, .cause = "budget"}));
    return governed().state == RunState::kRunning ? Status() : refuse_state();
  }

  Status finished(const RunRecord& record, const TrainingMeter& meter) override {
    GLASS_TRY_STATUS(look());
    const std::string digest = hex(record::payload_digest(record.statement));
    if (governed().record == digest) return {};  // told already
    if (!is_admitted_) GLASS_TRY_STATUS(begin({}));
    if (governed().state != RunState::kRunning) return refuse_state();
    GLASS_TRY_STATUS(expect_alone());
    meter_ = meter;
    GLASS_TRY_STATUS(tell());
    if (governed().state != RunState::kRunning) return refuse_state();
    return act(institution::RunEnded{.run = run_,
                                     .outcome = "finished",
                                     .record = digest,
                                     .model = hex(run_digest(record.subject))});
  }

 private:
  [[nodiscard]] const GovernedRun& governed() const { return *facility_.state().runs.find(run_); }

  // One process of this machine at a time; of others, see expect_alone.
  Status begin(const TrainingStand& stand) {
    const system::Path mine = folder_ / "running" / run_;
    GLASS_TRY_STATUS(services_.files.make_folders(mine));
    GLASS_TRY(lock_, services_.files.lock(mine));
    if (governed().state == RunState::kRunning)
      GLASS_TRY_STATUS(take_over(stand));
    else if (governed().state == RunState::kCleared)
      GLASS_TRY_STATUS(act(institution::RunStarted{.run = run_}));
    if (governed().state != RunState::kRunning) return refuse_state();
    before_ = known_ = figures(governed());
    begun_ns_ = services_.clock.monotonic_ns();
    is_admitted_ = true;
    return {};
  }

  // A process that ran has not told its end: it was killed, or another machine has it.
  Status take_over(const TrainingStand& stand) {
    const GovernedRun& run = governed();
    const int64_t untold = std::max<int64_t>(stand.steps - run.steps, 0) + 1;
    return act(institution::RunMetered{
        .run = run_,
        .minutes = run.minutes + worker_minutes(kNsOfAMeter),
        .teraflops =
            run.teraflops + teraflops_of(static_cast<double>(untold) * stand.flops_of_a_step),
        .steps = std::max(run.steps, stand.steps)});
  }

  // Nobody else tells what this run uses, or has started it again.
  Status expect_alone() const {
    if (figures(governed()) == known_) return {};
    return refused(fmt::format("another process has taken over run {}, and goes on with it", run_));
  }

  // What stands in the journal by now. A journal that cannot be read is missing evidence: nothing
  // goes on.
  Status look() {
    GLASS_TRY_STATUS(facility_.catch_up());
    return facility_.wait(services_.clock.unix_ms()).map([](int64_t) {});
  }

  [[nodiscard]] int64_t worker_minutes(int64_t ns) const {
    const double seconds = static_cast<double>(ns) * 1e-9;
    return static_cast<int64_t>(std::ceil(seconds / 60 * services_.parallel.workers()));
  }

  // By a clock that nobody sets: whatever the process does, it holds the workers.
  [[nodiscard]] int64_t minutes() const {
    return before_.minutes + worker_minutes(services_.clock.monotonic_ns() - begun_ns_);
  }

  Status tell() {
    next_meter_ns_ = services_.clock.monotonic_ns() + kNsOfAMeter;
    GLASS_TRY_STATUS(
        act(institution::RunMetered{.run = run_,
                                    .minutes = minutes(),
                                    .teraflops = before_.teraflops + teraflops_of(meter_.flops),
                                    .steps = std::max(meter_.step, governed().steps)}));
    known_ = figures(governed());
    return {};
  }

  Status act(institution::RunEvent event) {
    const int64_t now_ms = services_.clock.unix_ms();
    GLASS_TRY(const institution::Act drafted,
              draft_act(facility_.state(), key_.public_key(), std::move(event), now_ms));
    record::Statement statement = statement_of(drafted);
    record::sign(statement, key_);
    return facility_.take(statement, now_ms).map([](const TakenAct&) {});
  }

  Status refuse_state() const {
    const GovernedRun& run = governed();
    const std::string cause =
        run.interrupted_by.empty() ? "" : fmt::format(" by {}", run.interrupted_by);
    return refused(
        fmt::format("run {} is {}{}; it goes on when those whom level SL-{} asks have cleared it",
                    run_, institution::to_text(run.state), cause, run.level));
  }

  Facility facility_;
  const system::Path folder_;
  const std::string run_;
  const crypto::SecretKey& key_;
  const Services& services_;
  std::unique_ptr<system::FolderLock> lock_;
  Figures before_, known_;  // when this process began; as it told last
  TrainingMeter meter_;     // as the training told last
  bool is_admitted_ = false;
  int64_t begun_ns_ = 0, next_look_ns_ = 0, next_meter_ns_ = 0;
};

}  // namespace

Result<bool> is_contained(system::Files& files, const GovernedRunChoice& choice) {
  GLASS_TRY(const Facility facility, Facility::open(files, choice.facility));
  GLASS_TRY(const std::string run, whole_id(facility.state(), choice.run));
  const int64_t level = facility.state().runs.find(run)->level;
  if (level <= kSealedLevel) return level == kSealedLevel;
  return refused(fmt::format(
      "run {} is at SL-{}, where nobody holds weights in plain text: that takes trusted "
      "execution, which this program does not have",
      run, level));
}

Result<Governance> govern(const GovernedRunChoice& choice, const crypto::SecretKey& key,
                          const Services& services) {
  GLASS_TRY(Facility facility, Facility::open(services.files, choice.facility));
  GLASS_TRY(std::string run, whole_id(facility.state(), choice.run));
  GLASS_TRY(const bool contained, is_contained(services.files, choice));
  Governance governance;
  if (contained) {
    const GovernedBy by{.facility = facility.state().facility, .run = run};
    GLASS_TRY(governance.sealed, seal_training(facility.state(), by, choice.sealing, key,
                                               {.root = choice.out}, services.files));
  }
  governance.interlock = std::make_unique<GovernedTraining>(std::move(facility), choice.facility,
                                                            std::move(run), key, services);
  return governance;
}

}  // namespace glass::service
