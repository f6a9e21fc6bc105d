// Counting, receipts, invalidating and erasing: what the petition office does by itself.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/days.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/crypto/keyed.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/petitions/address_prefix.h"
#include "glass/institution/petitions/canonical_mail.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_book.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/petition_settings.h"
#include "glass/institution/petitions/signing_limits.h"
#include "glass/record/merkle/merkle.h"
#include "glass/service/facility/facility.h"
#include "glass/service/facility/random_id.h"
#include "glass/service/petitions/petition_keys.h"
#include "glass/service/petitions/petition_office.h"
#include "glass/service/petitions/signature_receipt.h"
#include "glass/service/petitions/signature_store.h"

namespace glass::service {
namespace {

using institution::kCountedHourMs;
using institution::PetitionCounted;
using institution::PetitionDuty;

int64_t hour_of(int64_t at_ms) {
  return at_ms / kCountedHourMs * kCountedHourMs;
}

// From when on nobody can sign.
int64_t shut_ms(const institution::Petition& petition) {
  if (petition.state == institution::PetitionState::kClosed) return petition.ended_at_ms;
  if (petition.state == institution::PetitionState::kPaused) return petition.paused_at_ms;
  return std::numeric_limits<int64_t>::max();
}

bool can_be_counted(const institution::Petition& petition) {
  return petition.opened_at_ms != 0 && petition.has_salts &&
         (petition.state == institution::PetitionState::kOpen ||
          petition.state == institution::PetitionState::kPaused ||
          petition.state == institution::PetitionState::kClosed);
}

// The invalidations by which marked rows do not count.
std::set<std::string, std::less<>> done_of(const institution::Petition& petition) {
  std::set<std::string, std::less<>> done;
  for (const institution::PetitionInvalidation& one : petition.invalidations) {
    if (one.is_done && one.undone < one.number) done.insert(one.invalidation);
  }
  return done;
}

// Of a country that has few signatures nothing is told, unless it was told before.
PetitionCounted counted_of(const institution::Petition& petition, const CountryTotals& totals,
                           int64_t small_count) {
  PetitionCounted counted;
  counted.petition = petition.id;
  for (const auto& [country, its] : totals) {
    counted.totals.validated += its.validated;
    counted.totals.withdrawn += its.withdrawn;
    counted.totals.invalidated += its.invalidated;
    const bool was_named =
        std::ranges::find(petition.countries, country,
                          &institution::PetitionCountryTotals::country) != petition.countries.end();
    if (was_named || its.validated >= small_count)
      counted.countries.push_back({.country = country, .totals = its});
  }
  return counted;
}

}  // namespace

Result<std::optional<PetitionCounted>> PetitionOffice::count_of(
    const institution::Petition& petition, int64_t now_ms) {
  GLASS_TRY(const auto salts, keys_.find(petition.id, PetitionSecret::kSalts));
  if (!salts || !can_be_counted(petition)) return std::nullopt;
  // Nobody signs once it is shut, so what is there was confirmed in its last hour or before.
  int64_t hour_ms = std::min(hour_of(now_ms) - kCountedHourMs, hour_of(shut_ms(petition)));
  GLASS_TRY(const auto rows, store_.without_leaf(petition.id, hour_ms + kCountedHourMs));
  if (rows.empty()) hour_ms = hour_of(now_ms) - kCountedHourMs;
  if (hour_ms <= petition.hour_ms || hour_ms + kCountedHourMs <= petition.opened_at_ms)
    return std::nullopt;
  GLASS_TRY(const auto before, store_.leaves(petition.id));
  std::vector<SignatureStore::NewLeaf> leaves;
  for (const SignatureRow& row : rows)
    leaves.push_back({.id = row.id,
                      .index = std::ssize(before) + std::ssize(leaves),
                      .hash = signature_leaf(leaf_salt(*salts, row.nonce), petition.id, row.country,
                                             hour_of(row.settled_ms))});
  GLASS_TRY_STATUS(store_.put_leaves(leaves));
  GLASS_TRY(const auto all, store_.leaves(petition.id));
  GLASS_TRY(const CountryTotals totals, store_.totals(petition.id, done_of(petition)));
  PetitionCounted counted = counted_of(petition, totals, rules().small_count);
  if (counted.totals == petition.totals && std::ssize(all) == petition.leaves) return std::nullopt;
  const record::TreeHead tree = tree_of(all);
  counted.hour_ms = hour_ms;
  counted.size = tree.size;
  counted.root = to_hex(tree.root.bytes);
  return counted;
}

Result<std::vector<TakenAct>> PetitionOffice::count(int64_t now_ms) {
  GLASS_TRY_STATUS(facility_.catch_up());
  GLASS_TRY_STATUS(facility_.wait(now_ms).map([](int64_t) {}));
  std::vector<std::string> ids;
  for (const auto& [id, unused] : facility_.state().petitions.all()) ids.push_back(id);
  std::vector<TakenAct> acts;
  for (const std::string& id : ids) {
    GLASS_TRY(auto begun, tell_beginning(id, now_ms));
    for (TakenAct& taken : begun) acts.push_back(std::move(taken));
    GLASS_TRY(const institution::Petition* one, petition(id));
    GLASS_TRY(const auto counted, count_of(*one, now_ms));
    if (!counted) continue;
    GLASS_TRY(TakenAct taken, act(*counted, now_ms));
    acts.push_back(std::move(taken));
  }
  return acts;
}

Result<SignatureReceipt> PetitionOffice::receipt(std::string_view token) {
  GLASS_TRY(const SignatureRow row, row_of(token));
  GLASS_TRY(const institution::Petition* signed_one, petition(row.petition));
  if (row.role != SigningRole::kSigner || row.state != "validated")
    return refused("there are receipts of confirmed signatures alone");
  if (row.leaf < 0 || row.leaf >= signed_one->leaves)
    return refused("the signature is counted when its hour is over; ask again then");
  GLASS_TRY(const auto salts, keys_.find(row.petition, PetitionSecret::kSalts));
  if (!salts)
    return refused(
        "the salts of this petition are destroyed; nobody can tell any more whose leaf "
        "is which");
  GLASS_TRY(std::vector<crypto::Digest> leaves, store_.leaves(row.petition));
  if (std::ssize(leaves) < signed_one->leaves)
    return fail(ErrorCode::kCorruption,
                fmt::format("{} leaves of petition {} were published, and {} are kept; restore the "
                            "database of signatures",
                            signed_one->leaves, row.petition, leaves.size()));
  leaves.resize(static_cast<size_t>(signed_one->leaves));
  SignatureReceipt receipt{.facility = facility_.state().facility,
                           .petition = row.petition,
                           .country = row.country,
                           .hour_ms = hour_of(row.settled_ms),
                           .salt = leaf_salt(*salts, row.nonce),
                           .index = row.leaf,
                           .tree = tree_of(leaves),
                           .proof = prove_leaf(leaves, row.leaf, signed_one->leaves)};
  if (to_hex(receipt.tree.root.bytes) != signed_one->root)
    return fail(ErrorCode::kMismatch,
                fmt::format("the leaves of petition {} are not those of the root in the journal; "
                            "the database of signatures was changed",
                            row.petition));
  return receipt;
}

Result<InvalidationRule> PetitionOffice::rule_of(const Invalidation& wanted) const {
  GLASS_TRY(const crypto::SymmetricKey key, key_of(wanted.petition));
  InvalidationRule rule{.rule = wanted.rule,
                        .value = wanted.value,
                        .from_ms = wanted.from_ms,
                        .until_ms = wanted.until_ms};
  const auto& domains = rules().mail_domains;
  if (wanted.rule == "mailbox") {
    GLASS_TRY(const std::string mailbox,
              institution::canonical_mail(
                  wanted.value, domains.empty() ? institution::usual_mail_domains() : domains));
    rule.value = known_by(key, "mailbox", mailbox);
  } else if (wanted.rule == "prefix") {
    GLASS_TRY(const std::string prefix, institution::address_prefix(wanted.value));
    rule.value = known_by(key, "prefix", prefix);
  } else if (wanted.rule == "domain") {
    rule.value = known_by(key, "domain", wanted.value);
  } else if (wanted.rule == "name" || wanted.rule == "postcode") {
    return refused("signers give no names and no postcodes here; use another rule");
  }
  return rule;
}

Result<MarkedRows> PetitionOffice::preview(const Invalidation& wanted) {
  GLASS_TRY(const InvalidationRule rule, rule_of(wanted));
  const std::string id = random_id();
  GLASS_TRY(const MarkedRows marked, store_.mark(wanted.petition, rule, id));
  GLASS_TRY_STATUS(store_.unmark(id));
  return marked;
}

Result<institution::PetitionInvalidationProposed> PetitionOffice::propose(
    const Invalidation& wanted, int64_t now_ms) {
  GLASS_TRY(const InvalidationRule rule, rule_of(wanted));
  institution::PetitionInvalidationProposed proposed;
  proposed.petition = wanted.petition;
  proposed.invalidation = random_id();
  proposed.rule = wanted.rule;
  proposed.reason = wanted.reason;
  proposed.reasons = wanted.reasons;
  GLASS_TRY(const MarkedRows marked, store_.mark(wanted.petition, rule, proposed.invalidation));
  proposed.number = marked.validated;
  proposed.pending = marked.pending;
  if (const auto taken = act(proposed, now_ms); !taken) {
    if (taken.error().code == ErrorCode::kRefused)
      GLASS_TRY_STATUS(store_.unmark(proposed.invalidation));
    return tl::unexpected(taken.error());
  }
  return proposed;
}

Result<TakenAct> PetitionOffice::agree(const std::string& petition, const std::string& invalidation,
                                       int64_t now_ms) {
  GLASS_TRY(const MarkedRows marked, store_.marked(invalidation));
  institution::PetitionInvalidated done;
  done.petition = petition;
  done.invalidation = invalidation;
  done.number = marked.validated;
  done.pending = marked.pending;
  return act(done, now_ms);
}

Status PetitionOffice::drop(const std::string& petition_id, const std::string& invalidation) {
  GLASS_TRY(const institution::Petition* one, petition(petition_id));
  const auto found = std::ranges::find(one->invalidations, invalidation,
                                       &institution::PetitionInvalidation::invalidation);
  if (found != one->invalidations.end() && found->is_done)
    return refused(fmt::format("invalidation {} is done; undo it", invalidation));
  return store_.unmark(invalidation);
}

// What a petition's end makes due: first it is done, then it is signed that it is.
Status PetitionOffice::erase_secrets(ErasedData& erased, int64_t now_ms) {
  std::vector<std::pair<std::string, PetitionDuty>> duties;
  for (const auto& [id, one] : facility_.state().petitions.all()) {
    if (institution::has_ended(one) && one.has_key) {
      GLASS_TRY(const int64_t rows, store_.erase_addresses_of(id));
      erased.rows += rows;
    }
    for (const auto& duty : institution::due(one, facility_.state().charter->petitions(), now_ms)) {
      if (duty.duty == PetitionDuty::kDestroyKey || duty.duty == PetitionDuty::kDestroySalts)
        duties.emplace_back(id, duty.duty);
    }
  }
  for (const auto& [id, duty] : duties) {
    const bool is_key = duty == PetitionDuty::kDestroyKey;
    GLASS_TRY(const int64_t rows, is_key ? store_.erase_mailboxes(id) : store_.anonymise(id));
    erased.rows += rows;
    GLASS_TRY_STATUS(keys_.destroy(id, is_key ? PetitionSecret::kKey : PetitionSecret::kSalts));
    GLASS_TRY(TakenAct taken,
              act(institution::PetitionSecretDestroyed{.petition = id,
                                                       .secret = is_key ? "key" : "salts"},
                  now_ms));
    erased.acts.push_back(std::move(taken));
  }
  return {};
}

Result<ErasedData> PetitionOffice::erase(int64_t now_ms) {
  ErasedData erased;
  GLASS_TRY(erased.acts, count(now_ms));
  const int64_t token_ms = rules().token_hours * kCountedHourMs;
  for (const auto& part : {store_.expire(now_ms - token_ms),
                           store_.erase_addresses(now_ms - rules().raw_days * kDayMs),
                           store_.forget_attempts(now_ms - kCountedHourMs)}) {
    GLASS_TRY(const int64_t rows, part);
    erased.rows += rows;
  }
  GLASS_TRY_STATUS(erase_secrets(erased, now_ms));
  GLASS_TRY_STATUS(store_.scrub());
  return erased;
}

}  // namespace glass::service
