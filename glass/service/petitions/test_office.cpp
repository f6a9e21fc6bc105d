#include "glass/service/petitions/test_office.h"

#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/acts/state.h"
#include "glass/institution/petitions/petition.h"
#include "glass/institution/petitions/petition_book.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/record/evidence/statement.h"
#include "glass/service/facility/draft_act.h"
#include "glass/service/facility/facility.h"
#include "glass/service/facility/journal_entry.h"
#include "glass/service/petitions/petition_office.h"
#include "glass/service/petitions/signature_store.h"
#include "glass/system/database/sql_database.h"
#include "glass/system/mail/mail.h"
#include "glass/testkit/test_files.h"

namespace glass::service::test {
namespace {

std::string example_charter() {
  std::ifstream in(testkit::source_file("charters/example.toml"));
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

InMemory::InMemory() {
  constexpr const char* kFolder = "/dev/shm";
  if (::access(kFolder, W_OK) == 0) ::setenv("TMPDIR", kFolder, 0);
}

Status Mailboxes::send(const system::Letter& letter) {
  if (is_down) return fail(ErrorCode::kIo, "the mail server is down");
  letters[letter.to].push_back(letter);
  return {};
}

std::string Mailboxes::token(const std::string& mailbox) const {
  const auto found = letters.find(mailbox);
  if (found == letters.end()) return "";
  const std::string& text = found->second.back().text;
  const size_t at = text.find(" DIR ");
  return at == std::string::npos ? "" : text.substr(at + 5, 32);
}

TestOffice::TestOffice(const std::string& database) {
  uint8_t number = 0;
  for (const char* seat :
       {"office/petitions", "office/moderation-1", "office/moderation-2", "office/registrar",
        "council/DE-1", "council/FR-1", "council/IT-1", "council/ES-1", "council/PL-1"}) {
    std::array<uint8_t, 32> seed{};
    seed[0] = ++number;
    keys_.emplace(seat, crypto::SecretKey::from_seed(seed));
  }
  const auto founded =
      found_facility(files, folder, example_charter(), "example.toml", keys_, "", kStart);
  EXPECT_TRUE(founded) << founded.error().message;
  if (database == "postgres") {
    static int made = 0;
    const std::string server = std::getenv("GLASS_TEST_POSTGRES");
    const std::string schema = fmt::format("office_{}_{}", ::getpid(), made++);
    EXPECT_TRUE(
        system::open_postgres(server).value()->ask(fmt::format("CREATE SCHEMA {}", schema), {}));
    settings.database = fmt::format("{} options='-c search_path={}'", server, schema);
  }
  reopen();
}

PetitionOffice TestOffice::as(const std::string& seat) {
  auto opened = PetitionOffice::open(files, folder, keys_.at(seat), mailboxes, settings);
  EXPECT_TRUE(opened) << opened.error().message;
  return std::move(*opened);
}

PetitionOffice& TestOffice::reopen() {
  office_.reset();
  office_.emplace(as("office/petitions"));
  return *office_;
}

std::string TestOffice::act(const std::string& seat, institution::Event event) {
  Facility& facility = office_->facility();
  if (const Status done = facility.wait(now_ms).map([](int64_t) {}); !done)
    return done.error().message;
  const crypto::SecretKey& key = keys_.at(seat);
  const auto drafted = draft_act(facility.state(), key.public_key(), std::move(event), now_ms);
  if (!drafted) return drafted.error().message;
  record::Statement statement = statement_of(*drafted);
  record::sign(statement, key);
  const auto taken = facility.take(statement, now_ms);
  return taken ? "" : taken.error().message;
}

const institution::Petition& TestOffice::petition(const std::string& id) {
  EXPECT_TRUE(office_->facility().catch_up());
  return *office_->facility().state().petitions.find(id);
}

std::string TestOffice::mailbox(int number) {
  return fmt::format("person{}@example.org", number);
}

SigningForm TestOffice::form(int number) {
  return {.mailbox = mailbox(number),
          .country = number % 5 == 0 ? "FR" : "DE",
          .address = fmt::format("10.{}.{}.7", number / 250, number % 250),
          .fill_ms = 20'000};
}

std::string TestOffice::sign(const std::string& petition, int number, SigningRole role) {
  const auto asked = office_->sign(petition, role, form(number), now_ms);
  if (!asked) return asked.error().message;
  const auto confirmed =
      office_->confirm(mailboxes.token(mailbox(number)), form(number).address, now_ms);
  return confirmed ? "" : confirmed.error().message;
}

std::string TestOffice::open_petition() {
  const auto id =
      office_->draft("Build a public computing facility.\nFor all.", form(9'000), now_ms);
  EXPECT_TRUE(id) << id.error().message;
  const auto confirmed =
      office_->confirm(mailboxes.token(mailbox(9'000)), form(9'000).address, now_ms);
  EXPECT_TRUE(confirmed) << confirmed.error().message;
  for (int sponsor = 9'001; sponsor <= 9'005; ++sponsor)
    EXPECT_EQ(sign(*id, sponsor, SigningRole::kSponsor), "");
  EXPECT_EQ(act("office/moderation-1",
                institution::PetitionEvent(institution::PetitionOpened{.petition = *id})),
            "");
  return *id;
}

std::vector<const char*> office_databases() {
  if (std::getenv("GLASS_TEST_POSTGRES") == nullptr) return {"sqlite"};
  return {"sqlite", "postgres"};
}

}  // namespace glass::service::test
