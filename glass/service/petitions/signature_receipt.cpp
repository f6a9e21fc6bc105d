#include "glass/service/petitions/signature_receipt.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/keyed.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/acts/act.h"
#include "glass/institution/acts/event.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/record/journal/journal.h"
#include "glass/record/journal/journal_file.h"
#include "glass/record/merkle/merkle.h"
#include "glass/service/facility/facility.h"
#include "glass/service/facility/journal_entry.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

constexpr std::string_view kLeafTag("glassworks/petition/v1\0", 23);
constexpr std::string_view kReceiptKind = "glass-petition-receipt-1";
constexpr size_t kSaltBytes = 32;
constexpr int64_t kLinesOfARead = 4096;

// Of leaves that are all there: worked out from below, as often as it is asked for.
crypto::Digest subtree_hash(std::span<const crypto::Digest> leaves, record::Subtree subtree) {
  const auto at = static_cast<size_t>(subtree.index);
  if (subtree.level == 0) return leaves[at];
  return record::node_hash(subtree_hash(leaves, {subtree.level - 1, 2 * subtree.index}),
                           subtree_hash(leaves, {subtree.level - 1, 2 * subtree.index + 1}));
}

Result<SignatureReceipt> receipt_from_json(const Json& json) {
  GLASS_TRY(const std::string kind, json.get_string("kind"));
  if (kind != kReceiptKind) return invalid_input(fmt::format("it is a {}", kind));
  SignatureReceipt receipt;
  GLASS_TRY(receipt.facility, json.get_string("facility"));
  GLASS_TRY(receipt.petition, json.get_string("petition"));
  GLASS_TRY(receipt.country, json.get_string("country"));
  GLASS_TRY(receipt.hour_ms, json.get_int("hour"));
  GLASS_TRY(receipt.salt, json.get_string("salt"));
  GLASS_TRY(const Bytes salt, from_hex(receipt.salt));
  if (salt.size() != kSaltBytes) return invalid_input("its salt has not 32 bytes");
  GLASS_TRY(receipt.index, json.get_int("index"));
  GLASS_TRY(receipt.tree.size, json.get_int("size"));
  GLASS_TRY(const std::string root, json.get_string("root"));
  GLASS_TRY(receipt.tree.root, crypto::digest_from_text("sha256:" + root));
  GLASS_TRY(const Json::Array* proof, json.get_array("proof"));
  for (const Json& one : *proof) {
    const std::string* hex = one.if_string();
    if (hex == nullptr) return invalid_input("its proof is no list of digests");
    GLASS_TRY(const crypto::Digest digest, crypto::digest_from_text("sha256:" + *hex));
    receipt.proof.push_back(digest);
  }
  return receipt;
}

// The count in an entry that has the receipt's tree.
const institution::PetitionCounted* counted_in(const institution::SignedAct& act,
                                               const SignatureReceipt& receipt) {
  const auto* petitions = std::get_if<institution::PetitionEvent>(&act.act.event);
  if (petitions == nullptr) return nullptr;
  const auto* counted = std::get_if<institution::PetitionCounted>(petitions);
  const bool is_it = counted != nullptr && counted->petition == receipt.petition &&
                     counted->size == receipt.tree.size &&
                     counted->root == to_hex(receipt.tree.root.bytes);
  return is_it ? counted : nullptr;
}

}  // namespace

std::string leaf_salt(const crypto::SymmetricKey& salts, std::string_view nonce) {
  return to_hex(crypto::keyed_digest(salts, as_bytes(nonce)).bytes);
}

crypto::Digest signature_leaf(std::string_view salt, std::string_view petition,
                              std::string_view country, int64_t hour_ms) {
  const auto salt_bytes = from_hex(salt);
  GLASS_CHECK(salt_bytes.has_value() && salt_bytes->size() == kSaltBytes);
  Bytes hour;
  append_big_endian(hour, static_cast<uint64_t>(hour_ms));
  crypto::Sha256 hash;
  hash.update(as_bytes(kLeafTag));
  hash.update(*salt_bytes);
  hash.update(as_bytes(petition));
  hash.update(as_bytes(country));
  hash.update(hour);
  return record::leaf_hash(hash.finish().bytes);
}

record::TreeHead tree_of(std::span<const crypto::Digest> leaves) {
  const auto size = static_cast<int64_t>(leaves.size());
  const auto root = record::root_of(size, [&](record::Subtree one) -> Result<crypto::Digest> {
    return subtree_hash(leaves, one);
  });
  return {.size = size, .root = root.value()};
}

std::vector<crypto::Digest> prove_leaf(std::span<const crypto::Digest> leaves, int64_t index,
                                       int64_t size) {
  return record::prove_inclusion(index, size,
                                 [&](record::Subtree one) -> Result<crypto::Digest> {
                                   return subtree_hash(leaves, one);
                                 })
      .value();
}

Status check_receipt(const SignatureReceipt& receipt) {
  const crypto::Digest leaf =
      signature_leaf(receipt.salt, receipt.petition, receipt.country, receipt.hour_ms);
  if (record::check_inclusion(leaf, receipt.index, receipt.proof, receipt.tree)) return {};
  return fail(ErrorCode::kMismatch,
              fmt::format("the receipt's signature is not leaf {} of the tree with root {}: it was "
                          "changed, or is of another petition",
                          receipt.index, to_hex(receipt.tree.root.bytes)));
}

std::string to_text(const SignatureReceipt& receipt) {
  Json::Array proof;
  for (const crypto::Digest& digest : receipt.proof) proof.emplace_back(to_hex(digest.bytes));
  return to_pretty(Json::Object{{"kind", kReceiptKind},
                                {"facility", receipt.facility},
                                {"petition", receipt.petition},
                                {"country", receipt.country},
                                {"hour", receipt.hour_ms},
                                {"salt", receipt.salt},
                                {"index", receipt.index},
                                {"size", receipt.tree.size},
                                {"root", to_hex(receipt.tree.root.bytes)},
                                {"proof", std::move(proof)}});
}

Result<SignatureReceipt> receipt_from_text(std::string_view text) {
  GLASS_TRY(const Json json, parse_json(text));
  auto receipt = receipt_from_json(json);
  if (!receipt)
    return fail(ErrorCode::kCorruption,
                fmt::format("it is no receipt of a signature: {}", receipt.error().message));
  return receipt;
}

Result<PublishedTree> find_tree(system::Files& files, const system::Path& place,
                                const SignatureReceipt& receipt) {
  std::optional<PublishedTree> found;
  const auto look = [&](std::string_view line) -> Status {
    if (found) return {};
    GLASS_TRY(const JournalEntry entry, parse_entry(line));
    if (!entry.act) return {};
    GLASS_TRY(const institution::SignedAct act, signed_act(*entry.act));
    if (const auto* counted = counted_in(act, receipt))
      found = {
          .entry = entry.number, .at_ms = entry.at_ms, .signatures = counted->totals.standing()};
    return {};
  };
  if (is_facility(files, place)) {
    GLASS_TRY(const auto journal, journal_of(files, place));
    for (int64_t next = 0; !found;) {
      GLASS_TRY(const auto lines, journal->read(next, kLinesOfARead));
      if (lines.empty()) break;
      for (const record::JournalLine& line : lines) GLASS_TRY_STATUS(look(line.text));
      next += std::ssize(lines);
    }
  } else {
    GLASS_TRY_STATUS(record::read_journal_file(files, place, [&](int64_t, std::string_view line) {
                       return look(line);
                     }).map([](const auto&) {}));
  }
  if (found) return *found;
  return fail(ErrorCode::kMismatch,
              fmt::format("no count of petition {} in this journal has the root {} of {} leaves; a "
                          "later journal may have it, or the root was made up",
                          receipt.petition, to_hex(receipt.tree.root.bytes), receipt.tree.size));
}

}  // namespace glass::service
