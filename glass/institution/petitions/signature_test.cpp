#include "glass/institution/petitions/signature.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "glass/base/result.h"
#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution {
namespace {

constexpr int64_t kHourOfTokenMs = 3'600'000;
constexpr int64_t kAskedMs = 1'800'000'000'000;
const std::string kOne(32, '1'), kTwo(32, '2');

Signature pending() {
  Signature signature;
  signature.asked_at_ms = kAskedMs;
  return signature;
}

Signature validated() {
  return confirm(pending(), PetitionSettings(), kAskedMs + 1).value();
}

std::string signature_refusal(const Result<Signature>& result) {
  if (result) return "";
  EXPECT_EQ(result.error().code, ErrorCode::kRefused);
  return result.error().message;
}

TEST(Signature, CountsFromItsConfirmationUntilItIsTakenBack) {
  EXPECT_FALSE(counts(pending()));
  EXPECT_TRUE(counts(validated()));
  EXPECT_FALSE(counts(withdraw(validated(), kAskedMs + 2).value()));
  EXPECT_FALSE(counts(invalidate(validated(), kOne, kAskedMs + 2).value()));
  EXPECT_TRUE(counts(anonymise(validated()).value()));
}

TEST(Signature, IsConfirmedOnceAndWithinTheHoursOfItsToken) {
  const PetitionSettings settings;
  const int64_t until_ms = kAskedMs + 72 * kHourOfTokenMs;
  EXPECT_TRUE(confirm(pending(), settings, until_ms - 1));
  EXPECT_NE(signature_refusal(confirm(pending(), settings, until_ms)).find("sign again"),
            std::string::npos);
  EXPECT_NE(signature_refusal(confirm(validated(), settings, kAskedMs))
                .find("that is validated cannot be"),
            std::string::npos);
  EXPECT_FALSE(expire(pending(), settings, until_ms - 1));
  const Signature expired = expire(pending(), settings, until_ms + 5).value();
  EXPECT_EQ(expired.state, SignatureState::kExpired);
  EXPECT_EQ(expired.settled_at_ms, until_ms);
  EXPECT_FALSE(confirm(expired, settings, kAskedMs + 1));
}

TEST(Signature, ThatDoesNotCountCannotBeWithdrawnOrAnonymised) {
  EXPECT_FALSE(withdraw(pending(), kAskedMs));
  EXPECT_FALSE(anonymise(pending()));
  const Signature withdrawn = withdraw(validated(), kAskedMs + 2).value();
  EXPECT_FALSE(withdraw(withdrawn, kAskedMs + 3));
  EXPECT_FALSE(anonymise(withdrawn));
  EXPECT_FALSE(invalidate(withdrawn, kOne, kAskedMs + 3));
}

TEST(Signature, IsInvalidatedByTheIdOfARuleAndUndoneByIt) {
  const Signature held = invalidate(validated(), kOne, kAskedMs + 2).value();
  EXPECT_EQ(undo(held, kOne).value(), validated());
  EXPECT_NE(signature_refusal(undo(held, kTwo)).find("does not hold this signature"),
            std::string::npos);
  EXPECT_FALSE(undo(validated(), kOne));
  EXPECT_NE(signature_refusal(invalidate(validated(), "spam", kAskedMs)).find("32 lower-case"),
            std::string::npos);
  EXPECT_EQ(undo(invalidate(pending(), kOne, kAskedMs + 2).value(), kOne).value(), pending());
}

TEST(Signature, OfAnyStateIsMarkedFraudulentByARule) {
  const PetitionSettings settings;
  const Signature expired = expire(pending(), settings, kAskedMs + 99 * kHourOfTokenMs).value();
  const Signature withdrawn = withdraw(validated(), kAskedMs + 2).value();
  for (const Signature& one : {pending(), validated(), expired, withdrawn}) {
    const Signature marked = mark_fraudulent(one, kOne, kAskedMs + 9).value();
    EXPECT_EQ(marked.state, SignatureState::kFraudulent);
    EXPECT_FALSE(counts(marked));
    EXPECT_FALSE(mark_fraudulent(marked, kTwo, kAskedMs + 9));
    EXPECT_EQ(undo(marked, kOne).value(), one);
  }
  EXPECT_FALSE(mark_fraudulent(anonymise(validated()).value(), kOne, kAskedMs + 9));
  EXPECT_FALSE(
      mark_fraudulent(invalidate(validated(), kOne, kAskedMs + 2).value(), kTwo, kAskedMs + 9));
  EXPECT_FALSE(mark_fraudulent(pending(), "", kAskedMs));
}

TEST(Signature, LosesItsAddressesInTime) {
  const PetitionSettings settings;
  const int64_t days_ms = 30 * 24 * kHourOfTokenMs;
  EXPECT_EQ(raw_data_until_ms(pending(), settings, 0), kAskedMs + 72 * kHourOfTokenMs);
  EXPECT_EQ(raw_data_until_ms(validated(), settings, 0), kAskedMs + 1 + days_ms);
  EXPECT_EQ(raw_data_until_ms(validated(), settings, kAskedMs + 7), kAskedMs + 7);
  EXPECT_EQ(raw_data_until_ms(validated(), settings, kAskedMs + 2 * days_ms),
            kAskedMs + 1 + days_ms);
}

// Whatever is tried: an anonymised one stays so, and what counts was confirmed.
TEST(Signature, CountsOnlyIfItWasConfirmed) {
  EXPECT_TRUE(rc::check("anything that is tried", [] {
    const PetitionSettings settings;
    Signature signature = pending();
    bool was_confirmed = false;
    int64_t at_ms = kAskedMs;
    const auto tries = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 7));
    for (const int which : tries) {
      at_ms += *rc::gen::inRange<int64_t>(0, 20 * kHourOfTokenMs);
      const Result<Signature> next = which == 0   ? confirm(signature, settings, at_ms)
                                     : which == 1 ? withdraw(signature, at_ms)
                                     : which == 2 ? expire(signature, settings, at_ms)
                                     : which == 3 ? anonymise(signature)
                                     : which == 4 ? invalidate(signature, kOne, at_ms)
                                     : which == 5 ? mark_fraudulent(signature, kTwo, at_ms)
                                                  : undo(signature, kOne);
      if (signature.state == SignatureState::kAnonymised) RC_ASSERT(!next.has_value());
      if (!next) continue;
      was_confirmed |= which == 0;
      signature = *next;
      RC_ASSERT((!counts(signature) || was_confirmed));
      RC_ASSERT((signature.settled_at_ms == 0) == (signature.state == SignatureState::kPending));
      RC_ASSERT(
          (signature.invalidation.empty() == (signature.state != SignatureState::kInvalidated &&
                                              signature.state != SignatureState::kFraudulent)));
    }
  }));
}

}  // namespace
}  // namespace glass::institution
