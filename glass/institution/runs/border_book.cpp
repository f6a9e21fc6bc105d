#include "glass/institution/runs/border_book.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/overloaded.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/institution/runs/evaluation_events.h"
#include "glass/institution/safety/evaluation.h"
#include "glass/institution/safety/words.h"

namespace glass::institution {
namespace {

std::optional<int64_t> known(int64_t number) {
  if (number < 0) return std::nullopt;
  return number;
}

// REQUIRES: it is one of the words.
EvalDomain domain_of(std::string_view word) {
  return value_of<EvalDomain>(kEvalDomainWords, word).value();
}

// Without a score.
Evaluation evaluation(const DomainBorders& borders) {
  Evaluation one{.domain = domain_of(borders.domain),
                 .alert = borders.alert,
                 .critical = borders.critical,
                 .safe_reference = known(borders.safe_reference)};
  if (borders.reference >= 0)
    one.reference =
        ReferenceScore{.score = borders.reference, .standard_error = borders.standard_error};
  return one;
}

}  // namespace

Status expect_possible(const BorderBook&, const BordersProposed& event) {
  std::vector<Evaluation> all;
  for (const DomainBorders& one : event.domains) all.push_back(evaluation(one));
  if (all.empty()) return refused("borders of at least one domain are needed");
  const Status sound = expect_sound(all);
  return sound ? Status{} : refused(sound.error().message);
}

void evolve(BorderBook& book, const BorderEvent& event, std::string_view act_digest) {
  std::visit(Overloaded{[&](const BordersProposed& one) {
                          book.proposed.emplace(act_digest, one.domains);
                        },
                        [&](const BordersSet& one) {
                          const auto proposed = book.proposed.find(one.content);
                          GLASS_CHECK(proposed != book.proposed.end());
                          book.in_force = proposed->second;
                          book.proposed.erase(proposed);
                        }},
             event);
}

std::vector<Evaluation> evaluations(const BorderBook& book,
                                    const std::vector<DomainScore>& scores) {
  std::vector<Evaluation> all;
  for (const DomainScore& score : scores) {
    const auto borders = std::ranges::find(book.in_force, score.domain, &DomainBorders::domain);
    all.push_back(borders == book.in_force.end() ? Evaluation{.domain = domain_of(score.domain)}
                                                 : evaluation(*borders));
    all.back().score = score.score;
  }
  return all;
}

}  // namespace glass::institution
