// SPDX licence expressions: reading as they occur in the wild, one normal form.
//
// Grammar: AND binds tighter than OR, WITH tighter than AND, parentheses. Accepted besides the
// specification: operators in any case, ids in any case, deprecated ids (GPL-2.0, GPL-2.0+ become
// GPL-2.0-only, GPL-2.0-or-later). Normal form: ids as the SPDX list spells them, operators in
// upper case, parentheses only where needed. Ids that no list knows are kept as they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"

namespace glass::data {

struct SpdxExpression {
  enum class Kind { kLicence, kAnd, kOr };
  Kind kind = Kind::kLicence;
  std::string id;                     // kLicence; may end in '+' ("Apache-2.0+")
  std::string exception;              // kLicence; empty without WITH
  std::vector<SpdxExpression> parts;  // kAnd, kOr: at least two, none of the same kind

  friend bool operator==(const SpdxExpression&, const SpdxExpression&) = default;
};

// kInvalidInput quotes the expression and says what is wrong.
[[nodiscard]] Result<SpdxExpression> parse_spdx(std::string_view text);

// The normal form; parse_spdx(to_text(e)) == e.
std::string to_text(const SpdxExpression& expression);

// A single licence under its normal id.
SpdxExpression spdx_licence(std::string_view id, std::string_view exception = {});

// All of `parts`, or any of them: nested expressions of the same kind are lifted, repeated parts
// dropped. REQUIRES: at least one part.
SpdxExpression spdx_and(std::vector<SpdxExpression> parts);
SpdxExpression spdx_or(std::vector<SpdxExpression> parts);

// The expressions of these texts, all together, in their normal form; texts that are none are left
// out, and of none it is empty.
std::string spdx_all(const std::vector<std::string_view>& texts);

// "LicenseRef-" and `name` with every character that an id may not have replaced by '-'.
std::string licence_ref(std::string_view name);

// The expression behind the first "SPDX-License-Identifier:" within the first 4096 bytes of a
// source file, without what closes the comment; empty if there is none.
std::string_view spdx_line(std::string_view source);

}  // namespace glass::data
