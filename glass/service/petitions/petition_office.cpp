// Drafts and signatures: what comes in from people. Counting is in office_counting.cpp.
#include "glass/service/petitions/petition_office.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/refusal.h"
#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/keyed.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/charter/charter.h"
#include "glass/institution/petitions/address_prefix.h"
#include "glass/institution/petitions/canonical_mail.h"
#include "glass/institution/petitions/country.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_book.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/petition_settings.h"
#include "glass/institution/petitions/signature.h"
#include "glass/institution/petitions/signing_limits.h"
#include "glass/record/evidence/statement.h"
#include "glass/service/facility/draft_act.h"
#include "glass/service/facility/facility.h"
#include "glass/service/facility/journal_entry.h"
#include "glass/service/facility/random_id.h"
#include "glass/service/facility/texts.h"
#include "glass/service/petitions/letters.h"
#include "glass/service/petitions/petition_keys.h"
#include "glass/service/petitions/signature_store.h"
#include "glass/system/files.h"
#include "glass/system/mail/mail_message.h"

namespace glass::service {
namespace {

using institution::LimitedAct;
using institution::Petition;
using institution::PetitionEvent;
using institution::PetitionState;

constexpr int64_t kMinuteMs = 60'000, kTokenHourMs = 3'600'000;

// As it is kept: nobody gets from here to the token.
std::string token_digest(std::string_view token) {
  return to_hex(crypto::sha256(fmt::format("glassworks/petition-token/v1\n{}", token)).bytes);
}

std::string title_of(std::string_view text) {
  constexpr size_t kMostTitleBytes = 200;
  const std::string_view line = text.substr(0, text.find('\n'));
  return std::string(line.size() > kMostTitleBytes ? "(a petition)" : line);
}

institution::Signature signature_of(const SignatureRow& row) {
  institution::Signature signature;
  signature.asked_at_ms = row.asked_ms;
  signature.settled_at_ms = row.settled_ms;
  if (row.state == "validated") signature.state = institution::SignatureState::kValidated;
  if (row.state == "withdrawn") signature.state = institution::SignatureState::kWithdrawn;
  return signature;
}

// Whether an invalidation holds a row: one that is proposed, or done and not undone.
bool is_held(const Petition& petition, const SignatureRow& row) {
  if (row.invalidation.empty()) return false;
  const auto found = std::ranges::find(petition.invalidations, row.invalidation,
                                       &institution::PetitionInvalidation::invalidation);
  return found == petition.invalidations.end() || !found->is_done || found->number == 0 ||
         found->undone < found->number;
}

Status expect_role(const Petition& petition, SigningRole role) {
  const bool has_begun = petition.state == PetitionState::kCollectingSponsors ||
                         petition.state == PetitionState::kModeration;
  if (role == SigningRole::kSponsor && !has_begun)
    return refused(fmt::format("petition {} is {}; sponsors are taken before it is open",
                               petition.id, institution::to_text(petition.state)));
  if (role == SigningRole::kSigner && petition.state != PetitionState::kOpen)
    return refused(fmt::format("petition {} is {}; people sign while it is open", petition.id,
                               institution::to_text(petition.state)));
  return {};
}

}  // namespace

Result<PetitionOffice> PetitionOffice::open(system::Files& files, const system::Path& folder,
                                            const crypto::SecretKey& seat_key,
                                            system::MailSender& mail,
                                            const OfficeSettings& settings) {
  GLASS_TRY(Facility facility, Facility::open(files, folder));
  GLASS_TRY(auto database, signatures_of(settings, folder));
  GLASS_TRY(SignatureStore store, SignatureStore::open(std::move(database)));
  return PetitionOffice(files, folder, seat_key, mail, settings, std::move(facility),
                        std::move(store));
}

const institution::PetitionSettings& PetitionOffice::rules() const {
  return facility_.state().charter->settings().petitions;
}

Result<const Petition*> PetitionOffice::petition(std::string_view id) const {
  const Petition* found = facility_.state().petitions.find(id);
  if (found == nullptr) return refused(fmt::format("there is no petition {}", id));
  return found;
}

Result<crypto::SymmetricKey> PetitionOffice::key_of(std::string_view petition) const {
  GLASS_TRY(const auto key, keys_.find(petition, PetitionSecret::kKey));
  if (key) return *key;
  return refused(
      fmt::format("the key of petition {} is not here: it was destroyed when the petition ended, "
                  "or lies with another office",
                  petition));
}

Result<TakenAct> PetitionOffice::act(const PetitionEvent& event, int64_t now_ms) {
  GLASS_TRY_STATUS(facility_.catch_up());
  GLASS_TRY_STATUS(facility_.wait(now_ms).map([](int64_t) {}));
  GLASS_TRY(const institution::Act drafted,
            draft_act(facility_.state(), seat_key_.public_key(), event, now_ms));
  reader_(drafted);
  record::Statement statement = statement_of(drafted);
  record::sign(statement, seat_key_);
  return facility_.take(statement, now_ms);
}

Result<PetitionOffice::ReadForm> PetitionOffice::read(const SigningForm& form,
                                                      std::string_view petition) const {
  const auto& domains = rules().mail_domains;
  GLASS_TRY(const std::string mailbox,
            institution::canonical_mail(
                form.mailbox, domains.empty() ? institution::usual_mail_domains() : domains));
  if (!system::is_mailbox(form.mailbox))
    return invalid_input("letters cannot be sent to this address; give one of ASCII letters");
  if (!institution::is_country(form.country))
    return invalid_input(
        fmt::format("'{}' is no country's code of ISO 3166, such as DE", form.country));
  GLASS_TRY(const std::string prefix, institution::address_prefix(form.address));
  GLASS_TRY(const crypto::SymmetricKey key, key_of(petition));
  return ReadForm{
      .key = key,
      .mailbox = known_by(key, "mailbox", mailbox),
      .prefix = known_by(key, "prefix", prefix),
      .domain = known_by(key, "domain", institution::mail_domain(mailbox)),
      .fill_time = form.fill_ms < 0 ? "" : std::string(institution::fill_time_class(form.fill_ms))};
}

Status PetitionOffice::expect_attempt(LimitedAct what, const std::string& key, int64_t now_ms) {
  const auto limits = institution::limits_of(rules(), what);
  GLASS_TRY(std::vector<int64_t> earlier,
            store_.attempts(key, now_ms - institution::remembered_ms(limits)));
  // Of a clock that was set back.
  std::erase_if(earlier, [&](int64_t at_ms) { return at_ms > now_ms; });
  if (const auto until_ms = institution::refused_until_ms(earlier, limits, now_ms))
    return refused(fmt::format("too many attempts came from the same place; try again from {} on",
                               time_text(*until_ms)));
  return store_.add_attempt(key, now_ms);
}

Result<LetterHead> PetitionOffice::head_of(std::string_view petition) const {
  const Petition* found = facility_.state().petitions.find(petition);
  LetterHead head{.facility = facility_.state().charter->settings().name,
                  .title = "(a petition)",
                  .link = settings_.link};
  if (found == nullptr) return head;
  GLASS_TRY(const auto text, find_text(files_, folder_, found->text));
  if (text) head.title = title_of(text->text);
  return head;
}

// A letter to a mailbox, unless it has had enough of them: then nobody is told that it has not.
Status PetitionOffice::ask(const std::string& petition, SigningRole role, const SigningForm& form,
                           const ReadForm& read, int64_t now_ms) {
  if (const Status may =
          expect_attempt(LimitedAct::kCreate, known_by(read.key, "letter", read.mailbox), now_ms);
      !may)
    return may.error().code == ErrorCode::kRefused ? Status() : may;
  const std::string token = random_id();
  const SignatureRow row{.id = random_id(),
                         .petition = petition,
                         .role = role,
                         .mailbox = read.mailbox,
                         .prefix = read.prefix,
                         .domain = read.domain,
                         .address = sealed_address(read.key, form.mailbox),
                         .country = form.country,
                         .fill_time = read.fill_time,
                         .asked_ms = now_ms,
                         .token = token_digest(token),
                         .nonce = random_id()};
  GLASS_TRY(const bool is_new, store_.add(row));
  if (!is_new) {
    GLASS_TRY(const auto there, store_.find_mailbox(petition, role, read.mailbox));
    if (there) return ask_again(*there, token, form, now_ms);
    return refused("it was withdrawn a moment ago; try again");
  }
  GLASS_TRY(const LetterHead head, head_of(petition));
  return mail_.send(letter_to_confirm(head, form.mailbox, role, token,
                                      now_ms + rules().token_hours * kTokenHourMs));
}

// Of a mailbox that was heard of before: a token that is worth what the row is worth.
Status PetitionOffice::ask_again(const SignatureRow& row, const std::string& token,
                                 const SigningForm& form, int64_t now_ms) {
  GLASS_TRY(const LetterHead head, head_of(row.petition));
  const bool is_pending = row.state == "pending";
  GLASS_TRY_STATUS(
      store_.renew_token(row, token_digest(token), is_pending ? now_ms : row.asked_ms));
  return mail_.send(is_pending ? letter_to_confirm(head, form.mailbox, row.role, token,
                                                   now_ms + rules().token_hours * kTokenHourMs)
                               : letter_of_confirmation(head, form.mailbox, row.role, token));
}

Result<std::string> PetitionOffice::draft(std::string_view text, const SigningForm& form,
                                          int64_t now_ms) {
  GLASS_TRY(const CommittedText committed, committed_text("petition.drafted.text", text));
  GLASS_TRY(const crypto::SymmetricKey office, keys_.office());
  GLASS_TRY(const std::string canonical,
            institution::canonical_mail(form.mailbox, institution::usual_mail_domains()));
  GLASS_TRY_STATUS(
      expect_attempt(LimitedAct::kCreate, known_by(office, "create", canonical), now_ms));
  const std::string id = random_id();
  GLASS_TRY_STATUS(keys_.make(id));
  const auto undo = [&](Error why) -> tl::unexpected<Error> {
    static_cast<void>(keys_.destroy(id, PetitionSecret::kKey));
    static_cast<void>(keys_.destroy(id, PetitionSecret::kSalts));
    return tl::unexpected(std::move(why));
  };
  const auto read_form = read(form, id);
  if (!read_form) return undo(read_form.error());
  GLASS_TRY_STATUS(save_text(files_, folder_, committed));
  // Who asks is committed to by the petition's key, so the commitment ends with it.
  const auto taken = act(
      institution::PetitionDrafted{.petition = id,
                                   .text = to_hex(commitment(committed).bytes),
                                   .creator = known_by(read_form->key, "creator", form.mailbox)},
      now_ms);
  if (!taken) {
    if (taken.error().code == ErrorCode::kRefused)
      GLASS_TRY_STATUS(forget_text(files_, folder_, committed));
    return undo(taken.error());
  }
  GLASS_TRY_STATUS(ask(id, SigningRole::kCreator, form, *read_form, now_ms));
  return id;
}

Result<institution::Trend> PetitionOffice::sign(const std::string& petition_id, SigningRole role,
                                                const SigningForm& form, int64_t now_ms) {
  GLASS_TRY_STATUS(facility_.wait(now_ms).map([](int64_t) {}));
  GLASS_TRY(const Petition* signed_one, petition(petition_id));
  GLASS_TRY_STATUS(expect_role(*signed_one, role));
  GLASS_TRY(const ReadForm read_form, read(form, petition_id));
  const bool signs = role == SigningRole::kSigner;
  GLASS_TRY_STATUS(expect_attempt(
      signs ? LimitedAct::kSign : LimitedAct::kSponsor,
      known_by(read_form.key, signs ? "sign" : "sponsor", read_form.prefix), now_ms));
  GLASS_TRY_STATUS(ask(petition_id, role, form, read_form, now_ms));
  institution::Trend trend = institution::Trend::kNone;
  for (const auto& [column, value] :
       {std::pair("prefix", read_form.prefix), std::pair("domain", read_form.domain)}) {
    GLASS_TRY(
        std::vector<int64_t> times,
        store_.times(petition_id, column, value, now_ms - 60 * kMinuteMs, rules().trend_alert));
    std::erase_if(times, [&](int64_t at_ms) { return at_ms > now_ms; });
    trend = std::max(trend, institution::trend_of(times, rules(), now_ms));
  }
  return trend;
}

Result<SignatureRow> PetitionOffice::row_of(std::string_view token) {
  GLASS_TRY(auto row, store_.find_token(token_digest(token)));
  if (row) return std::move(*row);
  return refused(
      "this token is worth nothing: it was used, is too old, or is no token of this office; sign "
      "again, and another one is sent");
}

Status PetitionOffice::expect_confirmable(const SignatureRow& row, int64_t now_ms) const {
  GLASS_TRY_STATUS(
      institution::confirm(signature_of(row), rules(), now_ms).map([](const auto&) {}));
  GLASS_TRY(const Petition* confirmed, petition(row.petition));
  if (is_held(*confirmed, row))
    return refused("signatures like this one are being examined; try again later");
  if (row.role == SigningRole::kCreator) return {};
  GLASS_TRY_STATUS(expect_role(*confirmed, row.role));
  if (row.role == SigningRole::kSponsor && confirmed->sponsors >= rules().sponsors_most)
    return refused("it has all the sponsors that it may have; sign it when it is open");
  return {};
}

Result<ConfirmedSignature> PetitionOffice::confirm(std::string_view token, std::string_view address,
                                                   int64_t now_ms) {
  GLASS_TRY_STATUS(facility_.wait(now_ms).map([](int64_t) {}));
  GLASS_TRY(const std::string prefix, institution::address_prefix(address));
  GLASS_TRY(const crypto::SymmetricKey office, keys_.office());
  GLASS_TRY_STATUS(
      expect_attempt(LimitedAct::kConfirm, known_by(office, "confirm", prefix), now_ms));
  GLASS_TRY(const SignatureRow row, row_of(token));
  GLASS_TRY_STATUS(expect_confirmable(row, now_ms));
  const std::string next_token = random_id();
  GLASS_TRY(const bool is_ours, store_.confirm(row, token_digest(next_token), now_ms));
  if (!is_ours) return refused("this token was used a moment ago");
  ConfirmedSignature confirmed{.petition = row.petition, .role = row.role, .acts = {}};
  GLASS_TRY(confirmed.acts, tell_beginning(row.petition, now_ms));
  // It is confirmed whether or not this letter leaves: to sign again brings another one.
  GLASS_TRY(const crypto::SymmetricKey key, key_of(row.petition));
  GLASS_TRY(const std::string mailbox, unsealed_address(key, row.address));
  GLASS_TRY(const LetterHead head, head_of(row.petition));
  GLASS_TRY_STATUS(mail_.send(letter_of_confirmation(head, mailbox, row.role, next_token)));
  return confirmed;
}

Status PetitionOffice::withdraw(std::string_view token, int64_t now_ms) {
  GLASS_TRY_STATUS(facility_.wait(now_ms).map([](int64_t) {}));
  GLASS_TRY(const SignatureRow row, row_of(token));
  GLASS_TRY_STATUS(institution::withdraw(signature_of(row), now_ms).map([](const auto&) {}));
  GLASS_TRY(const Petition* signed_one, petition(row.petition));
  if (row.role != SigningRole::kSigner)
    return refused("only signatures are taken back; write to the petition office");
  if (institution::has_ended(*signed_one))
    return refused(
        fmt::format("petition {} has ended; signatures were taken back until then", row.petition));
  if (is_held(*signed_one, row))
    return refused("this signature is being examined, or counts no more");
  GLASS_TRY(const bool is_ours, store_.withdraw(row, now_ms));
  if (!is_ours) return refused("this token was used a moment ago");
  return {};
}

// What the store knows of a petition's creator and sponsors, and the journal does not yet.
Result<std::vector<TakenAct>> PetitionOffice::tell_beginning(const std::string& id,
                                                             int64_t now_ms) {
  std::vector<TakenAct> acts;
  GLASS_TRY(const Petition* begun, petition(id));
  if (begun->state == PetitionState::kDraft) {
    GLASS_TRY(const int64_t creators, store_.count(id, SigningRole::kCreator, "validated"));
    if (creators == 0) return acts;
    GLASS_TRY(TakenAct taken, act(institution::PetitionConfirmed{.petition = id}, now_ms));
    acts.push_back(std::move(taken));
  }
  GLASS_TRY(const int64_t sponsors, store_.count(id, SigningRole::kSponsor, "validated"));
  while (true) {
    GLASS_TRY(begun, petition(id));
    const bool takes_more = expect_role(*begun, SigningRole::kSponsor).has_value() &&
                            begun->sponsors < std::min(sponsors, rules().sponsors_most);
    if (!takes_more) return acts;
    GLASS_TRY(TakenAct taken,
              act(institution::PetitionSponsored{.petition = id, .sponsors = begun->sponsors + 1},
                  now_ms));
    acts.push_back(std::move(taken));
  }
}

}  // namespace glass::service
