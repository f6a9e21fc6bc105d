#include "glass/institution/petitions/signature.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/institution/petitions/internal/refusal.h"
#include "glass/institution/petitions/petition_settings.h"

namespace glass::institution {
namespace {

constexpr int64_t kTokenHourMs = 3'600'000;
constexpr int64_t kRawDayMs = 24 * kTokenHourMs;
constexpr std::array<std::string_view, 7> kSignatureStates = {
    "pending", "validated", "withdrawn", "invalidated", "anonymised", "expired", "fraudulent"};

int64_t token_until_ms(const Signature& signature, const PetitionSettings& settings) {
  return signature.asked_at_ms + settings.token_hours * kTokenHourMs;
}

Status expect_signature(const Signature& signature, SignatureState state, std::string_view what) {
  if (signature.state == state) return {};
  return petitions::refused(fmt::format("a signature that is {} cannot be {}; only one that is {}",
                                        to_text(signature.state), what, to_text(state)));
}

Signature settled(Signature signature, SignatureState state, int64_t at_ms) {
  signature.state = state;
  if (signature.settled_at_ms == 0) signature.settled_at_ms = at_ms;
  return signature;
}

Result<Signature> by_rule(Signature signature, SignatureState state, std::string invalidation,
                          int64_t at_ms) {
  GLASS_TRY_STATUS(petitions::expect_id("invalidation", invalidation));
  signature.before = signature.state;
  signature.invalidation = std::move(invalidation);
  return settled(std::move(signature), state, at_ms);
}

}  // namespace

std::string_view to_text(SignatureState state) {
  return kSignatureStates[static_cast<size_t>(state)];
}

bool counts(const Signature& signature) {
  return signature.state == SignatureState::kValidated ||
         signature.state == SignatureState::kAnonymised;
}

Result<Signature> confirm(Signature signature, const PetitionSettings& settings, int64_t at_ms) {
  GLASS_TRY_STATUS(expect_signature(signature, SignatureState::kPending, "confirmed"));
  if (at_ms >= token_until_ms(signature, settings))
    return petitions::refused(
        fmt::format("the link was worth something until {}; sign again, and "
                    "another one is sent",
                    petitions::moment(token_until_ms(signature, settings))));
  return settled(std::move(signature), SignatureState::kValidated, at_ms);
}

Result<Signature> withdraw(Signature signature, int64_t at_ms) {
  GLASS_TRY_STATUS(expect_signature(signature, SignatureState::kValidated, "withdrawn"));
  return settled(std::move(signature), SignatureState::kWithdrawn, at_ms);
}

Result<Signature> expire(Signature signature, const PetitionSettings& settings, int64_t at_ms) {
  GLASS_TRY_STATUS(expect_signature(signature, SignatureState::kPending, "expired"));
  const int64_t until_ms = token_until_ms(signature, settings);
  if (at_ms < until_ms)
    return petitions::refused(
        fmt::format("its link is worth something until {}", petitions::moment(until_ms)));
  return settled(std::move(signature), SignatureState::kExpired, until_ms);
}

Result<Signature> anonymise(Signature signature) {
  GLASS_TRY_STATUS(expect_signature(signature, SignatureState::kValidated, "anonymised"));
  signature.state = SignatureState::kAnonymised;
  return signature;
}

Result<Signature> invalidate(Signature signature, std::string invalidation, int64_t at_ms) {
  if (signature.state != SignatureState::kPending)
    GLASS_TRY_STATUS(expect_signature(signature, SignatureState::kValidated, "invalidated"));
  return by_rule(std::move(signature), SignatureState::kInvalidated, std::move(invalidation),
                 at_ms);
}

Result<Signature> mark_fraudulent(Signature signature, std::string invalidation, int64_t at_ms) {
  if (signature.state == SignatureState::kAnonymised)
    return petitions::refused("nothing is known of an anonymised signature any more");
  if (signature.state == SignatureState::kFraudulent)
    return petitions::refused("this signature was marked as fraudulent before");
  if (signature.state == SignatureState::kInvalidated)
    return petitions::refused(
        fmt::format("invalidation {} holds this signature; undo that first, so that both can be "
                    "undone",
                    signature.invalidation));
  return by_rule(std::move(signature), SignatureState::kFraudulent, std::move(invalidation), at_ms);
}

Result<Signature> undo(Signature signature, std::string_view invalidation) {
  const bool is_held = signature.state == SignatureState::kInvalidated ||
                       signature.state == SignatureState::kFraudulent;
  if (!is_held || signature.invalidation != invalidation)
    return petitions::refused(
        fmt::format("invalidation {} does not hold this signature", invalidation));
  signature.state = signature.before;
  signature.invalidation.clear();
  if (signature.state == SignatureState::kPending) signature.settled_at_ms = 0;
  signature.before = SignatureState::kPending;
  return signature;
}

int64_t raw_data_until_ms(const Signature& signature, const PetitionSettings& settings,
                          int64_t petition_ended_at_ms) {
  const int64_t until_ms = signature.settled_at_ms == 0
                               ? token_until_ms(signature, settings)
                               : signature.settled_at_ms + settings.raw_days * kRawDayMs;
  return petition_ended_at_ms == 0 ? until_ms : std::min(until_ms, petition_ended_at_ms);
}

}  // namespace glass::institution
