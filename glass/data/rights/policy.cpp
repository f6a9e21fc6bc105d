#include "glass/data/rights/policy.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "glass/data/rights/spdx_ids.h"

namespace glass::data {
namespace {

bool forbids_use_or_changes(std::string_view id) {
  return id.starts_with("CC-") &&
         (id.find("-NC") != std::string_view::npos || id.find("-ND") != std::string_view::npos);
}

// "GPL-2.0-or-later" is family "GPL", version "2.0", any later; "Apache-2.0+" likewise.
struct Versioned {
  std::string_view family, version;
  bool or_later;
};

std::optional<Versioned> versioned(std::string_view id) {
  bool or_later = false;
  for (const std::string_view suffix : {"-or-later", "-only", "+"}) {
    if (!id.ends_with(suffix)) continue;
    or_later = suffix != "-only";
    id.remove_suffix(suffix.size());
    break;
  }
  const size_t dash = id.rfind('-');
  if (dash == std::string_view::npos || dash + 1 == id.size()) return std::nullopt;
  const std::string_view version = id.substr(dash + 1);
  const bool numeric = version.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!numeric) return std::nullopt;
  return Versioned{.family = id.substr(0, dash), .version = version, .or_later = or_later};
}

// Versions of one family are of the form N.N with single digits, so text order is their order.
bool reaches(const Versioned& from, std::string_view id) {
  const auto to = versioned(id);
  return to && to->family == from.family && to->version.size() == from.version.size() &&
         to->version >= from.version;
}

}  // namespace

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAllow: return "allow";
    case Verdict::kDeny: return "deny";
    case Verdict::kUnknown: break;
  }
  return "unknown";
}

Result<LicencePolicy> LicencePolicy::create(const std::vector<std::string>& allowed) {
  LicencePolicy policy;
  for (const std::string& text : allowed) {
    GLASS_TRY(const SpdxExpression licence, parse_spdx(text));
    if (licence.kind != SpdxExpression::Kind::kLicence)
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("'{}' is no single licence; list its parts one by one", text));
    const bool named =
        licence.id.starts_with("LicenseRef-") ||
        !known_licence(licence.id.ends_with('+') ? licence.id.substr(0, licence.id.size() - 1)
                                                 : licence.id)
             .empty();
    if (!named)
      return fail(ErrorCode::kInvalidInput,
                  fmt::format("'{}' is no SPDX licence id; see https://spdx.org/licenses", text));
    if (forbids_use_or_changes(licence.id))
      return fail(ErrorCode::kRefused,
                  fmt::format("'{}' forbids commercial use or changes, so works under it cannot "
                              "enter a model that is released; take it off the licence list",
                              text));
    policy.allowed_.insert(to_text(licence));
  }
  return policy;
}

bool LicencePolicy::allows_id(const std::string& id) const {
  if (allowed_.contains(id)) return true;
  const auto from = versioned(id);
  if (!from || !from->or_later) return false;
  return std::ranges::any_of(allowed_, [&](const std::string& one) { return reaches(*from, one); });
}

LicenceDecision LicencePolicy::decide_licence(const SpdxExpression& licence) const {
  const std::string text = to_text(licence);
  if (allowed_.contains(text)) return {.verdict = Verdict::kAllow, .chosen = text, .reason = ""};
  const std::string_view base = licence.id.ends_with('+')
                                    ? std::string_view(licence.id).substr(0, licence.id.size() - 1)
                                    : std::string_view(licence.id);
  const bool listed = allows_id(licence.id);
  if (!listed && known_licence(base).empty())
    return {.verdict = Verdict::kUnknown,
            .chosen = "",
            .reason = licence.id + " is on no licence list"};
  if (!listed)
    return {.verdict = Verdict::kDeny,
            .chosen = "",
            .reason = licence.id + " is not among the allowed licences"};
  // An exception of the SPDX list only adds permissions; what another one does is not known.
  if (!licence.exception.empty() && known_exception(licence.exception).empty())
    return {.verdict = Verdict::kUnknown,
            .chosen = "",
            .reason = licence.exception + " is on no list of exceptions"};
  return {.verdict = Verdict::kAllow, .chosen = text, .reason = ""};
}

LicenceDecision LicencePolicy::decide(const SpdxExpression& expression) const {
  if (expression.kind == SpdxExpression::Kind::kLicence) return decide_licence(expression);
  const bool conjunction = expression.kind == SpdxExpression::Kind::kAnd;
  // What settles the matter at once, and what is worst or best otherwise.
  const Verdict decisive = conjunction ? Verdict::kDeny : Verdict::kAllow;
  LicenceDecision out{
      .verdict = conjunction ? Verdict::kAllow : Verdict::kDeny, .chosen = "", .reason = ""};
  for (const SpdxExpression& part : expression.parts) {
    LicenceDecision decision = decide(part);
    if (decision.verdict == decisive) {
      if (conjunction) decision.chosen.clear();
      return decision;
    }
    if (decision.verdict == Verdict::kUnknown) out.verdict = Verdict::kUnknown;
    if (!decision.reason.empty())
      out.reason += (out.reason.empty() ? "" : "; ") + std::move(decision.reason);
    if (!decision.chosen.empty())
      out.chosen += (out.chosen.empty() ? "" : " AND ") + std::move(decision.chosen);
  }
  if (out.verdict != Verdict::kAllow) out.chosen.clear();
  return out;
}

}  // namespace glass::data
