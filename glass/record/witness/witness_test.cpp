#include "glass/record/witness/witness.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/record/heads/head_store.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/witness/witness_request.h"
#include "glass/system/temporary_folder.h"
#include "glass/testkit/test_keys.h"

namespace glass::record {
namespace {

using testkit::key_number;

constexpr std::string_view kLog = "example.org/log", kName = "witness.example";
constexpr int64_t kNow = 1'800'000'000;

// A log in memory, whose entries are what `text` makes of their indices.
class Tree {
 public:
  explicit Tree(int64_t size, std::string_view text = "entry") {
    for (int64_t i = 0; i < size; ++i)
      frontier_.append(leaf_hash(as_bytes(fmt::format("{} {}", text, i))),
                       [&](const Subtree& at, const crypto::Digest& hash) { hashes_[at] = hash; });
  }

  Result<crypto::Digest> operator()(Subtree subtree) const { return hashes_.at(subtree); }

  [[nodiscard]] TreeHead head(int64_t size) const { return {size, root_of(size, *this).value()}; }

 private:
  Frontier frontier_;
  std::map<Subtree, crypto::Digest> hashes_;
};

class WitnessTest : public testing::Test {
 protected:
  [[nodiscard]] std::string note(const TreeHead& tree, uint8_t signer = 1,
                                 std::string_view origin = kLog) const {
    SignedNote note{.text = to_text(Checkpoint{.origin = std::string(origin), .tree = tree}),
                    .signatures = {}};
    note.signatures.push_back(sign_note(note.text, origin, key_number(signer)));
    return to_text(note);
  }

  [[nodiscard]] std::string request(const Tree& tree, int64_t old_size, int64_t size) const {
    return to_text(WitnessRequest{.old_size = old_size,
                                  .proof = prove_consistency(old_size, size, tree).value(),
                                  .note = note(tree.head(size))});
  }

  // Whether the answer is this witness's cosignature of the tree.
  [[nodiscard]] bool cosigns(const WitnessAnswer& answer, const TreeHead& tree) const {
    auto signatures = parse_note_signatures(answer.body);
    if (answer.status != 200 || !signatures) return false;
    SignedNote cosigned = parse_note(note(tree)).value();
    cosigned.signatures = std::move(*signatures);
    const NoteKey key = witness_->note_key();
    const auto verdicts = verify_note(cosigned, {&key, 1});
    return verdicts && verdicts->front().unix_seconds == kNow;
  }

  system::TemporaryFolder folder_;
  std::unique_ptr<HeadStore> heads_ = open_sqlite_head_store(folder_ / "heads.sqlite").value();
  crypto::SecretKey key_ = key_number(7);
  std::optional<Witness> witness_{
      std::in_place, std::string(kName), key_,
      std::vector<NoteKey>{{.name = std::string(kLog), .key = key_number(1).public_key()}},
      *heads_};
  Tree tree_{300};
};

TEST_F(WitnessTest, CosignsWhatContinuesWhatItKnows) {
  int64_t old_size = 0;
  for (const int64_t size : {0, 3, 3, 256, 300}) {
    const WitnessAnswer answer = witness_->add_checkpoint(request(tree_, old_size, size), kNow);
    EXPECT_TRUE(cosigns(answer, tree_.head(size))) << size << ": " << answer.body;
    old_size = size;
  }
  const std::string hash = to_hex(crypto::sha256(kLog).bytes);
  const WitnessAnswer last = witness_->checkpoint(hash);
  EXPECT_EQ(last.status, 200);
  EXPECT_EQ(parse_note(last.body)->signatures.size(), 2U);
  EXPECT_EQ(witness_->checkpoint(hash.substr(1)).status, 404);
}

TEST_F(WitnessTest, NeverCosignsTwoContinuations) {
  ASSERT_EQ(witness_->add_checkpoint(request(tree_, 0, 100), kNow).status, 200);
  const Tree forked(300, "another");
  // A proof of the other log's own, of a size it knows and of others.
  EXPECT_EQ(witness_->add_checkpoint(request(forked, 100, 200), kNow).status, 422);
  EXPECT_EQ(witness_->add_checkpoint(request(forked, 100, 100), kNow).status, 422);
  const WitnessAnswer other_size = witness_->add_checkpoint(request(forked, 0, 200), kNow);
  EXPECT_EQ(other_size.status, 409);
  EXPECT_EQ(other_size.type, kLogSizeType);
  EXPECT_EQ(other_size.body, "100\n");
  EXPECT_EQ(witness_->add_checkpoint(request(tree_, 50, 60), kNow).status, 409);  // goes back
  EXPECT_EQ(witness_->add_checkpoint(request(tree_, 100, 200), kNow).status, 200);
}

TEST_F(WitnessTest, AnswersAsTheProtocolSays) {
  EXPECT_EQ(witness_->add_checkpoint("", kNow).status, 400);
  EXPECT_EQ(witness_->add_checkpoint("old 0\n\nno note", kNow).status, 400);
  const TreeHead head = tree_.head(5);
  const auto body = [](const std::string& note, int64_t old_size = 0) {
    return to_text(WitnessRequest{.old_size = old_size, .proof = {}, .note = note});
  };
  EXPECT_EQ(witness_->add_checkpoint(body(note(head, 1, "other.org/log")), kNow).status, 404);
  EXPECT_EQ(witness_->add_checkpoint(body(note(head, 2)), kNow).status, 403);
  std::string forged = note(head);
  forged.replace(forged.find("\n5\n"), 3, "\n6\n");
  EXPECT_EQ(witness_->add_checkpoint(body(forged), kNow).status, 403);
  EXPECT_EQ(witness_->add_checkpoint(body(note(head), 6), kNow).status, 400);
  EXPECT_EQ(witness_->add_checkpoint(body(note(head), 3), kNow).status, 409);
  const TreeHead no_root{.size = 0, .root = leaf_hash({})};
  EXPECT_EQ(witness_->add_checkpoint(body(note(no_root)), kNow).status, 422);
  const std::string with_proof =
      to_text(WitnessRequest{.old_size = 0, .proof = {head.root}, .note = note(head)});
  EXPECT_EQ(witness_->add_checkpoint(with_proof, kNow).status, 422);
  EXPECT_EQ(witness_->add_checkpoint(body(note(head)), kNow).status, 200);
}

// Many at once, half of them of a log that forks: what is cosigned is one line of continuations.
TEST_F(WitnessTest, OfManyAtOnceOneContinuationIsCosigned) {
  const Tree forked(300, "another");
  std::array<std::vector<int>, 8> statuses;
  std::vector<std::thread> threads;
  for (size_t t = 0; t < statuses.size(); ++t) {
    threads.emplace_back([&, t] {
      auto heads = open_sqlite_head_store(folder_ / "heads.sqlite").value();
      Witness witness(std::string(kName), key_,
                      {{.name = std::string(kLog), .key = key_number(1).public_key()}}, *heads);
      const Tree& tree = t % 2 == 0 ? tree_ : forked;
      for (int64_t size = 1; size <= 20; ++size)
        statuses[t].push_back(witness.add_checkpoint(request(tree, size - 1, size), kNow).status);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::array<int, 2> cosigned{};
  for (size_t t = 0; t < statuses.size(); ++t) {
    for (const int status : statuses[t]) {
      EXPECT_TRUE(status == 200 || status == 409 || status == 422) << status;
      cosigned[t % 2] += status == 200 ? 1 : 0;
    }
  }
  EXPECT_GT(cosigned[0] + cosigned[1], 0);
  EXPECT_TRUE(cosigned[0] == 0 || cosigned[1] == 0) << cosigned[0] << " and " << cosigned[1];
}

TEST(WitnessRequest, IsReadBackAndNothingElse) {
  const WitnessRequest request{
      .old_size = 3, .proof = std::vector(63, empty_root()), .note = "a\n\nb"};
  const std::string text = to_text(request);
  EXPECT_EQ(to_text(parse_witness_request(text).value()), text);
  WitnessRequest longer = request;
  longer.proof.push_back(empty_root());
  for (const std::string& wrong :
       {std::string("old 3\n"), std::string("old\n\n"), std::string("old -1\n\n"),
        std::string("old 9223372036854775808\n\n"), std::string("new 3\n\n"),
        std::string("old 3\nabc\n\n"), to_text(longer)})
    EXPECT_FALSE(parse_witness_request(wrong)) << wrong;
}

}  // namespace
}  // namespace glass::record
