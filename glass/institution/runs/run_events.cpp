#include "glass/institution/runs/run_events.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 2> kNumerics = {"portable-1", "portable-1-bf16"};
constexpr std::array<std::string_view, 4> kCauses = {"budget", "level", "evaluation-overdue",
                                                     "evidence-missing"};
constexpr std::array<std::string_view, 5> kDataClasses = {"unknown", "D0", "D1", "D2", "D3"};
constexpr std::array<std::string_view, 3> kNotices = {"start", "release", "lowering"};
constexpr std::array<std::string_view, 3> kEnds = {"finished", "failed", "given-up"};
constexpr settings::IntRange kAmount{.min = 0, .max = int64_t{1} << 50};
constexpr settings::IntRange kLevelNumbers{.min = 1, .max = 4};

}  // namespace

void describe(settings::FieldVisitor& fields, RunRegistered& event) {
  fields.text("run", event.run, "a new random id");
  fields.text("proposal", event.proposal, "the active project whose award it uses");
  fields.text("recipe", event.recipe, "digest of recipe.json");
  fields.texts("data", event.data, "digests of the manifests of its data");
  fields.choice("numerics", event.numerics, kNumerics, "its numerics class");
  fields.integer("minutes", event.minutes, kAmount, "that it may use, of the charter's unit");
  fields.integer("teraflops", event.teraflops, kAmount,
                 "compute that it may use, in 10^12 operations");
  fields.integer("steps", event.steps, kAmount, "that it is planned to do");
  fields.choice("data_class", event.data_class, kDataClasses,
                "D0 public or licensed, D1 with incidental personal data, D2 of special "
                "categories, D3 of dual use; unknown counts as D3");
  fields.texts("methods", event.methods,
               "text, code, embedding, classifier, photoreal, voice-cloning, rl-with-tools, "
               "biology-or-chemistry, agents, research-loop, self-modification");
  fields.text("base", event.base,
              "what it goes on from: the id of a run here, or the digest of another model");
  fields.integer("base_teraflops", event.base_teraflops, {.min = -1, .max = kAmount.max},
                 "that another model took, its own bases included; -1 if not known");
  fields.boolean("base_is_released", event.base_is_released,
                 "whether anybody can have that model's weights");
  fields.integer("synthetic_teraflops", event.synthetic_teraflops, kAmount,
                 "that the generation of synthetic data took");
}

void describe(settings::FieldVisitor& fields, RunRaised& event) {
  fields.text("run", event.run, "which");
  fields.integer("level", event.level, {.min = 2, .max = 4}, "its least safety level from now on");
  fields.text("reasons", event.reasons, "commitment to the reasons");
}

void describe(settings::FieldVisitor& fields, RunLevelled& event) {
  fields.text("run", event.run, "which");
  fields.integer("level", event.level, kLevelNumbers, "its safety level from now on");
}

void describe(settings::FieldVisitor& fields, RunNoticeEnded& event) {
  fields.text("run", event.run, "which");
  fields.choice("notice", event.notice, kNotices, "before what");
}

void describe(settings::FieldVisitor& fields, RunApproved& event) {
  fields.text("run", event.run, "which");
}

void describe(settings::FieldVisitor& fields, RunCleared& event) {
  fields.text("run", event.run, "which");
  fields.integer("level", event.level, kLevelNumbers, "at which level");
  fields.integer("clearance", event.clearance, {.min = 1}, "the first, or after how many stops");
}

void describe(settings::FieldVisitor& fields, RunStarted& event) {
  fields.text("run", event.run, "which");
}

void describe(settings::FieldVisitor& fields, RunMetered& event) {
  fields.text("run", event.run, "which");
  fields.integer("minutes", event.minutes, kAmount, "used so far, all parts of the run together");
  fields.integer("teraflops", event.teraflops, kAmount, "computed so far");
  fields.integer("steps", event.steps, kAmount, "done so far");
}

void describe(settings::FieldVisitor& fields, RunStopAsked& event) {
  fields.text("run", event.run, "which");
  fields.text("reasons", event.reasons, "commitment to the reasons");
}

void describe(settings::FieldVisitor& fields, RunStopped& event) {
  fields.text("run", event.run, "which");
}

void describe(settings::FieldVisitor& fields, RunHalted& event) {
  fields.text("run", event.run, "which");
  fields.choice("cause", event.cause, kCauses, "why");
}

void describe(settings::FieldVisitor& fields, RunEnded& event) {
  fields.text("run", event.run, "which");
  fields.choice("outcome", event.outcome, kEnds, "how it ended");
  fields.text("record", event.record, "digest of the run record, where it finished");
  fields.text("model", event.model, "digest of the model's manifest, where it finished");
}

}  // namespace glass::institution
