#include "glass/institution/petitions/petition_settings.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/days.h"
#include "glass/base/result.h"
#include "glass/institution/petitions/canonical_mail.h"
#include "glass/institution/petitions/country.h"
#include "glass/institution/petitions/country_floors.h"
#include "glass/settings/fields.h"

namespace glass::institution {
namespace {

constexpr settings::IntRange kDays{.min = 1, .max = 36'600};
constexpr settings::IntRange kCounts{.min = 1, .max = 1'000'000'000'000};
constexpr settings::IntRange kSeconds{.min = 1, .max = 86'400};
constexpr settings::IntRange kSeats{.min = 1, .max = 1'000'000};

using Problems = std::vector<PetitionProblem>;

// A second table of a name is another way to what the first one leads to.
void check_thresholds(const PetitionSettings& settings, Problems& problems) {
  if (settings.thresholds.empty())
    problems.push_back({"",
                        "there is no [[petitions.threshold]], so nobody would ever have to answer; "
                        "say which body answers from how many signatures on"});
  for (size_t i = 0; i < settings.thresholds.size(); ++i) {
    const PetitionThresholdSettings& one = settings.thresholds[i];
    const auto add = [&](std::string what) {
      problems.push_back({fmt::format("threshold.{}", i), std::move(what)});
    };
    if (one.name.empty()) add("name is empty; call it 'response', say");
    if (one.body.empty()) add("body is empty; name the body that answers");
    for (size_t j = 0; j < i; ++j) {
      const PetitionThresholdSettings& other = settings.thresholds[j];
      if (other.name == one.name &&
          (other.body != one.body || other.answer_days != one.answer_days))
        add(fmt::format(
            "'{}' stands above with another body or other days; give it the same, or another name",
            one.name));
    }
  }
}

void check_floors(const PetitionSettings& settings, Problems& problems) {
  std::set<std::string_view> seen;
  for (size_t i = 0; i < settings.countries.size(); ++i) {
    const PetitionCountrySettings& country = settings.countries[i];
    const std::string path = fmt::format("country.{}", i);
    if (!is_country(country.code))
      problems.push_back(
          {path, fmt::format("'{}' is no country's code of ISO 3166, such as DE", country.code)});
    else if (!seen.insert(country.code).second)
      problems.push_back({path, fmt::format("'{}' stands twice; keep one of them", country.code)});
  }
  const bool needs_floors = std::ranges::any_of(
      settings.thresholds, [](const PetitionThresholdSettings& one) { return one.country_floor; });
  if (needs_floors && std::ssize(settings.countries) < settings.floor_countries)
    problems.push_back(
        {"floor_countries",
         fmt::format("a threshold needs {} countries above their floor, and {} have one; list them "
                     "as [[petitions.country]], or lower floor_countries",
                     settings.floor_countries, settings.countries.size())});
}

void check_limits(const PetitionSettings& settings, Problems& problems) {
  if (settings.sponsors_most < settings.sponsors_least)
    problems.push_back(
        {"sponsors_most", fmt::format("sponsors_most is {}, less than sponsors_least {}",
                                      settings.sponsors_most, settings.sponsors_least)});
  if (settings.trend_alert < settings.trend_log)
    problems.push_back({"trend_alert", fmt::format("trend_alert is {}, less than trend_log {}",
                                                   settings.trend_alert, settings.trend_log)});
}

void describe_limits(settings::FieldVisitor& fields, PetitionSettings& petitions) {
  fields.integer("token_bits", petitions.token_bits, {.min = 128, .max = 512},
                 "randomness of the link that confirms a signature");
  fields.integer("token_hours", petitions.token_hours, {.min = 1, .max = 8'760},
                 "until such a link is worth nothing any more");
  fields.integer("burst_seconds", petitions.burst_seconds, kSeconds, "span of the burst limit");
  fields.integer("sign_burst", petitions.sign_burst, kCounts,
                 "signatures of one address prefix to one petition in that span");
  fields.integer("sustained_seconds", petitions.sustained_seconds, kSeconds,
                 "span of the sustained limits");
  fields.integer("sign_sustained", petitions.sign_sustained, kCounts,
                 "signatures of one address prefix to one petition in that span");
  fields.integer("confirm_sustained", petitions.confirm_sustained, kCounts,
                 "signatures that one address prefix confirms");
  fields.integer("create_sustained", petitions.create_sustained, kCounts,
                 "petitions that one mailbox creates");
  fields.integer("sponsor_sustained", petitions.sponsor_sustained, kCounts,
                 "sponsors of one address prefix to one petition");
  fields.integer("feedback_sustained", petitions.feedback_sustained, kCounts,
                 "messages of one address prefix");
  fields.integer("trend_log", petitions.trend_log, kCounts,
                 "signatures an hour of one prefix or mail domain that are noted");
  fields.integer("trend_alert", petitions.trend_alert, kCounts, "the same that call somebody");
}

void describe_privacy(settings::FieldVisitor& fields, PetitionSettings& petitions) {
  fields.integer("small_count", petitions.small_count, {.min = 1, .max = 1'000'000},
                 "a country is named from this many signatures on");
  fields.integer("raw_days", petitions.raw_days, kDays,
                 "how long addresses are kept after a signature was confirmed or refused");
  fields.integer("retention_days", petitions.retention_days, kDays,
                 "until signatures are anonymised, from the closing or the answer on");
}

void describe_floors(settings::FieldVisitor& fields, PetitionSettings& petitions) {
  fields.integer("floor_factor", petitions.floor_factor, {.min = 1, .max = 1'000'000},
                 "a country's floor is its seats times this, of floor_full_count");
  fields.integer("floor_full_count", petitions.floor_full_count, kCounts,
                 "the threshold that the factor belongs to; others are scaled");
  fields.integer("floor_countries", petitions.floor_countries, {.min = 1, .max = 249},
                 "how many countries have to be above their floors");
}

}  // namespace

void describe(settings::FieldVisitor& fields, PetitionThresholdSettings& threshold) {
  fields.text("name", threshold.name, "what it leads to; a second one of a name is another way");
  fields.integer("count", threshold.count, kCounts, "signatures");
  fields.boolean("country_floor", threshold.country_floor,
                 "whether enough countries have to be above their floors as well");
  fields.text("body", threshold.body, "who has to answer");
  fields.integer("answer_days", threshold.answer_days, kDays, "by when, after it was reached");
}

void describe(settings::FieldVisitor& fields, PetitionCountrySettings& country) {
  fields.text("code", country.code, "of ISO 3166, two capital letters");
  fields.integer("seats", country.seats, kSeats, "from which its floor follows");
}

void describe(settings::FieldVisitor& fields, PetitionSettings& petitions) {
  fields.integer("open_days", petitions.open_days, kDays, "how long people may sign");
  fields.integer("sponsors_least", petitions.sponsors_least, kCounts,
                 "supporters before anybody looks at it");
  fields.integer("sponsors_most", petitions.sponsors_most, kCounts,
                 "supporters that are taken before it is open");
  fields.integer("moderation_days", petitions.moderation_days, kDays,
                 "after which moderation is late, in public");
  fields.integer("moderation_queue_notice", petitions.moderation_queue_notice, kCounts,
                 "petitions that wait for moderation from which on creators are told that it takes "
                 "long");
  fields.integer("appeal_days", petitions.appeal_days, kDays,
                 "within which a rejection may be taken to another moderator");
  describe_limits(fields, petitions);
  describe_privacy(fields, petitions);
  describe_floors(fields, petitions);
  settings::TablesOf thresholds(petitions.thresholds);
  fields.tables("threshold", thresholds, "what follows from how many signatures");
  settings::TablesOf countries(petitions.countries);
  fields.tables("country", countries, "a country that has a floor");
  settings::TablesOf mail_domains(petitions.mail_domains);
  fields.tables("mail_domain", mail_domains,
                "how a provider reads addresses; without any, the usual ones");
}

std::vector<PetitionProblem> petition_problems(const PetitionSettings& settings) {
  Problems problems;
  check_thresholds(settings, problems);
  check_floors(settings, problems);
  check_limits(settings, problems);
  if (const Status domains = expect_mail_domains(settings.mail_domains); !domains)
    problems.push_back({"mail_domain", domains.error().message});
  return problems;
}

Result<PetitionRules> petition_rules(const PetitionSettings& settings) {
  if (const Problems problems = petition_problems(settings); !problems.empty()) {
    const PetitionProblem& first = problems.front();
    return invalid_input(
        fmt::format("petitions{}{}: {}", first.path.empty() ? "" : ".", first.path, first.what));
  }
  PetitionRules rules;
  rules.open_ms = settings.open_days * kDayMs;
  rules.moderation_ms = settings.moderation_days * kDayMs;
  rules.appeal_ms = settings.appeal_days * kDayMs;
  rules.retention_ms = settings.retention_days * kDayMs;
  rules.sponsors_least = settings.sponsors_least;
  rules.sponsors_most = settings.sponsors_most;
  rules.small_count = settings.small_count;
  for (const PetitionThresholdSettings& one : settings.thresholds)
    rules.thresholds.push_back({.name = one.name,
                                .body = one.body,
                                .count = one.count,
                                .answer_ms = one.answer_days * kDayMs,
                                .needs_floor = one.country_floor});
  rules.floors.factor = settings.floor_factor;
  rules.floors.full_count = settings.floor_full_count;
  rules.floors.least_countries = settings.floor_countries;
  for (const PetitionCountrySettings& country : settings.countries)
    rules.floors.countries.push_back({.country = country.code, .seats = country.seats});
  return rules;
}

}  // namespace glass::institution
