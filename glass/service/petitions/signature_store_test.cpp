#include "glass/service/petitions/signature_store.h"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/database/sql_database.h"
#include "glass/system/temporary_folder.h"

namespace glass::service {
namespace {

const std::string kOne(32, 'a'), kOther(32, 'b');

std::string number_text(int64_t number) {
  return fmt::format("{:032x}", number);
}

SignatureRow row(int64_t number, const std::string& petition = kOne) {
  return {.id = number_text(number),
          .petition = petition,
          .role = SigningRole::kSigner,
          .mailbox = fmt::format("mailbox {}", number),
          .prefix = fmt::format("prefix {}", number % 2),
          .domain = "domain",
          .address = "sealed",
          .country = number % 3 == 0 ? "FR" : "DE",
          .fill_time = "under-3s",
          .asked_ms = 1000 + number,
          .token = fmt::format("token {}", number),
          .nonce = fmt::format("nonce {}", number)};
}

// What holds in both databases.
class SignatureStoreTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const bool is_postgres = std::string(GetParam()) == "postgres";
    std::unique_ptr<system::SqlDatabase> database;
    if (is_postgres) {
      const std::string server = std::getenv("GLASS_TEST_POSTGRES");
      const std::string schema =
          fmt::format("signatures_{}_{}", ::getpid(),
                      testing::UnitTest::GetInstance()->current_test_info()->line());
      const auto admin = system::open_postgres(server).value();
      ASSERT_TRUE(admin->ask(fmt::format("CREATE SCHEMA {}", schema), {}));
      database =
          system::open_postgres(fmt::format("{} options='-c search_path={}'", server, schema))
              .value();
    } else {
      database = system::open_sqlite(folder_.path() / "petitions.sqlite").value();
    }
    auto opened = SignatureStore::open(std::move(database));
    ASSERT_TRUE(opened) << opened.error().message;
    store_.emplace(std::move(*opened));
  }

  SignatureRow put(int64_t number, bool is_confirmed = true) {
    EXPECT_TRUE(store_->add(row(number)).value());
    if (is_confirmed) {
      EXPECT_TRUE(store_->confirm(row(number), fmt::format("next {}", number), 2000).value());
    }
    return *store_->find_mailbox(kOne, SigningRole::kSigner, row(number).mailbox).value();
  }

  void put_leaf(const SignatureRow& of, int64_t index) {
    const std::vector<SignatureStore::NewLeaf> leaves = {
        {.id = of.id, .index = index, .hash = crypto::sha256(of.id)}};
    ASSERT_TRUE(store_->put_leaves(leaves));
  }

  system::TemporaryFolder folder_;
  std::optional<SignatureStore> store_;
};

TEST_P(SignatureStoreTest, AMailboxHasOneRowInARole) {
  EXPECT_TRUE(store_->add(row(1)).value());
  SignatureRow again = row(1);
  again.id = number_text(99);
  again.token = "another";
  EXPECT_FALSE(store_->add(again).value());
  again.role = SigningRole::kSponsor;
  EXPECT_TRUE(store_->add(again).value());
  SignatureRow elsewhere = row(1, kOther);
  elsewhere.id = number_text(98);
  elsewhere.token = "yet another";
  EXPECT_TRUE(store_->add(elsewhere).value());
  EXPECT_EQ(store_->find_mailbox(kOne, SigningRole::kSigner, "mailbox 1").value(), row(1));
  EXPECT_FALSE(store_->find_mailbox(kOne, SigningRole::kSigner, "mailbox 2").value());
}

TEST_P(SignatureStoreTest, ATokenConfirmsOnceAndThenAnotherWithdraws) {
  ASSERT_TRUE(store_->add(row(1)).value());
  const SignatureRow pending = *store_->find_token("token 1").value();
  EXPECT_TRUE(store_->confirm(pending, "next", 2000).value());
  EXPECT_FALSE(store_->confirm(pending, "next", 2001).value());
  EXPECT_FALSE(store_->find_token("token 1").value());
  const SignatureRow confirmed = *store_->find_token("next").value();
  EXPECT_EQ(confirmed.state, "validated");
  EXPECT_EQ(confirmed.settled_ms, 2000);
  EXPECT_TRUE(store_->withdraw(confirmed, 3000).value());
  EXPECT_FALSE(store_->withdraw(confirmed, 3000).value());
  EXPECT_FALSE(store_->find_token("next").value());
  EXPECT_FALSE(store_->find_mailbox(kOne, SigningRole::kSigner, "mailbox 1").value());
  // The mailbox may sign again.
  SignatureRow again = row(1);
  again.id = number_text(2);
  EXPECT_TRUE(store_->add(again).value());
}

TEST_P(SignatureStoreTest, LeavesAreGivenOnceAndStay) {
  for (int64_t i = 0; i < 1200; ++i) put(i);
  put(2000, false);
  const auto rows = store_->without_leaf(kOne, 2001).value();
  ASSERT_EQ(rows.size(), 1200U);
  EXPECT_TRUE(store_->without_leaf(kOne, 2000).value().empty()) << "of a later hour";
  std::vector<SignatureStore::NewLeaf> leaves;
  for (const SignatureRow& one : rows)
    leaves.push_back({.id = one.id,
                      .index = static_cast<int64_t>(leaves.size()),
                      .hash = crypto::sha256(one.id)});
  ASSERT_TRUE(store_->put_leaves(leaves));
  EXPECT_TRUE(store_->without_leaf(kOne, 2001).value().empty());
  const auto hashes = store_->leaves(kOne).value();
  ASSERT_EQ(hashes.size(), 1200U);
  EXPECT_EQ(hashes[777], leaves[777].hash);
  // A second time, with other hashes, changes nothing.
  for (auto& one : leaves) one.hash = crypto::sha256("other");
  ASSERT_TRUE(store_->put_leaves(leaves));
  EXPECT_EQ(store_->leaves(kOne).value(), hashes);
}

TEST_P(SignatureStoreTest, CountsWhatHasALeafByCountry) {
  for (int64_t i = 0; i < 9; ++i) put_leaf(put(i), i);
  put(100);                                                         // no leaf yet
  const SignatureRow gone = *store_->find_token("next 3").value();  // FR
  ASSERT_TRUE(store_->withdraw(gone, 3000).value());
  ASSERT_TRUE(store_->mark(kOne, {.rule = "prefix", .value = "prefix 1"}, kOther));
  const CountryTotals proposed = store_->totals(kOne, {}).value();
  EXPECT_EQ(proposed.at("FR"), (institution::PetitionTotals{3, 1, 0}));
  EXPECT_EQ(proposed.at("DE"), (institution::PetitionTotals{6, 0, 0}));
  const CountryTotals done = store_->totals(kOne, {kOther}).value();
  EXPECT_EQ(done.at("FR"), (institution::PetitionTotals{3, 1, 0}));
  EXPECT_EQ(done.at("DE"), (institution::PetitionTotals{6, 0, 3}));
}

TEST_P(SignatureStoreTest, MarksWhatARuleFindsAndNothingTwice) {
  for (int64_t i = 0; i < 4; ++i) put_leaf(put(i), i);
  put(4);         // counted later
  put(5, false);  // pending
  const auto marked = [&](const InvalidationRule& rule, const std::string& by) {
    const MarkedRows rows = store_->mark(kOne, rule, by).value();
    return std::pair(rows.validated, rows.pending);
  };
  EXPECT_EQ(marked({.rule = "time", .value = "", .from_ms = 1001, .until_ms = 1003}, "one"),
            std::pair(int64_t{2}, int64_t{0}));
  EXPECT_EQ(marked({.rule = "domain", .value = "domain"}, "other"),
            std::pair(int64_t{2}, int64_t{1}));
  ASSERT_TRUE(store_->unmark("one"));
  EXPECT_EQ(marked({.rule = "country", .value = "DE"}, "one"), std::pair(int64_t{2}, int64_t{0}));
  EXPECT_EQ(marked({.rule = "fill-time", .value = "over-10min"}, "none"),
            std::pair(int64_t{0}, int64_t{0}));
}

TEST_P(SignatureStoreTest, RemembersAttemptsOfAKey) {
  for (const int64_t at : {300, 100, 200}) ASSERT_TRUE(store_->add_attempt("place", at));
  ASSERT_TRUE(store_->add_attempt("another", 150));
  EXPECT_EQ(store_->attempts("place", 200).value(), (std::vector<int64_t>{200, 300}));
  EXPECT_EQ(store_->forget_attempts(200).value(), 2);
  EXPECT_EQ(store_->attempts("place", 0).value(), (std::vector<int64_t>{200, 300}));
}

TEST_P(SignatureStoreTest, ErasesInItsTime) {
  put_leaf(put(1), 0);
  put(2, false);
  EXPECT_EQ(store_->expire(1001).value(), 0);
  EXPECT_EQ(store_->erase_addresses(1999).value(), 0);
  EXPECT_EQ(store_->erase_addresses(2000).value(), 1);
  const SignatureRow confirmed = *store_->find_token("next 1").value();
  EXPECT_EQ(confirmed.address + confirmed.prefix + confirmed.domain + confirmed.fill_time, "");
  EXPECT_EQ(confirmed.mailbox, "mailbox 1");
  EXPECT_EQ(store_->expire(1002).value(), 1);
  EXPECT_EQ(store_->erase_mailboxes(kOne).value(), 1);
  EXPECT_EQ(store_->find_token("next 1").value()->mailbox, "");
  EXPECT_EQ(store_->anonymise(kOne).value(), 1);
  EXPECT_EQ(store_->anonymise(kOne).value(), 0);
  EXPECT_FALSE(store_->find_token("next 1").value());
  EXPECT_EQ(store_->leaves(kOne).value(), std::vector{crypto::sha256(number_text(1))});
  EXPECT_EQ(store_->count(kOne, SigningRole::kSigner, "anonymised").value(), 1);
  EXPECT_TRUE(store_->scrub());
}

std::vector<const char*> signature_databases() {
  if (std::getenv("GLASS_TEST_POSTGRES") == nullptr) return {"sqlite"};
  return {"sqlite", "postgres"};
}

INSTANTIATE_TEST_SUITE_P(Each, SignatureStoreTest, testing::ValuesIn(signature_databases()),
                         [](const auto& one) { return std::string(one.param); });

}  // namespace
}  // namespace glass::service
