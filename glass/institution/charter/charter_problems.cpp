#include "glass/institution/charter/internal/charter_problems.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/petitions/petition_settings.h"
#include "glass/institution/safety/approval_rule.h"
#include "glass/institution/safety/incident_clocks.h"
#include "glass/institution/safety/level_controls.h"
#include "glass/institution/safety/release_path.h"
#include "glass/institution/safety/thresholds.h"
#include "glass/institution/voting/vote.h"
#include "glass/institution/voting/voting_rule.h"
#include "glass/settings/placed_problem.h"
#include "glass/settings/problems.h"

namespace glass::institution {
namespace {

using settings::Names;

// What every facility has to decide some day.
constexpr std::array<std::string_view, 6> kAlwaysDecided = {"charter", "borders",  "arrears",
                                                            "seat",    "petition", "objection"};
constexpr size_t kLongestName = 64;
constexpr std::string_view kAnswering = "petition.answered";

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '/';
  };
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && text.size() <= kLongestName && is_letter(text.front()) &&
         std::ranges::all_of(text, fits);
}

// Calls visit(path, matter, rule) with all that levels demand.
template <typename Visit>
void for_each_approval(const CharterSettings& charter, Visit visit) {
  const auto visit_all = [&](const std::string& path, std::string_view matter,
                             const std::vector<ApprovalRule>& rules) {
    for (size_t i = 0; i < rules.size(); ++i)
      visit(fmt::format("{}.{}", path, i), matter, rules[i]);
  };
  for (size_t i = 0; i < charter.levels.size(); ++i) {
    const LevelControls& level = charter.levels[i];
    visit_all(fmt::format("level.{}.start", i), "clearance", level.start);
    visit_all(fmt::format("level.{}.restart", i), "restart", level.restart);
    visit_all(fmt::format("level.{}.lowering", i), "lowering", level.lowering);
  }
  for (size_t i = 0; i < charter.release_paths.size(); ++i)
    visit_all(fmt::format("release_path.{}.approvals", i), "release",
              charter.release_paths[i].approvals);
}

class Search {
 public:
  Search(const CharterSettings& settings, const Names& acts) : charter_(settings), acts_(acts) {}

  settings::PlacedProblems run() {
    collect_names();
    check_top();
    check_members();
    check_bodies();
    check_seats();
    check_rules();
    check_decisions();
    check_rights();
    check_levels();
    check_petitions();
    return std::move(found_);
  }

 private:
  void add(std::string path, std::string what) {
    found_.push_back({std::move(path), std::move(what)});
  }

  // The names of a list of tables, each checked.
  template <typename Item, typename NameOf>
  Names names(std::string_view table, std::string_view key, const std::vector<Item>& items,
              NameOf name_of) {
    Names known;
    for (size_t i = 0; i < items.size(); ++i) {
      const std::string& name = name_of(items[i]);
      const std::string path = fmt::format("{}.{}.{}", table, i, key);
      if (!is_name(name))
        add(path,
            fmt::format("{} '{}' is no name: use a letter first, then letters, digits, - and /, "
                        "{} at most",
                        key, name, kLongestName));
      else if (!known.insert(name).second)
        add(path, fmt::format("there are two [[{}]] with {} '{}'", table, key, name));
    }
    return known;
  }

  void collect_names() {
    const auto name = [](const auto& item) -> const std::string& { return item.name; };
    members_ = names("member", "code", charter_.members,
                     [](const auto& item) -> const std::string& { return item.code; });
    bodies_ = names("body", "name", charter_.bodies, name);
    seats_ = names("seat", "name", charter_.seats, name);
    rules_ = names("rule", "name", charter_.rules, name);
    names("right", "name", charter_.rights, name);
    names("criterion", "name", charter_.criteria, name);
    for (const SeatSettings& seat : charter_.seats)
      roles_.insert(seat.roles.begin(), seat.roles.end());
  }

  // A name that has to stand in `known`.
  void expect(const Names& known, const std::string& path, std::string_view what,
              std::string_view name) {
    if (known.contains(name)) return;
    add(path, fmt::format("there is no {} '{}'; {}", what, name,
                          settings::hint(name, known, fmt::format("every {} is", what))));
  }

  void check_top() {
    if (charter_.name.empty()) add("name", "the charter needs a name");
    if (!is_date(charter_.founded))
      add("founded",
          fmt::format("founded is '{}'; write a day such as 2026-01-01", charter_.founded));
    if (charter_.members.empty()) add("", "a charter needs at least one [[member]]");
    if (charter_.seats.empty()) add("", "a charter needs at least one [[seat]]");
    if (charter_.criteria.empty())
      add("", "reviewers need something to judge; add at least one [[criterion]]");
  }

  void check_members() {
    int64_t population = 0, share = 0;
    for (size_t i = 0; i < charter_.members.size(); ++i) {
      const MemberSettings& member = charter_.members[i];
      const auto fits = [](int64_t& sum, int64_t more) {
        if (more > kLargestWeight - sum) return false;
        sum += more;
        return true;
      };
      if (!fits(population, member.population) || !fits(share, member.share))
        add(fmt::format("member.{}", i),
            fmt::format("with member {} populations or shares are more than {} together",
                        member.code, kLargestWeight));
    }
    if (!charter_.members.empty() && share == 0)
      add("member.0.share", "no member has a share; give at least one a share above 0");
  }

  void check_bodies() {
    for (size_t i = 0; i < charter_.bodies.size(); ++i) {
      const BodySettings& body = charter_.bodies[i];
      if (body.votes == "seats" && body.weight != "equal")
        add(fmt::format("body.{}.weight", i),
            fmt::format(
                "body '{}' counts seats, which all weigh the same; write weight = \"equal\", or "
                "votes = \"members\"",
                body.name));
      const auto sits = [&](const SeatSettings& seat) { return seat.body == body.name; };
      if (std::ranges::none_of(charter_.seats, sits))
        add(fmt::format("body.{}", i),
            fmt::format("nobody sits in body '{0}'; add a [[seat]] with body = \"{0}\"",
                        body.name));
    }
  }

  void check_seats() {
    for (size_t i = 0; i < charter_.seats.size(); ++i) {
      const SeatSettings& seat = charter_.seats[i];
      const std::string path = fmt::format("seat.{}", i);
      if (members_.contains(seat.name))
        add(path + ".name",
            fmt::format("'{}' is a member already; call the seat otherwise", seat.name));
      if (!seat.body.empty()) expect(bodies_, path + ".body", "body", seat.body);
      if (!seat.member.empty()) expect(members_, path + ".member", "member", seat.member);
      for (const std::string& role : seat.roles) {
        if (!is_name(role) || is_reserved(role) || bodies_.contains(role))
          add(path + ".roles",
              fmt::format("'{}' cannot be a role: it is no name, or means something "
                          "else already",
                          role));
      }
      const auto body = std::ranges::find(charter_.bodies, seat.body, &BodySettings::name);
      if (body != charter_.bodies.end() && body->votes == "members" && seat.member.empty())
        add(path, fmt::format("seat '{}' votes for its member in body '{}'; give the seat a member",
                              seat.name, seat.body));
    }
  }

  void check_rules() {
    for (size_t i = 0; i < charter_.rules.size(); ++i) {
      const auto read = voting_rule(charter_.rules[i]);
      if (!read) add(fmt::format("rule.{}", i), read.error().message);
    }
  }

  void check_decisions() {
    Names decided;
    for (size_t i = 0; i < charter_.decisions.size(); ++i) {
      const DecisionSettings& decision = charter_.decisions[i];
      const std::string path = fmt::format("decision.{}", i);
      if (decision.matter.empty()) add(path, "say what is decided: matter = \"charter\", ...");
      expect(bodies_, path + ".body", "body", decision.body);
      expect(rules_, path + ".rule", "rule", decision.rule);
      if (decision.from_level == 1 && decision.above_minutes < 0) decided.insert(decision.matter);
    }
    for (const std::string_view matter : kAlwaysDecided) {
      if (!decided.contains(matter))
        add("", fmt::format(
                    "nobody decides the matter '{0}'; add a [[decision]] with matter = \"{0}\", "
                    "without from_level and above_minutes",
                    matter));
    }
  }

  void check_rights() {
    std::map<std::string, std::string, std::less<>> right_of;
    for (size_t i = 0; i < charter_.rights.size(); ++i) {
      const RightSettings& right = charter_.rights[i];
      const std::string path = fmt::format("right.{}", i);
      for (const std::string& act : right.acts) {
        expect(acts_, path + ".acts", "act", act);
        const auto [other, is_new] = right_of.emplace(act, right.name);
        if (!is_new)
          add(path + ".acts",
              fmt::format("act '{}' is a right of '{}' and of '{}'; let one have it", act,
                          other->second, right.name));
      }
      if (right.holders.empty())
        add(path, fmt::format("nobody has the right '{}'; name holders", right.name));
      for (const std::string& holder : right.holders) {
        if (!is_reserved(holder) && !bodies_.contains(holder))
          check_role(path + ".holders", holder);
      }
    }
    for (const std::string& act : acts_) {
      if (!right_of.contains(act))
        add("",
            fmt::format("nobody may do the act '{0}'; name it in the acts of a [[right]]", act));
    }
  }

  // What safety levels demand, and what they name: bodies, rules, roles.
  void check_levels() {
    std::ranges::copy(problems_of(charter_.levels), std::back_inserter(found_));
    std::ranges::copy(problems_of(charter_.release_paths), std::back_inserter(found_));
    const auto thresholds = safety_thresholds(charter_.safety);
    if (!thresholds) add("safety", thresholds.error().message);
    const Status clocks = expect_sound(charter_.incident_clocks);
    if (!clocks) add("incident_clocks", clocks.error().message);
    expect(bodies_, "incident_clocks.session_body", "body", charter_.incident_clocks.session_body);
    for_each_approval(charter_,
                      [&](const std::string& path, std::string_view, const ApprovalRule& rule) {
                        if (is_vote(rule)) {
                          expect(bodies_, path + ".body", "body", rule.body);
                          expect(rules_, path + ".rule", "rule", rule.rule);
                        }
                        for (const std::string& role : rule.roles)
                          check_person(path + ".roles", role);
                      });
    for (size_t i = 0; i < charter_.levels.size(); ++i) check_level(charter_.levels[i], i);
    for (size_t i = 0; i < charter_.release_paths.size(); ++i) {
      const std::string& body = charter_.release_paths[i].decided_by;
      if (!body.empty())
        expect(bodies_, fmt::format("release_path.{}.decided_by", i), "body", body);
    }
  }

  void check_level(const LevelControls& level, size_t position) {
    const std::string path = fmt::format("level.{}", position);
    if (!level.start_notice_body.empty())
      expect(bodies_, path + ".start_notice_body", "body", level.start_notice_body);
    for (size_t i = 0; i < level.stop.size(); ++i)
      check_person(fmt::format("{}.stop.{}.role", path, i), level.stop[i].role);
    for (size_t i = 0; i < level.halt_notice.size(); ++i)
      expect(bodies_, fmt::format("{}.halt_notice.{}.body", path, i), "body",
             level.halt_notice[i].body);
  }

  // Who acts on a run: by a role, in a body, or as the one who applied for it.
  void check_person(const std::string& path, const std::string& role) {
    if (role != kApplicant && !bodies_.contains(role)) check_role(path, role);
  }

  void check_petitions() {
    for (const auto& [path, what] : petition_problems(charter_.petitions))
      add(fmt::format("petitions{}{}", path.empty() ? "" : ".", path), what);
    const auto& thresholds = charter_.petitions.thresholds;
    for (size_t i = 0; i < thresholds.size(); ++i) {
      const std::string path = fmt::format("petitions.threshold.{}", i);
      const PetitionThresholdSettings& one = thresholds[i];
      if (!one.name.empty() && !is_name(one.name))
        add(path + ".name", fmt::format("'{}' is no name; use letters, digits, - and /", one.name));
      if (one.body.empty()) continue;
      expect(bodies_, path + ".body", "body", one.body);
      if (bodies_.contains(one.body) && !may_answer(one.body))
        add(path + ".body",
            fmt::format("nobody of body '{0}' may answer; name '{0}' in the holders of the right "
                        "to {1}",
                        one.body, kAnswering));
    }
  }

  // Whether the right to answer petitions belongs to the body, or to a role that sits in it.
  [[nodiscard]] bool may_answer(const std::string& body) const {
    if (!acts_.contains(kAnswering)) return true;
    const auto holds = [&](const std::string& holder) {
      return holder == body || holder == kAnyone ||
             std::ranges::any_of(charter_.seats, [&](const SeatSettings& seat) {
               return seat.body == body &&
                      std::ranges::find(seat.roles, holder) != seat.roles.end();
             });
    };
    return std::ranges::any_of(charter_.rights, [&](const RightSettings& right) {
      return std::ranges::find(right.acts, kAnswering) != right.acts.end() &&
             std::ranges::any_of(right.holders, holds);
    });
  }

  void check_role(const std::string& path, const std::string& role) {
    if (roles_.contains(role)) return;
    Names known = roles_;
    known.insert(bodies_.begin(), bodies_.end());
    add(path, fmt::format("'{}' is neither a role of a seat nor a body; {}", role,
                          settings::hint(role, known, "there are")));
  }

  static bool is_reserved(std::string_view holder) {
    return holder == kApplicant || holder == kReviewer || holder == kSelf || holder == kAnyone ||
           holder == kLevel;
  }

  const CharterSettings& charter_;
  const Names& acts_;
  Names members_, bodies_, seats_, rules_, roles_;
  settings::PlacedProblems found_;
};

// Why the rule cannot be met although everybody is in favour; empty if it is met.
std::string obstacle(const RuleSettings& rule, const std::vector<Voter>& everybody) {
  Vote vote;
  vote.rule = voting_rule(rule).value();
  vote.members = everybody;
  for (const Voter& voter : everybody) vote.ballots.emplace(voter.id, Ballot::kYes);
  const Tally tally = count(vote);
  if (tally.outcome == Outcome::kAdopted) return "";
  for (const Finding& finding : tally.findings) {
    if (!finding.holds && !finding.is_waived)
      return fmt::format("{} would be {} of {}", finding.what, finding.part, finding.whole);
  }
  return "nobody votes there";
}

// Whether votes differ in weight only by the rule's intention.
bool weighs(const RuleSettings& rule) {
  return !rule.weight.empty();
}

int64_t weight_of(const CharterSettings& settings, const BodySettings& body,
                  const std::string& member) {
  if (body.weight == "equal") return 1;
  const auto found = std::ranges::find(settings.members, member, &MemberSettings::code);
  return body.weight == "population" ? found->population : found->share;
}

}  // namespace

settings::PlacedProblems contradictions(const CharterSettings& settings,
                                        const std::set<std::string, std::less<>>& acts) {
  return Search(settings, acts).run();
}

namespace {

// Adds why a body can never adopt a matter by a rule.
void check_vote(const CharterSettings& settings, const std::string& path, std::string_view matter,
                std::string_view body_name, std::string_view rule_name,
                settings::PlacedProblems& found) {
  const auto& rule = *std::ranges::find(settings.rules, rule_name, &RuleSettings::name);
  const auto& body = *std::ranges::find(settings.bodies, body_name, &BodySettings::name);
  if (weighs(rule) && body.weight == "equal")
    found.push_back({path, fmt::format("rule '{}' weighs votes, and in body '{}' all weigh the "
                                       "same; choose another rule, or give the body a weight",
                                       rule.name, body.name)});
  const std::string why = obstacle(rule, voters(settings, body));
  if (!why.empty())
    found.push_back({path, fmt::format("'{}' can never be adopted by rule '{}' in body '{}': were "
                                       "everybody in favour, {}",
                                       matter, rule.name, body.name, why)});
}

// All seats, as if each had agreed to everything.
std::vector<Approver> all_approvers(const CharterSettings& settings) {
  std::vector<Approver> approvers;
  for (const SeatSettings& seat : settings.seats) {
    approvers.push_back({.id = seat.name,
                         .roles = seat.roles,
                         .institution = seat.institution,
                         .nationality = seat.member,
                         .is_in_team = false,
                         .approved_start = true});
    if (!seat.body.empty()) approvers.back().roles.push_back(seat.body);
  }
  return approvers;
}

}  // namespace

settings::PlacedProblems dead_letters(const CharterSettings& settings) {
  settings::PlacedProblems found;
  for (size_t i = 0; i < settings.decisions.size(); ++i) {
    const DecisionSettings& one = settings.decisions[i];
    check_vote(settings, fmt::format("decision.{}.rule", i), one.matter, one.body, one.rule, found);
  }
  const auto everybody = all_approvers(settings);
  for_each_approval(
      settings, [&](const std::string& path, std::string_view matter, const ApprovalRule& rule) {
        if (is_vote(rule))
          return check_vote(settings, path + ".rule", matter, rule.body, rule.rule, found);
        const auto lacking = lacking_approvals(rule, everybody);
        if (!lacking.empty())
          found.push_back({path + ".approvers",
                           fmt::format("the seats can never be enough, were all of them held: {}",
                                       fmt::join(lacking, "; "))});
      });
  return found;
}

const std::vector<ApprovalRule>& approvals_for(std::string_view matter, const LevelControls& level,
                                               const ReleasePath& path) {
  if (matter == "clearance") return level.start;
  if (matter == "restart") return level.restart;
  if (matter == "lowering") return level.lowering;
  GLASS_CHECK(matter == "release");
  return path.approvals;
}

std::vector<Voter> voters(const CharterSettings& settings, const BodySettings& body) {
  std::map<std::string, Voter, std::less<>> by_id;
  for (const SeatSettings& seat : settings.seats) {
    if (seat.body != body.name) continue;
    if (body.votes == "members")
      by_id.try_emplace(seat.member, Voter{.id = seat.member,
                                           .weight = weight_of(settings, body, seat.member),
                                           .group = seat.member});
    else
      by_id.try_emplace(seat.name, Voter{.id = seat.name, .weight = 1, .group = seat.member});
  }
  std::vector<Voter> all;
  for (auto& [id, voter] : by_id) all.push_back(std::move(voter));
  return all;
}

}  // namespace glass::institution
