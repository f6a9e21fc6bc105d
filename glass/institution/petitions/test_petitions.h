// Test petitions: rules, and a petition that events happen to. Tests only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution {

inline constexpr int64_t kTestStartMs = 1'800'000'000'000;  // on the hour
inline constexpr int64_t kTestHourMs = 3'600'000;
inline constexpr int64_t kTestDayMs = 24 * kTestHourMs;

inline const std::string kTestPetition(32, 'a');
inline const std::string kTestCommitment(64, 'c');

// "response" at 10,000; "hearing" at 100,000, or at 30,000 with seven countries above their floors.
PetitionSettings test_petition_settings();
PetitionRules test_petition_rules();

// "1111...": an id.
std::string test_id(char digit);

class TestPetition {
 public:
  // Does what is wanted, and what follows. The kinds of all of it; a failure of the test if it is
  // refused.
  std::vector<std::string_view> must(const PetitionEvent& wanted);

  // Why it is refused. A failure of the test if it is not.
  std::string refusal(const PetitionEvent& wanted) const;

  // Later by that.
  void wait(int64_t ms) { now_ms += ms; }

  // Through the events that lead there.
  void collect_sponsors();
  void moderate();
  void open();

  // A count of the hour that has just ended, after an hour has passed.
  PetitionCounted next_count(int64_t validated) const;
  void count(int64_t validated);

  Petition petition;
  PetitionRules rules = test_petition_rules();
  int64_t now_ms = kTestStartMs;
};

}  // namespace glass::institution
