#include "glass/institution/acts/internal/petition_acts.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <fmt/core.h>

#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_book.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/seats/seat_book.h"
#include "glass/institution/votes/ballot_box.h"
#include "glass/institution/votes/vote_events.h"

namespace glass::institution {
namespace {

// The seat that an event names as the one that does it; empty if it names none.
std::string_view doer_of(const PetitionEvent& event) {
  return std::visit(
      [](const auto& one) -> std::string_view {
        if constexpr (requires { one.by; })
          return one.by;
        else
          return {};
      },
      event);
}

// Whoever answers sits in the body, and says what the body has decided.
Status expect_answer(const State& state, const PetitionAnswered& answer, std::string_view seat) {
  const Seat* held = state.seats->find(seat);
  if (held == nullptr || held->body != answer.body)
    return refused(
        fmt::format("seat {} does not sit in body {}; one of its seats has to sign the answer",
                    seat, answer.body));
  const auto decisions = state.charter->decisions("petition", 1, 0);
  const bool votes = std::ranges::any_of(
      decisions, [&](const DecisionSettings& one) { return one.body == answer.body; });
  if (!votes ||
      state.votes.is_adopted_about("petition", answer.petition, answer.answer, answer.body))
    return {};
  return refused(
      fmt::format("body {} has not adopted the answer {} to petition {}; open a vote on the matter "
                  "'petition' with it as its content",
                  answer.body, answer.answer, answer.petition));
}

}  // namespace

Result<std::string> terms_of_petition(const State& state, const PetitionEvent& event) {
  if (std::holds_alternative<PetitionDrafted>(event)) return state.charter_act;
  const Petition* petition = state.petitions.find(petition_of(event));
  if (petition == nullptr)
    return refused(fmt::format("there is no petition {}", petition_of(event)));
  return petition->text;
}

Status expect_on_agenda(const State& state, const VoteOpened& vote) {
  const Petition* petition = state.petitions.find(vote.about);
  if (petition == nullptr) return refused(fmt::format("there is no petition {}", vote.about));
  const bool waits = std::ranges::any_of(petition->clocks, [&](const PetitionClock& clock) {
    return clock.body == vote.body && !clock.is_answered();
  });
  if (waits) return {};
  return refused(
      fmt::format("petition {} does not wait for an answer of body {}; it does once its signatures "
                  "reach a threshold of [petitions]",
                  vote.about, vote.body));
}

Status expect_petition(const State& state, const PetitionEvent& event, std::string_view seat,
                       int64_t at_ms) {
  if (const std::string_view doer = doer_of(event); !doer.empty() && doer != seat)
    return refused(
        fmt::format("the act is done for seat {} and says that seat {} does it", seat, doer));
  GLASS_TRY_STATUS(expect_possible(state.petitions, state.charter->petitions(), event, at_ms));
  const auto* answered = std::get_if<PetitionAnswered>(&event);
  return answered == nullptr ? Status() : expect_answer(state, *answered, seat);
}

}  // namespace glass::institution
