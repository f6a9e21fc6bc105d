#include "glass/institution/acts/run_facts.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/days.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/objections/objection_book.h"
#include "glass/institution/proposals/proposal_book.h"
#include "glass/institution/runs/border_book.h"
#include "glass/institution/runs/run_book.h"
#include "glass/institution/runs/run_events.h"
#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/assessment.h"
#include "glass/institution/safety/compute.h"
#include "glass/institution/safety/incident_book.h"
#include "glass/institution/safety/level.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/level_facts.h"
#include "glass/institution/safety/lowering.h"
#include "glass/institution/safety/release_gate.h"
#include "glass/institution/safety/release_path.h"
#include "glass/institution/safety/stops.h"
#include "glass/institution/safety/trigger.h"
#include "glass/institution/safety/words.h"
#include "glass/institution/seats/seat_book.h"
#include "glass/institution/votes/ballot_box.h"

namespace glass::institution {
namespace {

std::optional<BaseModel> base_of(const State& state, const RunRegistered& terms) {
  if (terms.base.empty()) return std::nullopt;
  BaseModel base;
  if (const GovernedRun* run = state.runs.find(terms.base)) {
    base.compute =
        compute_of(std::max(run->terms.teraflops, run->teraflops), other_compute(state, *run));
    base.is_released = run->state == RunState::kPublished;
    base.level = level_of_number(std::max<int64_t>(run->level, 1));
    return base;
  }
  if (terms.base_teraflops >= 0) base.compute = compute_of(terms.base_teraflops, 0);
  base.is_released = terms.base_is_released;
  return base;
}

LevelFacts level_facts(const State& state, const GovernedRun& run) {
  const RunRegistered& terms = run.terms;
  LevelFacts facts{.own_planned = compute_of(terms.teraflops, 0),
                   .own_spent = compute_of(run.teraflops, 0),
                   .base = base_of(state, terms),
                   .synthetic = compute_of(terms.synthetic_teraflops, 0),
                   .data_class = value_of<DataClass>(kDataClassWords, terms.data_class)};
  for (const std::string& method : terms.methods) {
    if (const auto known = value_of<Method>(kMethodWords, method)) facts.methods.insert(*known);
  }
  if (run.evaluated) facts.evaluations = evaluations(state.borders, run.evaluated->scores);
  const Proposal* proposal = state.proposals.find(terms.proposal);
  const int64_t raised_to = std::max(run.raised_to, proposal == nullptr ? 0 : proposal->level);
  if (raised_to > 1) facts.raised_to = level_of_number(raised_to);
  return facts;
}

// Objections against data of the run that nobody has decided, or that are under appeal.
int64_t open_objections(const State& state, const GovernedRun& run) {
  return std::ranges::count_if(state.objections.all(), [&](const auto& entry) {
    const Objection& one = entry.second;
    if (one.state != ObjectionState::kFiled && one.state != ObjectionState::kAppealed) return false;
    return std::ranges::any_of(one.claim.data, [&](const std::string& manifest) {
      return std::ranges::find(run.terms.data, manifest) != run.terms.data.end();
    });
  });
}

std::string institution_of(const State& state, std::string_view seat_name) {
  const Seat* seat = state.seats->find(seat_name);
  return seat == nullptr ? "" : seat->institution;
}

const std::string& applicant_of(const State& state, const GovernedRun& run) {
  return state.proposals.find(run.terms.proposal)->applicant;
}

// Whether those who evaluated work neither where the applicant does, nor where the run ran.
bool is_evaluated_from_outside(const State& state, const GovernedRun& run) {
  const std::string by = institution_of(state, run.evaluated_by);
  return !by.empty() && by != institution_of(state, applicant_of(state, run)) &&
         by != institution_of(state, run.operated_by);
}

LoweringFacts lowering_facts(const State& state, const GovernedRun& run,
                             const LevelControls& controls) {
  LoweringFacts facts{.from = level_of_number(run.level),
                      .to = level_of_number(run.level - 1),
                      .last_trigger_at_ms = run.levelled_at_ms,
                      .has_external_report = !run.report.empty(),
                      .open_incidents = state.incidents.open_of(run.terms.run),
                      .is_emergency = state.incidents.open_of("") > 0,
                      .objections_from_ms = run.told_until_ms - controls.objection_days * kDayMs,
                      .open_objections = open_objections(state, run)};
  if (!run.evaluated) return facts;
  facts.evaluations = evaluations(state.borders, run.evaluated->scores);
  facts.are_on_final_weights = run.evaluated->is_final;
  facts.are_with_elicitation = run.evaluated->is_elicited;
  return facts;
}

void add_checks(ReleaseFacts& facts, const GovernedRun& run) {
  if (const auto& chain = run.checks.chain) {
    facts.is_verified = {chain->proposal, chain->vote,        chain->data_seals, chain->code,
                         chain->run_log,  chain->checkpoints, chain->evaluations};
    facts.segments = chain->segments;
    facts.replayed_segments = chain->replayed;
    facts.differing_segments = chain->differing;
    facts.by_second_operator = run.checks.chain_checked_by != run.operated_by;
  }
  if (const auto& data = run.checks.data) {
    facts.rows_without_licence = data->rows_without_licence;
    facts.opt_outs_at_ms = data->opt_outs_at_ms;
    facts.sealed_at_ms = data->sealed_at_ms;
    facts.hash_scan_is_clean = data->hash_scan_is_clean;
    facts.classifier_scan_is_clean = data->classifier_scan_is_clean;
    facts.has_personal_data_report = data->has_personal_data_report;
  }
  if (const auto& documents = run.checks.documents) facts.empty_fields = documents->empty_fields;
}

// Where nothing was asked for yet there is no decision, and no time for objections.
ReleaseFacts release_facts(const State& state, const GovernedRun& run, int64_t at_ms) {
  ReleaseFacts facts{.level = level_of_number(std::max<int64_t>(run.level, 1)),
                     .open_incidents = state.incidents.open_of(run.terms.run)};
  add_checks(facts, run);
  if (run.evaluated) {
    facts.evaluations = evaluations(state.borders, run.evaluated->scores);
    facts.are_on_final_weights = run.evaluated->is_final;
    facts.are_with_elicitation = run.evaluated->is_elicited;
  }
  if (run.state != RunState::kAsked) return facts;
  facts.decided_for = facts.level;  // a level that rises takes all approvals away
  facts.has_quorum = is_agreed(state, run);
  facts.recused_votes = 0;  // a ballot box takes none
  facts.objections_until_ms = run.told_until_ms;
  facts.open_objections = open_objections(state, run);
  facts.signatures = std::ssize(run.approved_by);
  facts.needed_signatures = state.charter->release_path(run.level).signatures;
  facts.logged_at_ms = at_ms;
  return facts;
}

}  // namespace

Flops other_compute(const State& state, const GovernedRun& run) {
  const auto base = base_of(state, run.terms);
  return compute_of(run.terms.synthetic_teraflops, base ? base->compute.value_or(0) : 0);
}

Assessment assessment_of(const State& state, const GovernedRun& run) {
  // Unlawful data has no word in a run, and the amounts of events are too small to overflow.
  return assess(level_facts(state, run), state.charter->thresholds(), run.set_aside).value();
}

Approver approver(const State& state, const GovernedRun& run, std::string_view seat_name) {
  const Seat& seat = *state.seats->find(seat_name);
  Approver one{.id = std::string(seat_name),
               .roles = seat.roles,
               .institution = seat.institution,
               .nationality = seat.member,
               .is_in_team = applicant_of(state, run) == seat_name,
               .approved_start = run.started_by.contains(seat_name)};
  if (!seat.body.empty()) one.roles.push_back(seat.body);
  if (one.is_in_team) one.roles.emplace_back(kApplicant);
  return one;
}

std::vector<std::string> lacking_persons(const State& state, const GovernedRun& run) {
  std::vector<Approver> approvers;
  for (const std::string& name : run.approved_by) {
    const Seat* seat = state.seats->find(name);
    if (seat != nullptr && seat->is_held()) approvers.push_back(approver(state, run, name));
  }
  std::vector<std::string> lacking;
  for (const ApprovalRule& rule : state.charter->approvals(matter_waited_for(run), run.level)) {
    if (!is_vote(rule))
      std::ranges::move(lacking_approvals(rule, approvers), std::back_inserter(lacking));
  }
  return lacking;
}

bool is_adopted_by_all(const State& state, std::string_view matter, std::string_view content,
                       int64_t level, int64_t minutes) {
  return std::ranges::all_of(state.charter->decisions(matter, level, minutes),
                             [&](const DecisionSettings& one) {
                               return state.votes.is_adopted(matter, content, one.body, one.rule);
                             });
}

bool is_agreed(const State& state, const GovernedRun& run) {
  return lacking_persons(state, run).empty() &&
         is_adopted_by_all(state, matter_waited_for(run), run.content, run.level,
                           run.terms.minutes);
}

bool is_stop_due(const State& state, const GovernedRun& run) {
  if (run.stop_asked_by.empty()) return false;
  std::vector<StopRequest> requests;
  for (const std::string& name : run.stop_asked_by) {
    for (std::string& role : approver(state, run, name).roles)
      requests.push_back({.person = name, .role = std::move(role)});
  }
  return expect_may_stop(state.charter->level(run.level).stop, requests).has_value();
}

Status expect_may_lower(const State& state, const GovernedRun& run, bool is_asking, int64_t at_ms) {
  const LevelControls& controls = state.charter->level(run.level);
  const LoweringFacts facts = lowering_facts(state, run, controls);
  std::string text;
  for (const LoweringLack& one : lacking_for_lowering(facts, controls, at_ms)) {
    if (!is_asking || one.need != LoweringNeed::kObjections)
      text += fmt::format("{}{}", text.empty() ? "" : "; ", one.sentence);
  }
  if (!text.empty())
    return refused(fmt::format("the level of run {} cannot be lowered: {}", run.terms.run, text));
  return set_aside_by_lowering(state, run).map([](const auto&) {});
}

Result<std::vector<SetAside>> set_aside_by_lowering(const State& state, const GovernedRun& run) {
  const Assessment now = assessment_of(state, run);
  const Level to = level_of_number(run.level - 1);
  if (now.level <= to) return std::vector<SetAside>{};
  return set_aside_for(now, to);
}

std::array<GatePoint, kGatePoints> gate_of(const State& state, const GovernedRun& run,
                                           int64_t at_ms) {
  return release_gate(release_facts(state, run, at_ms), at_ms);
}

Status expect_may_publish(const State& state, const GovernedRun& run, int64_t at_ms) {
  GLASS_TRY_STATUS(expect_open(gate_of(state, run, at_ms)));
  const ReleasePath& path = state.charter->release_path(run.level);
  if (path.external_evaluators && !is_evaluated_from_outside(state, run))
    return refused(
        "evaluators of another institution than the applicant's and the operator's come first");
  if (path.model_report && !run.checks.documents->has_model_report)
    return refused("a Model Report belongs to the documents");
  return {};
}

std::vector<std::string> awaited(const State& state, const GovernedRun& run, int64_t at_ms) {
  const std::string_view matter = matter_waited_for(run);
  if (matter.empty()) return {};
  std::vector<std::string> sentences = lacking_persons(state, run);
  for (const DecisionSettings& one :
       state.charter->decisions(matter, run.level, run.terms.minutes)) {
    if (!state.votes.is_adopted(matter, run.content, one.body, one.rule))
      sentences.push_back(fmt::format("a vote on the matter '{}' in body '{}' by rule '{}' on {}",
                                      matter, one.body, one.rule, run.content));
  }
  if (run.notice_until_ms != 0)
    sentences.push_back(fmt::format("the notice before the {} is over at {}", run.notice,
                                    time_text(run.notice_until_ms)));
  if (matter == "release") {
    for (const GatePoint& point : gate_of(state, run, at_ms)) {
      if (point.state != GateState::kHolds)
        sentences.push_back(
            fmt::format("release gate, {} {}: {}", point.number, point.name, point.sentence));
    }
  }
  if (matter == "lowering") {
    if (const Status may = expect_may_lower(state, run, false, at_ms); !may)
      sentences.push_back(may.error().message);
  }
  return sentences;
}

}  // namespace glass::institution
