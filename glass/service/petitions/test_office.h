// Test office: a facility by the example's charter with a petition office, and the mailboxes that
// it writes to. Tests only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/service/petitions/petition_office.h"
#include "glass/system/files.h"
#include "glass/system/mail/mail.h"
#include "glass/system/temporary_folder.h"

namespace glass::service::test {

inline constexpr int64_t kHour = 3'600'000, kDay = 24 * kHour;
inline constexpr int64_t kStart = 1'767'225'600'000;  // 1 January 2026

// Keeps every letter, or loses them.
class Mailboxes final : public system::MailSender {
 public:
  Status send(const system::Letter& letter) override;

  // The token of the last letter to a mailbox; empty if it has none.
  [[nodiscard]] std::string token(const std::string& mailbox) const;

  std::map<std::string, std::vector<system::Letter>> letters;
  bool is_down = false;
};

// Offices of tests lie in memory where there is a folder for that: nothing here has to last.
struct InMemory {
  InMemory();
};

class TestOffice {
 public:
  // `database` is "sqlite" or "postgres".
  explicit TestOffice(const std::string& database);

  // As if the program had ended and was started again.
  PetitionOffice& reopen();

  PetitionOffice& office() { return *office_; }

  // An act by the key of a seat: empty, or why not.
  std::string act(const std::string& seat, institution::Event event);

  // Another office's view, such as a moderator's of invalidations.
  PetitionOffice as(const std::string& seat);

  // Drafted, confirmed, sponsored and opened.
  std::string open_petition();

  // Asks, and confirms by the letter: empty, or why not. Each number is a mailbox and a place.
  std::string sign(const std::string& petition, int number,
                   SigningRole role = SigningRole::kSigner);

  [[nodiscard]] const institution::Petition& petition(const std::string& id);

  static std::string mailbox(int number);
  static SigningForm form(int number);

  InMemory in_memory;
  system::TemporaryFolder temporary;
  const system::Path folder = temporary.path() / "house";
  system::Files& files = system::posix_files();
  Mailboxes mailboxes;
  OfficeSettings settings;
  int64_t now_ms = kStart;

 private:
  std::map<std::string, crypto::SecretKey> keys_;
  std::optional<PetitionOffice> office_;
};

// sqlite, and postgres where there is a server.
std::vector<const char*> office_databases();

}  // namespace glass::service::test
