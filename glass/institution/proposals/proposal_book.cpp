#include "glass/institution/proposals/proposal_book.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/check.h"
#include "glass/base/days.h"
#include "glass/base/overloaded.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/proposals/proposal_events.h"
#include "glass/institution/proposals/step.h"

namespace glass::institution {
namespace {

constexpr std::array<std::string_view, 6> kStateWords = {"submitted", "active",  "closed",
                                                         "rejected",  "expired", "withdrawn"};

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// The step that holds a proposal up, for messages and for expiry: the first that may be done now.
std::optional<Step> first_next(const Proposal& proposal) {
  for (size_t i = 0; i < kSteps.size(); ++i) {
    if (proposal.is_next(static_cast<Step>(i))) return static_cast<Step>(i);
  }
  return std::nullopt;
}

// How long the steps that come after `done` may take.
int64_t days_after(const ProposalSettings& settings, Step done) {
  switch (done) {
    case Step::kAdministrativeCheck:
    case Step::kTechnicalCheck:
    case Step::kDataRightsCheck:
    case Step::kSafetyCheck: return settings.review_days + settings.rebuttal_days;
    case Step::kExpertReview:
    case Step::kPanelReview: return settings.decision_days;
    case Step::kAllocation: return 366;  // the vote has its own time, which the charter sets
    case Step::kVote: return settings.answer_days;
    case Step::kAwardResponse: return 0;
  }
  return 0;
}

Status expect_complete(const ProposalTerms& terms, const Call& call) {
  if (terms.title.empty() || terms.summary.empty())
    return refused("a proposal needs a title and a summary in plain words");
  if (terms.recipe.empty()) return refused("a proposal names its recipe by digest");
  if (terms.data.empty()) return refused("a proposal names its data by digest");
  if (terms.members.empty()) return refused("a proposal says which members it comes from");
  if (terms.minutes <= 0 || terms.minutes > call.most_minutes)
    return refused(fmt::format("a proposal of this call asks for 1 to {} minutes, not {}",
                               call.most_minutes, terms.minutes));
  return {};
}

Result<const Proposal*> submitted(const ProposalBook& book, std::string_view id) {
  const Proposal* proposal = book.find(id);
  if (proposal == nullptr) return refused(fmt::format("there is no proposal {}", id));
  if (proposal->state != ProposalState::kSubmitted)
    return refused(fmt::format("proposal {} is {}; nothing is decided on it any more", id,
                               to_text(proposal->state)));
  return proposal;
}

Status expect_next(const ProposalBook& book, std::string_view id, Step step,
                   std::string_view outcome) {
  GLASS_TRY(const Proposal* proposal, submitted(book, id));
  if (proposal->is_done(step))
    return refused(fmt::format("the {} of proposal {} is done: {}", to_text(step), id,
                               proposal->step(step).outcome));
  for (const Step before : waits_for(step)) {
    if (!proposal->is_done(before))
      return refused(fmt::format("the {} of proposal {} waits for its {}", to_text(step), id,
                                 to_text(before)));
  }
  if (!contains(good_outcomes(step), outcome) && !contains(bad_outcomes(step), outcome))
    return refused(fmt::format(
        "a {} ends with {}{}{}, not with '{}'", to_text(step), fmt::join(good_outcomes(step), ", "),
        bad_outcomes(step).empty() ? "" : ", ", fmt::join(bad_outcomes(step), ", "), outcome));
  return {};
}

Status expect_checked(const ProposalBook& book, const ProposalChecked& one) {
  const Step step = step_of(one.step);
  GLASS_TRY_STATUS(expect_next(book, one.proposal, step, one.outcome));
  if (one.reasons.empty()) return refused("a decision needs reasons; give them with --reasons");
  if ((one.outcome == "levelled") != (one.level != 0))
    return refused("a safety check sets a level, 1 to 4, and nothing else does");
  const bool allocates = step == Step::kAllocation && one.outcome == "approved";
  if (allocates != (one.minutes != 0))
    return refused("an approved allocation says how many minutes, and nothing else does");
  const int64_t asked = book.find(one.proposal)->terms.minutes;
  if (one.minutes > asked)
    return refused(fmt::format("proposal {} asks for {} minutes; {} are more", one.proposal, asked,
                               one.minutes));
  return {};
}

Status expect_submittable(const ProposalBook& book, const ProposalSubmitted& one, int64_t at_ms) {
  if (book.find(one.proposal) != nullptr)
    return refused(fmt::format("there is a proposal {} already; draw another id", one.proposal));
  const Call* call = book.call(one.call);
  if (call == nullptr) return refused(fmt::format("there is no call {}", one.call));
  if (at_ms < call->opens_ms || at_ms >= call->closes_ms)
    return refused(fmt::format("call {} takes proposals from {} until {}", one.call,
                               time_text(call->opens_ms), time_text(call->closes_ms)));
  return expect_complete(one.terms, *call);
}

Status expect_amendable(const ProposalBook& book, const ProposalAmended& one) {
  GLASS_TRY(const Proposal* proposal, submitted(book, one.proposal));
  if (proposal->is_next(Step::kExpertReview) || proposal->is_done(Step::kExpertReview))
    return refused(
        fmt::format("proposal {} is under review; its terms no longer change", one.proposal));
  return expect_complete(one.terms, *book.call(proposal->call));
}

}  // namespace

std::string_view to_text(ProposalState state) {
  return kStateWords[static_cast<size_t>(state)];
}

bool Proposal::is_next(Step which) const {
  return !is_done(which) &&
         std::ranges::all_of(waits_for(which), [&](Step before) { return is_done(before); });
}

const Proposal* ProposalBook::find(std::string_view proposal) const {
  const auto found = proposals_.find(proposal);
  return found == proposals_.end() ? nullptr : &found->second;
}

const Call* ProposalBook::call(std::string_view call) const {
  const auto found = calls_.find(call);
  return found == calls_.end() ? nullptr : &found->second;
}

std::optional<int64_t> ProposalBook::next_due_ms() const {
  if (dues_.empty()) return std::nullopt;
  return dues_.begin()->first;
}

ProposalBook::Entry& ProposalBook::at(std::string_view proposal) {
  const auto found = proposals_.find(proposal);
  GLASS_CHECK(found != proposals_.end());
  return *found;
}

// Its place among what is due moves, rather than being made anew.
void ProposalBook::set_due(Entry& entry, int64_t due_ms) {
  auto& [id, proposal] = entry;
  const auto before = dues_.find(DueOrder::Due(proposal.due_ms, id));
  proposal.due_ms = due_ms;
  if (before == dues_.end()) {
    if (due_ms != 0) dues_.emplace(due_ms, id);
    return;
  }
  auto place = dues_.extract(before);
  place.value().first = due_ms;
  if (due_ms != 0) dues_.insert(std::move(place));
}

void ProposalBook::end(Entry& entry, ProposalState state) {
  set_due(entry, 0);
  entry.second.state = state;
}

void ProposalBook::do_step(const Charter& charter, Entry& entry, Step step,
                           std::string_view outcome, int64_t at_ms) {
  Proposal& proposal = entry.second;
  proposal.steps[static_cast<size_t>(step)] = {std::string(outcome), at_ms};
  if (!contains(good_outcomes(step), outcome)) {
    proposal.ended_at = step;
    return end(entry, outcome == "expired" ? ProposalState::kExpired : ProposalState::kRejected);
  }
  if (step == Step::kAwardResponse) return end(entry, ProposalState::kActive);
  const bool checks_remain =
      !proposal.is_done(Step::kExpertReview) && !proposal.is_next(Step::kExpertReview);
  if (!checks_remain)
    set_due(entry, at_ms + days_after(charter.settings().proposals, step) * kDayMs);
}

Status expect_possible(const ProposalBook& book, const ProposalEvent& event, int64_t at_ms) {
  return std::visit(
      Overloaded{[&](const CallOpened& one) -> Status {
                   if (book.call(one.call) != nullptr)
                     return refused(
                         fmt::format("there is a call {} already; draw another id", one.call));
                   if (one.opens_ms >= one.closes_ms || one.closes_ms <= at_ms)
                     return refused("a call opens before it closes, and closes in the future");
                   if (one.most_minutes == 0)
                     return refused("a call says how many minutes one may ask for");
                   return {};
                 },
                 [&](const ProposalSubmitted& one) { return expect_submittable(book, one, at_ms); },
                 [&](const ProposalAmended& one) { return expect_amendable(book, one); },
                 [&](const ProposalWithdrawn& one) -> Status {
                   GLASS_TRY_STATUS(submitted(book, one.proposal));
                   return {};
                 },
                 [&](const ProposalChecked& one) { return expect_checked(book, one); },
                 [&](const ProposalMoved& one) {
                   return expect_next(book, one.proposal, step_of(one.step), one.outcome);
                 },
                 [&](const ProposalAnswered& one) {
                   return expect_next(book, one.proposal, Step::kAwardResponse, one.answer);
                 },
                 [&](const ProposalClosed& one) -> Status {
                   const Proposal* proposal = book.find(one.proposal);
                   if (proposal == nullptr || proposal->state != ProposalState::kActive)
                     return refused(fmt::format("there is no active project {}", one.proposal));
                   if (one.report.empty())
                     return refused("a project is closed with its final report");
                   return {};
                 }},
      event);
}

void evolve(ProposalBook& book, const Charter& charter, const ProposalEvent& event,
            const ActContext& context) {
  const ProposalSettings& settings = charter.settings().proposals;
  const int64_t at_ms = context.at_ms;
  std::visit(
      Overloaded{
          [&](const CallOpened& one) {
            book.calls_.emplace(one.call, Call{one.opens_ms, one.closes_ms, one.most_minutes});
          },
          [&](const ProposalSubmitted& one) {
            auto& entry = *book.proposals_.try_emplace(one.proposal).first;
            Proposal& proposal = entry.second;
            proposal.call = one.call;
            proposal.applicant = context.seat;
            proposal.terms = one.terms;
            proposal.content = context.digest;
            book.set_due(entry, at_ms + settings.check_days * kDayMs);
          },
          [&](const ProposalAmended& one) {
            auto& entry = book.at(one.proposal);
            Proposal& proposal = entry.second;
            proposal.terms = one.terms;
            proposal.content = context.digest;
            proposal.steps = {};
            proposal.level = 0;
            book.set_due(entry, at_ms + settings.check_days * kDayMs);
          },
          [&](const ProposalWithdrawn& one) {
            book.end(book.at(one.proposal), ProposalState::kWithdrawn);
          },
          [&](const ProposalChecked& one) {
            auto& entry = book.at(one.proposal);
            Proposal& proposal = entry.second;
            if (one.level != 0) proposal.level = one.level;
            if (one.minutes != 0) {
              proposal.minutes = one.minutes;
              proposal.allocation = context.digest;
            }
            book.do_step(charter, entry, step_of(one.step), one.outcome, at_ms);
          },
          [&](const ProposalMoved& one) {
            book.do_step(charter, book.at(one.proposal), step_of(one.step), one.outcome, at_ms);
          },
          [&](const ProposalAnswered& one) {
            book.do_step(charter, book.at(one.proposal), Step::kAwardResponse, one.answer, at_ms);
          },
          [&](const ProposalClosed& one) {
            book.end(book.at(one.proposal), ProposalState::kClosed);
          }},
      event);
}

std::vector<ProposalMoved> due(const ProposalBook& book, int64_t at_ms) {
  std::vector<ProposalMoved> events;
  for (const auto& [due_ms, id] : book.dues_) {
    if (due_ms > at_ms) break;
    const auto step = first_next(*book.find(id));
    GLASS_CHECK(step.has_value());
    events.push_back({.proposal = id, .step = std::string(to_text(*step)), .outcome = "expired"});
  }
  return events;
}

}  // namespace glass::institution
