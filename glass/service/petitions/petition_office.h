// PetitionOffice: what a facility's petition office does for people who have no seat: it takes
// drafts and signatures, writes to mailboxes, counts every hour, and erases what has to be erased.
// What the public is to know it signs into the journal, with the key of its seat; who signed stays
// in its own store.
//
// What always holds:
//
//   1. nothing counts before its mailbox has confirmed it, by a token that is used once and of
//   which
//      only the digest is kept;
//   2. whoever asks for a letter learns nothing about the mailbox: the answer is the same whether
//      it has signed or not;
//   3. what is confirmed is counted with the next count, and has a leaf in its tree for good;
//   4. no address or other text gets into the journal, an error or a log;
//   5. a kill between two steps is made good by the next count.
//
// Limits of signing_limits.h are looked at before the attempt is put down, so two attempts at the
// same moment may both pass.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/institution/petitions/signing_limits.h"
#include "glass/service/facility/facility.h"
#include "glass/service/petitions/letters.h"
#include "glass/service/petitions/office_settings.h"
#include "glass/service/petitions/petition_keys.h"
#include "glass/service/petitions/signature_receipt.h"
#include "glass/service/petitions/signature_store.h"
#include "glass/system/files.h"
#include "glass/system/mail/mail.h"

namespace glass::service {

// What somebody types.
struct SigningForm {
  std::string mailbox;
  std::string country;   // of ISO 3166, two letters
  std::string address;   // where they come from on the network
  int64_t fill_ms = -1;  // how long they took; -1: not known
};

struct ConfirmedSignature {
  std::string petition;
  SigningRole role = SigningRole::kSigner;
  std::vector<TakenAct> acts;  // that it has led to at once: of creators and sponsors
};

struct ErasedData {
  int64_t rows = 0;
  std::vector<TakenAct> acts;  // that say which keys and salts were destroyed
};

class PetitionOffice {
 public:
  // `seat_key` acts for a seat with the charter's right to these acts. REQUIRES: `mail` outlives
  // it.
  [[nodiscard]] static Result<PetitionOffice> open(system::Files& files, const system::Path& folder,
                                                   const crypto::SecretKey& seat_key,
                                                   system::MailSender& mail,
                                                   const OfficeSettings& settings);

  [[nodiscard]] Facility& facility() { return facility_; }

  // Is shown every act before it is signed.
  void show_acts_to(std::function<void(const institution::Act&)> reader) {
    reader_ = std::move(reader);
  }

  // Returns its id. The creator has to confirm it. The first line of the text is its title.
  [[nodiscard]] Result<std::string> draft(std::string_view text, const SigningForm& form,
                                          int64_t now_ms);

  // As a sponsor before it is moderated, or a signer while it is open. Tells whether the place or
  // the domain is conspicuous.
  [[nodiscard]] Result<institution::Trend> sign(const std::string& petition, SigningRole role,
                                                const SigningForm& form, int64_t now_ms);

  [[nodiscard]] Result<ConfirmedSignature> confirm(std::string_view token, std::string_view address,
                                                   int64_t now_ms);
  [[nodiscard]] Status withdraw(std::string_view token, int64_t now_ms);

  // kRefused until it is counted, and once the salts are destroyed.
  [[nodiscard]] Result<SignatureReceipt> receipt(std::string_view token);

  // Counts the last full hour of every petition of which something has changed.
  [[nodiscard]] Result<std::vector<TakenAct>> count(int64_t now_ms);

  // Counts, and then erases what is due by then.
  [[nodiscard]] Result<ErasedData> erase(int64_t now_ms);

  // What a rule finds is marked, and cannot be confirmed meanwhile; once another seat agrees, it
  // counts no more. `reasons` is the commitment to them; `value` as people write it: a mailbox,
  // an address of the network, a domain, a country, a class of fill time.
  struct Invalidation {
    std::string petition, rule, value, reason, reasons;
    int64_t from_ms = 0, until_ms = 0;  // of the rule `time`
  };

  [[nodiscard]] Result<MarkedRows> preview(const Invalidation& wanted);
  [[nodiscard]] Result<institution::PetitionInvalidationProposed> propose(
      const Invalidation& wanted, int64_t now_ms);
  [[nodiscard]] Result<TakenAct> agree(const std::string& petition, const std::string& invalidation,
                                       int64_t now_ms);
  [[nodiscard]] Status drop(const std::string& petition, const std::string& invalidation);

 private:
  PetitionOffice(system::Files& files, system::Path folder, const crypto::SecretKey& seat_key,
                 system::MailSender& mail, OfficeSettings settings, Facility facility,
                 SignatureStore store)
      : files_(files),
        folder_(std::move(folder)),
        seat_key_(seat_key),
        mail_(mail),
        settings_(std::move(settings)),
        facility_(std::move(facility)),
        store_(std::move(store)),
        keys_(files, folder_) {}

  // What a form says, checked, and known by the petition's key.
  struct ReadForm {
    crypto::SymmetricKey key;
    std::string mailbox, prefix, domain, fill_time;
  };

  [[nodiscard]] const institution::PetitionSettings& rules() const;
  [[nodiscard]] Result<const institution::Petition*> petition(std::string_view id) const;
  [[nodiscard]] Result<crypto::SymmetricKey> key_of(std::string_view petition) const;
  [[nodiscard]] Result<ReadForm> read(const SigningForm& form, std::string_view petition) const;
  [[nodiscard]] Result<TakenAct> act(const institution::PetitionEvent& event, int64_t now_ms);

  [[nodiscard]] Status expect_attempt(institution::LimitedAct what, const std::string& key,
                                      int64_t now_ms);
  [[nodiscard]] Status ask(const std::string& petition, SigningRole role, const SigningForm& form,
                           const ReadForm& read, int64_t now_ms);
  [[nodiscard]] Status ask_again(const SignatureRow& row, const std::string& token,
                                 const SigningForm& form, int64_t now_ms);
  [[nodiscard]] Result<LetterHead> head_of(std::string_view petition) const;

  [[nodiscard]] Result<SignatureRow> row_of(std::string_view token);
  [[nodiscard]] Status expect_confirmable(const SignatureRow& row, int64_t now_ms) const;
  [[nodiscard]] Result<std::vector<TakenAct>> tell_beginning(const std::string& petition,
                                                             int64_t now_ms);
  [[nodiscard]] Result<std::optional<institution::PetitionCounted>> count_of(
      const institution::Petition& petition, int64_t now_ms);
  [[nodiscard]] Status erase_secrets(ErasedData& erased, int64_t now_ms);
  [[nodiscard]] Result<InvalidationRule> rule_of(const Invalidation& wanted) const;

  system::Files& files_;
  system::Path folder_;
  crypto::SecretKey seat_key_;
  system::MailSender& mail_;
  OfficeSettings settings_;
  Facility facility_;
  SignatureStore store_;
  PetitionKeys keys_;
  std::function<void(const institution::Act&)> reader_ = [](const institution::Act&) {};
};

}  // namespace glass::service
