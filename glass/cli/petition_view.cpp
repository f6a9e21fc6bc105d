#include "glass/cli/petition_view.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/time_text.h"
#include "glass/base/units_text.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_settings.h"
#include "glass/institution/petitions/small_counts.h"

namespace glass::cli {
namespace {

struct CountryLine {
  std::string country;
  std::string count;  // "few" where it may not be shown
};

// The countries that are named, and all others together.
std::vector<CountryLine> countries_of(const institution::Petition& petition, int64_t least) {
  std::vector<std::string> names;
  std::vector<int64_t> counts;
  int64_t others = signature_count(petition) - petition.paper;
  for (const institution::PetitionCountryTotals& row : petition.countries) {
    names.push_back(row.country);
    counts.push_back(row.totals.standing());
    others -= row.totals.standing();
  }
  names.emplace_back("others");
  counts.push_back(others);
  const auto shown = institution::shown_counts(counts, least);
  std::vector<CountryLine> lines;
  if (!shown) return lines;
  for (size_t i = 0; i < names.size(); ++i)
    lines.push_back({names[i], (*shown)[i] ? count_text(*(*shown)[i]) : "few"});
  return lines;
}

std::string_view clock_word(const institution::PetitionClock& clock) {
  if (clock.is_answered()) return clock.is_overdue ? "answered late" : "answered";
  return clock.is_overdue ? "overdue" : "waits";
}

std::string_view duty_word(institution::PetitionDuty duty) {
  using enum institution::PetitionDuty;
  switch (duty) {
    case kDelayModeration: return "moderation is late";
    case kClose: return "closes";
    case kResume: return "goes on";
    case kMarkOverdue: return "answer is overdue";
    case kDestroyKey: return "key to be destroyed";
    case kDestroySalts: return "salts to be destroyed";
    case kArchive: return "archived";
  }
  return "";
}

}  // namespace

Json petition_json(const institution::Petition& petition, const institution::PetitionRules& rules,
                   const std::string& title) {
  Json::Object countries;
  for (const CountryLine& line : countries_of(petition, rules.small_count))
    countries.emplace(line.country, line.count == "few" ? Json() : Json(line.count));
  Json::Array clocks;
  for (const institution::PetitionClock& clock : petition.clocks)
    clocks.push_back(Json::Object{{"threshold", clock.threshold},
                                  {"body", clock.body},
                                  {"due", clock.due_ms},
                                  {"status", std::string(clock_word(clock))}});
  return Json::Object{{"petition", petition.id},
                      {"title", title},
                      {"text", petition.text},
                      {"state", std::string(to_text(public_state(petition)))},
                      {"sponsors", petition.sponsors},
                      {"closes", petition.closes_ms},
                      {"signatures", signature_count(petition)},
                      {"confirmed", petition.totals.validated},
                      {"withdrawn", petition.totals.withdrawn},
                      {"invalidated", petition.invalidated},
                      {"paper", petition.paper},
                      {"countries", std::move(countries)},
                      {"size", petition.leaves},
                      {"root", petition.root},
                      {"clocks", std::move(clocks)}};
}

std::string petition_text(const institution::Petition& petition,
                          const institution::PetitionRules& rules, const std::string& title) {
  std::string text =
      fmt::format("{}\n  petition    {}\n  state       {}\n  sponsors    {}\n  signatures  {}\n",
                  title, petition.id, to_text(public_state(petition)), petition.sponsors,
                  count_text(signature_count(petition)));
  if (petition.leaves > 0)
    text += fmt::format("    by mail   {} confirmed, {} withdrawn, {} invalidated\n",
                        count_text(petition.totals.validated),
                        count_text(petition.totals.withdrawn), count_text(petition.invalidated));
  if (petition.paper > 0) text += fmt::format("    on paper  {}\n", count_text(petition.paper));
  for (const CountryLine& line : countries_of(petition, rules.small_count))
    if (petition.leaves > 0) text += fmt::format("    {:<8}  {}\n", line.country, line.count);
  if (petition.leaves > 0)
    text += fmt::format("  tree        {} leaves, root {}\n", count_text(petition.leaves),
                        petition.root);
  for (const institution::PetitionClock& clock : petition.clocks)
    text += fmt::format("  {:<10}  {} answers by {}: {}\n", clock.threshold, clock.body,
                        time_text(clock.due_ms), clock_word(clock));
  for (const institution::PetitionDeadline& deadline : institution::deadlines(petition, rules))
    text +=
        fmt::format("  due         {}: {}\n", time_text(deadline.at_ms), duty_word(deadline.duty));
  return text;
}

}  // namespace glass::cli
