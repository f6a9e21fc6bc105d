#include "glass/institution/charter/internal/charter_problems.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "glass/base/time_text.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/charter/charter_settings.h"
#include "glass/institution/petitions/petition_settings.h"
#include "glass/institution/voting/vote.h"
#include "glass/institution/voting/voting_rule.h"
#include "glass/settings/problems.h"

namespace glass::institution {
namespace {

using settings::Names;

// What every facility has to decide some day.
constexpr std::array<std::string_view, 5> kAlwaysDecided = {"charter", "arrears", "seat",
                                                            "petition", "objection"};
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

class Search {
 public:
  Search(const CharterSettings& settings, const Names& acts) : charter_(settings), acts_(acts) {}

  std::vector<CharterProblem> run() {
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

  void check_levels() {
    std::set<int64_t> there;
    for (size_t i = 0; i < charter_.levels.size(); ++i) {
      const LevelSettings& level = charter_.levels[i];
      const std::string path = fmt::format("level.{}", i);
      if (!there.insert(level.level).second)
        add(path, fmt::format("there are two [[level]] for SL-{}", level.level));
      if (level.institutions > level.approvals)
        add(path + ".institutions", fmt::format("{} people cannot come from {} institutions",
                                                level.approvals, level.institutions));
      for (const auto& [key, roles] :
           {std::pair("roles", level.roles), std::pair("release_roles", level.release_roles)}) {
        for (const std::string& role : roles)
          expect(roles_, fmt::format("{}.{}", path, key), "role", role);
      }
    }
    for (int64_t level = 1; level <= 4; ++level) {
      if (!there.contains(level))
        add("",
            fmt::format("nobody approves runs at SL-{0}; add a [[level]] with level = {0}", level));
    }
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
    return holder == kApplicant || holder == kReviewer || holder == kSelf || holder == kAnyone;
  }

  const CharterSettings& charter_;
  const Names& acts_;
  Names members_, bodies_, seats_, rules_, roles_;
  std::vector<CharterProblem> found_;
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

std::vector<CharterProblem> contradictions(const CharterSettings& settings,
                                           const std::set<std::string, std::less<>>& acts) {
  return Search(settings, acts).run();
}

std::vector<CharterProblem> dead_letters(const CharterSettings& settings) {
  std::vector<CharterProblem> found;
  for (size_t i = 0; i < settings.decisions.size(); ++i) {
    const DecisionSettings& decision = settings.decisions[i];
    const auto& rule = *std::ranges::find(settings.rules, decision.rule, &RuleSettings::name);
    const auto& body = *std::ranges::find(settings.bodies, decision.body, &BodySettings::name);
    const std::string path = fmt::format("decision.{}.rule", i);
    if (weighs(rule) && body.weight == "equal")
      found.push_back(
          {path, fmt::format("rule '{}' weighs votes, and in body '{}' all weigh the same; "
                             "choose another rule, or give the body a weight",
                             rule.name, body.name)});
    const std::string why = obstacle(rule, voters(settings, body));
    if (!why.empty())
      found.push_back(
          {path, fmt::format("'{}' can never be adopted by rule '{}' in body '{}': were "
                             "everybody in favour, {}",
                             decision.matter, rule.name, body.name, why)});
  }
  return found;
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
