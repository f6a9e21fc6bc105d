#include "glass/record/release/key_term.h"

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/base/time_text.h"

namespace glass::record {
namespace {

Status refuse(std::string_view key_is, int64_t day, const SignedBy& signature) {
  const std::string shown =
      signature.seen
          ? fmt::format("witnesses had seen the signature by {}", date_text(*signature.seen))
          : fmt::format("no time of witnesses shows when it signed; today is {}",
                        date_text(signature.now));
  return fail(ErrorCode::kMismatch,
              fmt::format("the key {} {}, and {}", key_is, date_text(day), shown));
}

}  // namespace

Status expect_in_term(const KeyTerm& term, const SignedBy& signature) {
  const int64_t latest = signature.seen.value_or(signature.now);
  if (term.revoked && latest >= *term.revoked)
    return refuse("was revoked on", *term.revoked, signature);
  if (term.until && latest >= *term.until) return refuse("ended on", *term.until, signature);
  if (term.from && latest < *term.from) return refuse("counts only from", *term.from, signature);
  return {};
}

}  // namespace glass::record
