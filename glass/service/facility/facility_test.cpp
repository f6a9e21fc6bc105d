#include "glass/service/facility/facility.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/known_keys.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/decide.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/seats/seat_events.h"
#include "glass/institution/votes/vote_events.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/journal/journal.h"
#include "glass/record/journal/journal_file.h"
#include "glass/service/facility/audit_journal.h"
#include "glass/service/facility/draft_act.h"
#include "glass/service/facility/journal_entry.h"
#include "glass/service/facility/journal_fold.h"
#include "glass/service/facility/test_example.h"
#include "glass/system/files.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

constexpr int64_t kDay = int64_t{24} * 3600 * 1000;
using test::charter_text;
using test::kStart;

crypto::SecretKey test_key(uint8_t number) {
  std::array<uint8_t, 32> seed{};
  seed[0] = number;
  return crypto::SecretKey::from_seed(seed);
}

std::string id(int number) {
  return fmt::format("{:032x}", number);
}

class FacilityTest : public testing::Test {
 protected:
  FacilityTest() {
    uint8_t number = 0;
    for (const char* seat : {"office/registrar", "office/treasury", "council/DE-1", "council/FR-1",
                             "council/IT-1", "council/ES-1", "council/PL-1"})
      keys_.emplace(seat, test_key(++number));
    const auto founded =
        found_facility(files_, folder_, charter_text(), "example.toml", keys_, "", kStart);
    EXPECT_TRUE(founded) << founded.error().message;
  }

  Facility open() {
    auto opened = Facility::open(files_, folder_);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(*opened);
  }

  record::Statement sign(const Facility& facility, const std::string& seat,
                         institution::Event event) {
    const crypto::SecretKey& key = keys_.at(seat);
    const auto act = draft_act(facility.state(), key.public_key(), std::move(event), kStart);
    EXPECT_TRUE(act) << act.error().message;
    record::Statement statement = statement_of(*act);
    record::sign(statement, key);
    return statement;
  }

  // Empty, or why not.
  static std::string put(Facility& facility, const record::Statement& act, int64_t at_ms = kStart) {
    const auto taken = facility.take(act, at_ms);
    return taken ? "" : taken.error().message;
  }

  // The entry that an act makes next, without a database.
  std::string next_line(JournalFold& fold, const std::string& seat, institution::Event event) {
    const crypto::SecretKey& key = keys_.at(seat);
    const auto act = draft_act(fold.state(), key.public_key(), std::move(event), kStart).value();
    JournalEntry entry{.number = fold.count(),
                       .at_ms = kStart,
                       .previous = fold.digest(),
                       .act = statement_of(act),
                       .follows = {}};
    record::sign(*entry.act, key);
    entry.follows = institution::take(fold.state(), *signed_act(*entry.act), kStart).value();
    const std::string line = to_line(entry);
    fold.pass(crypto::sha256(line), true, 1);
    return line;
  }

  static institution::Event seat_opened(int number) {
    return institution::SeatEvent(
        institution::SeatOpened{.seat = id(number), .member = "DE", .institution = id(900)});
  }

  // The journal as a file of lines.
  std::vector<std::string> lines() {
    const auto journal = journal_of(files_, folder_).value();
    std::vector<std::string> all;
    const std::vector<record::JournalLine> read = journal->read(0, 1000).value();
    for (const record::JournalLine& line : read) all.push_back(line.text);
    return all;
  }

  // Empty, or the first thing that is wrong with a journal of these lines.
  std::string audited(const std::vector<std::string>& of) {
    std::string text;
    for (const std::string& line : of) text += line + "\n";
    EXPECT_TRUE(files_.write_atomic(export_ / "journal.jsonl", as_bytes(text)));
    SerialParallel serial;
    const auto audit = audit_journal(files_, export_, serial);
    return audit ? "" : audit.error().message;
  }

  system::Files& files_ = system::posix_files();
  const system::TemporaryFolder temporary_;
  const system::Path folder_ = temporary_.path() / "facility";
  const system::Path export_ = temporary_.path();
  std::map<std::string, crypto::SecretKey> keys_;
};

TEST_F(FacilityTest, IsOpenedAsItWasLeft) {
  Facility facility = open();
  EXPECT_EQ(put(facility, sign(facility, "office/registrar", seat_opened(1))), "");
  EXPECT_EQ(put(facility, sign(facility, "office/registrar", seat_opened(2))), "");
  const Facility again = open();
  EXPECT_EQ(again.fold().count(), 3);
  EXPECT_EQ(again.fold().digest(), facility.fold().digest());
  EXPECT_NE(again.state().seats->find(id(2)), nullptr);
  EXPECT_EQ(again.state().seats->find("office/registrar")->last_number, 2);
}

TEST_F(FacilityTest, TakesNoActTwiceAndNoneThatIsForged) {
  Facility facility = open();
  record::Statement act = sign(facility, "office/registrar", seat_opened(1));
  record::Statement forged = act;
  (*forged.predicate.if_object())["number"] = 7;
  EXPECT_NE(put(facility, forged), "");
  EXPECT_EQ(put(facility, act), "");
  EXPECT_NE(put(facility, act).find("was taken already"), std::string::npos);
  EXPECT_EQ(facility.fold().count(), 2);
}

TEST_F(FacilityTest, GoesOnAfterWhatAnotherWriterAppended) {
  Facility one = open(), other = open();
  EXPECT_EQ(put(one, sign(one, "office/registrar", seat_opened(1))), "");
  const auto act = sign(other, "office/treasury",
                        institution::SeatEvent(institution::ArrearsRecorded{
                            .member = "PL", .unpaid = 5, .due_this_year = 1, .due_last_year = 1}));
  EXPECT_EQ(put(other, act), "");
  EXPECT_EQ(put(one, sign(one, "office/registrar", seat_opened(2))), "");
  EXPECT_EQ(one.fold().count(), 4);
  EXPECT_TRUE(one.state().seats->is_barred("PL", kStart));
}

TEST_F(FacilityTest, LetsTheClockGoFirst) {
  Facility facility = open();
  const auto opened =
      institution::VoteEvent(institution::VoteOpened{.vote = id(7),
                                                     .matter = "seat",
                                                     .about = id(8),
                                                     .content = std::string(64, 'a'),
                                                     .body = "council",
                                                     .rule = "simple-majority",
                                                     .days = 30,
                                                     .recused = {}});
  EXPECT_EQ(put(facility, sign(facility, "office/registrar", opened)), "");
  const auto act = sign(facility, "office/registrar", seat_opened(1));
  EXPECT_EQ(put(facility, act, kStart + 31 * kDay), "");
  EXPECT_EQ(facility.fold().count(), 4);  // founding, opening, the clock, the seat
  const auto entry = parse_entry(lines()[2]);
  ASSERT_TRUE(entry) << entry.error().message;
  EXPECT_FALSE(entry->act);
  ASSERT_EQ(entry->follows.size(), 1U);
  EXPECT_EQ(institution::kind_of(entry->follows[0]), "vote.closed");
  EXPECT_EQ(audited(lines()), "");
}

TEST_F(FacilityTest, IsAuditedFromItsLinesAlone) {
  Facility facility = open();
  for (int i = 1; i <= 3; ++i)
    EXPECT_EQ(put(facility, sign(facility, "office/registrar", seat_opened(i))), "");
  SerialParallel serial;
  const auto audit = audit_journal(files_, folder_, serial);
  ASSERT_TRUE(audit) << audit.error().message;
  EXPECT_EQ(audit->entries, 4);
  EXPECT_EQ(audit->acts, 4);
  EXPECT_EQ(audit->head, facility.fold().digest());
  EXPECT_EQ(audited(lines()), "");
}

// What a facility could do to its journal, and where an outsider sees it.
TEST_F(FacilityTest, AnAuditNamesTheFirstEntryThatIsWrong) {
  Facility facility = open();
  for (int i = 1; i <= 3; ++i)
    EXPECT_EQ(put(facility, sign(facility, "office/registrar", seat_opened(i))), "");
  const std::vector<std::string> good = lines();

  std::vector<std::string> bad = good;
  bad.erase(bad.begin() + 2);  // an act left out
  EXPECT_TRUE(audited(bad).starts_with("entry 2: it calls itself entry 3"));

  bad = good;
  auto entry = parse_entry(bad[2]).value();
  entry.at_ms += 1;  // moved in time
  bad[2] = to_line(entry);
  EXPECT_TRUE(audited(bad).starts_with("entry 3: it does not go on from the entry before it"));

  bad = {good[0], good[1]};
  entry = parse_entry(good[3]).value();
  entry.number = 2;  // another act in its place
  entry.previous = crypto::sha256(good[1]);
  bad.push_back(to_line(entry));
  EXPECT_EQ(audited(bad), "");  // the seat's own next act: only a log shows that one is missing

  entry = parse_entry(good[1]).value();
  entry.number = 4;  // an old act once more
  entry.at_ms = kStart;
  entry.previous = crypto::sha256(good[3]);
  bad = good;
  bad.push_back(to_line(entry));
  EXPECT_TRUE(audited(bad).starts_with("entry 4: act 1 of seat office/registrar was taken already"))
      << audited(bad);

  bad = good;
  entry = parse_entry(bad[3]).value();
  entry.follows.emplace_back(institution::VoteEvent(institution::VoteClosed{.vote = id(1)}));
  bad[3] = to_line(entry);  // something made up that followed
  EXPECT_TRUE(audited(bad).starts_with("entry 3: it tells that {")) << audited(bad);

  bad = good;
  bad[3][bad[3].size() / 2] ^= 1;  // a flipped bit
  EXPECT_TRUE(audited(bad).starts_with("entry 3: ")) << audited(bad);

  bad = good;
  bad[3].insert(1, " ");  // the same, written otherwise
  EXPECT_TRUE(audited(bad).starts_with("entry 3: it is not in its one form")) << audited(bad);

  EXPECT_TRUE(audited({}).find("is empty") != std::string::npos);
}

// The text with one character changed, so that it is still of the same alphabet.
std::string with_another(std::string text, size_t at) {
  text[at] = text[at] == 'A' ? 'B' : 'A';
  return text;
}

// Known keys make reading faster and nothing right that was wrong.
TEST_F(FacilityTest, LinesOfKnownKeysAreReadAsStrictly) {
  Facility facility = open();
  for (int i = 1; i <= 2; ++i)
    EXPECT_EQ(put(facility, sign(facility, "office/registrar", seat_opened(i))), "");
  const std::vector<std::string> good = lines();
  crypto::KnownKeys keys;
  for (const auto& [seat, key] : keys_) keys.learn(key.public_key());
  for (const std::string& line : good) EXPECT_TRUE(read_lines({&line, 1}, keys).front());
  for (size_t at = 0; at < good[1].size(); at += 3) {
    const std::vector<std::string> three = {good[2], with_another(good[1], at), good[0]};
    const auto read = read_lines(three, keys);
    const auto alone = read_line(three[1]);
    ASSERT_TRUE(read.size() == 3 && read[0] && read[2]) << at;
    ASSERT_EQ(read[1].has_value(), alone.has_value()) << at;
    if (alone) continue;  // what no signature covers: the fold finds it
    EXPECT_EQ(read[1].error().message, alone.error().message);
  }
}

TEST_F(FacilityTest, ALongJournalIsAuditedToItsFirstWrongEntry) {
  JournalFold fold;
  std::vector<std::string> good = lines();
  ASSERT_TRUE(fold.take(read_line(good[0]).value()));
  for (int i = 1; i < 4400; ++i)
    good.push_back(next_line(fold, "office/registrar", seat_opened(i)));
  EXPECT_EQ(audited(good), "");

  std::vector<std::string> bad = good;
  const size_t signature = bad[4300].find("\"sig\":\"") + 20;
  bad[4300] = with_another(bad[4300], signature);
  EXPECT_TRUE(audited(bad).starts_with("entry 4300: the signature of ed25519:")) << audited(bad);

  auto entry = parse_entry(bad[4200]).value();
  entry.at_ms -= 1;  // before what the entry before says, and wrong in the batch before the other
  bad[4200] = to_line(entry);
  EXPECT_TRUE(audited(bad).starts_with("entry 4200: ")) << audited(bad);

  bad[4250] = "\x01";  // no line at all, further on in the file
  EXPECT_TRUE(audited(bad).starts_with("entry 4200: ")) << audited(bad);
  bad[4200] = good[4200];
  EXPECT_NE(audited(bad).find("line 4250"), std::string::npos) << audited(bad);
}

TEST_F(FacilityTest, IsNotFoundedTwiceOrByNobody) {
  const auto founded = [&](const system::Path& folder,
                           const std::map<std::string, crypto::SecretKey>& keys) {
    const auto result =
        found_facility(files_, folder, charter_text(), "example.toml", keys, "", kStart);
    return result ? "" : result.error().message;
  };
  EXPECT_NE(founded(folder_, keys_).find("is a facility already"), std::string::npos);
  EXPECT_NE(founded(temporary_.path() / "b", {}).find("name at least one"), std::string::npos);
  EXPECT_EQ(founded(temporary_.path() / "b", {{"office/nobody", test_key(1)}}),
            "example.toml names no seat 'office/nobody'");
  EXPECT_FALSE(files_.exists(temporary_.path() / "b"));
}

TEST_F(FacilityTest, DraftsWhatSomebodyTypes) {
  const std::vector<std::string> typed = {"seat=new", "member=FR", "institution=new"};
  const auto draft = draft_event("seat.opened", typed);
  ASSERT_TRUE(draft) << draft.error().message;
  const auto& opened =
      std::get<institution::SeatOpened>(std::get<institution::SeatEvent>(draft->event));
  EXPECT_EQ(opened.member, "FR");
  EXPECT_EQ(opened.seat.size(), 32U);
  EXPECT_NE(opened.seat, opened.institution);

  const auto message = [](const char* kind, const std::vector<std::string>& words) {
    const auto result = draft_event(kind, words);
    return result ? "" : result.error().message;
  };
  EXPECT_EQ(message("vote.kast", {}), "there is no act 'vote.kast'; did you mean 'vote.cast'?");
  EXPECT_EQ(message("vote.cast", {"balot=yes"}),
            "vote.cast has no field 'balot'; did you mean 'ballot'?");
  EXPECT_EQ(
      message("vote.cast", {"ballot=maybe", "ballot=no", "x"}),
      "ballot is given twice\n'x' should be KEY=VALUE\nballot is 'maybe'; it must be one of: yes, "
      "no, abstain");
}

TEST_F(FacilityTest, KeepsTextsBesideTheJournal) {
  const std::vector<std::string> typed = {"vote=" + id(1), "ballot=no", "reasons=Too dear."};
  const auto draft = draft_event("vote.cast", typed);
  ASSERT_TRUE(draft) << draft.error().message;
  ASSERT_EQ(draft->texts.size(), 1U);
  const auto& cast =
      std::get<institution::VoteCast>(std::get<institution::VoteEvent>(draft->event));
  EXPECT_EQ(cast.reasons, to_hex(commitment(draft->texts[0]).bytes));
  EXPECT_EQ(draft->texts[0].what, "vote.cast.reasons");
}

}  // namespace
}  // namespace glass::service
