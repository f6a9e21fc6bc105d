// LicencePolicy: which licences a corpus may hold, and what that means for an expression.
//
// Three answers. Allowed: every licence needed is on the list. Denied: a licence needed is known
// and not on the list. Unknown: a licence needed is on no list at all; unknown is never allowed.
// An OR takes its first allowed side, and the decision says which; an AND needs every part.
// "Or any later version" is allowed if the list has that id or any version it reaches.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/data/rights/spdx.h"

namespace glass::data {

enum class Verdict { kAllow, kDeny, kUnknown };

std::string_view name(Verdict verdict);  // "allow", "deny", "unknown"

struct LicenceDecision {
  Verdict verdict = Verdict::kUnknown;
  std::string chosen;  // if allowed: the expression with one side of each OR; else empty
  std::string reason;  // if not: the licence that stands in the way, and why

  friend bool operator==(const LicenceDecision&, const LicenceDecision&) = default;
};

class LicencePolicy {
 public:
  // `allowed`: single licences, also "X WITH Y" and LicenseRefs. kInvalidInput for anything that is
  // none; kRefused for licences that forbid commercial use or changes, because models are released.
  [[nodiscard]] static Result<LicencePolicy> create(const std::vector<std::string>& allowed);

  [[nodiscard]] LicenceDecision decide(const SpdxExpression& expression) const;

  [[nodiscard]] const std::set<std::string>& allowed() const { return allowed_; }

 private:
  LicencePolicy() = default;
  [[nodiscard]] LicenceDecision decide_licence(const SpdxExpression& licence) const;
  [[nodiscard]] bool allows_id(const std::string& id) const;

  std::set<std::string> allowed_;
};

}  // namespace glass::data
