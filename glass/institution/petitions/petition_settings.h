// PetitionSettings: [petitions] of a charter: how long a petition is open, how many people have to
// sign it until which body answers by when, and how signing is protected. Everything has a default
// but the thresholds, which name bodies of the charter:
//
//   [[petitions.threshold]]
//   name = "response"          a second table of this name is another way to reach it
//   count = 10000
//   body = "secretariat"
//   answer_days = 60
//
//   [[petitions.threshold]]
//   name = "hearing"
//   count = 30000
//   country_floor = true
//   body = "council"
//   answer_days = 90
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/petitions/canonical_mail.h"
#include "glass/institution/petitions/country_floors.h"
#include "glass/settings/fields.h"

namespace glass::institution {

struct PetitionThresholdSettings {
  std::string name = "", body = "";
  int64_t count = 10'000, answer_days = 60;
  bool country_floor = false;
};

struct PetitionCountrySettings {
  std::string code = "";
  int64_t seats = 0;
};

struct PetitionSettings {
  int64_t open_days = 183;
  int64_t sponsors_least = 5, sponsors_most = 20;
  int64_t moderation_days = 14, moderation_queue_notice = 500;
  int64_t appeal_days = 30;
  int64_t token_bits = 128, token_hours = 72;
  int64_t burst_seconds = 60, sign_burst = 1;
  int64_t sustained_seconds = 300, sign_sustained = 5, confirm_sustained = 5;
  int64_t create_sustained = 2, sponsor_sustained = 5, feedback_sustained = 2;
  int64_t trend_log = 100, trend_alert = 200;
  int64_t small_count = 10;
  int64_t raw_days = 30, retention_days = 183;
  int64_t floor_factor = 720, floor_full_count = 1'000'000, floor_countries = 7;
  std::vector<PetitionThresholdSettings> thresholds = {};
  std::vector<PetitionCountrySettings> countries = {};
  std::vector<MailDomainSettings> mail_domains = {};
};

void describe(settings::FieldVisitor& fields, PetitionThresholdSettings& threshold);
void describe(settings::FieldVisitor& fields, PetitionCountrySettings& country);
void describe(settings::FieldVisitor& fields, PetitionSettings& petitions);

struct PetitionThreshold {
  std::string name, body;
  int64_t count = 0, answer_ms = 0;
  bool needs_floor = false;
};

// What decides about petitions, checked and in the units of the clock.
struct PetitionRules {
  int64_t open_ms = 0, moderation_ms = 0, appeal_ms = 0, retention_ms = 0;
  int64_t sponsors_least = 0, sponsors_most = 0;
  int64_t small_count = 0;
  std::vector<PetitionThreshold> thresholds;  // as they stand
  FloorRule floors;
};

struct PetitionProblem {
  std::string path;  // below [petitions], such as "threshold.0"; empty for the section itself
  std::string what;
};

// Everything that contradicts itself. That bodies are those of the charter is the charter's to
// check.
std::vector<PetitionProblem> petition_problems(const PetitionSettings& settings);

// kInvalidInput tells the first of these.
[[nodiscard]] Result<PetitionRules> petition_rules(const PetitionSettings& settings);

}  // namespace glass::institution
