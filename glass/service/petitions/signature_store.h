// SignatureStore: the signatures of petitions, in a file of SQLite or a database of PostgreSQL. It
// may be erased: what counts for good stands in the journal, and the tree of leaves here holds
// nothing about a person.
//
//   pending --confirm--> validated --withdraw--> withdrawn (an empty row with its leaf)
//      +--expire--> (gone)   +--anonymise--> anonymised (an empty row with its leaf)
//
// What always holds:
//
//   1. a mailbox signs a petition once in each role: the database refuses a second row;
//   2. no address, prefix, domain or token stands here: they are sealed, or digests by keys that
//      lie elsewhere (petition_keys.h);
//   3. a leaf gets an index once, without gaps, and never changes;
//   4. each change is one statement, so a kill leaves nothing half done;
//   5. a row that an invalidation has marked is invalid as long as the journal says that the
//      invalidation is done; the row itself does not change.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/institution/petitions/petition_events.h"
#include "glass/system/database/sql_database.h"

namespace glass::service {

enum class SigningRole : uint8_t { kCreator, kSponsor, kSigner };

// "signer".
std::string_view to_text(SigningRole role);

struct SignatureRow {
  std::string id, petition;
  SigningRole role = SigningRole::kSigner;
  std::string mailbox, prefix, domain;  // digests by the petition's key; empty once erased
  std::string address;                  // sealed; empty once erased
  std::string country, fill_time;
  std::string state = "pending";
  int64_t asked_ms = 0, settled_ms = 0;
  std::string token;  // digest of the one that is worth something now
  std::string nonce;  // from which the salt of its leaf follows; empty once it is withdrawn
  int64_t leaf = -1;
  std::string invalidation = {};  // that has marked it

  friend bool operator==(const SignatureRow&, const SignatureRow&) = default;
};

// By what an invalidation finds rows: a column and what stands there; or, for `time`, when they
// were asked for.
struct InvalidationRule {
  std::string rule;   // of kInvalidationRules
  std::string value;  // as the row holds it
  int64_t from_ms = 0, until_ms = 0;
};

struct MarkedRows {
  int64_t validated = 0, pending = 0;
};

// A country of two letters, and what is counted of it.
using CountryTotals = std::map<std::string, institution::PetitionTotals, std::less<>>;

class SignatureStore {
 public:
  [[nodiscard]] static Result<SignatureStore> open(std::unique_ptr<system::SqlDatabase> database);

  // False if this mailbox has a row in this role.
  [[nodiscard]] Result<bool> add(const SignatureRow& row);

  // Nothing if there is none.
  [[nodiscard]] Result<std::optional<SignatureRow>> find_mailbox(std::string_view petition,
                                                                 SigningRole role,
                                                                 std::string_view mailbox);
  [[nodiscard]] Result<std::optional<SignatureRow>> find_token(std::string_view token);

  // Another token for a row of that state; pending ones are asked for anew.
  [[nodiscard]] Status renew_token(const SignatureRow& row, std::string_view token,
                                   int64_t asked_ms);

  // False if somebody else was faster, so that the token was worth something no more.
  [[nodiscard]] Result<bool> confirm(const SignatureRow& row, std::string_view next_token,
                                     int64_t at_ms);
  [[nodiscard]] Result<bool> withdraw(const SignatureRow& row, int64_t at_ms);

  [[nodiscard]] Result<int64_t> count(std::string_view petition, SigningRole role,
                                      std::string_view state);

  // Signatures that were confirmed before that time and have no leaf, in no order that tells when.
  [[nodiscard]] Result<std::vector<SignatureRow>> without_leaf(std::string_view petition,
                                                               int64_t before_ms);

  struct NewLeaf {
    std::string id;
    int64_t index = 0;
    crypto::Digest hash;
  };

  [[nodiscard]] Status put_leaves(std::span<const NewLeaf> leaves);

  // In their order.
  [[nodiscard]] Result<std::vector<crypto::Digest>> leaves(std::string_view petition);

  // Of signatures that have a leaf, by country; invalid are those that one of these has marked.
  [[nodiscard]] Result<CountryTotals> totals(std::string_view petition,
                                             const std::set<std::string, std::less<>>& done);

  // Marks what the rule finds: signatures that have a leaf, and pending ones, that nothing else has
  // marked. Unmarks all of an invalidation.
  [[nodiscard]] Result<MarkedRows> mark(std::string_view petition, const InvalidationRule& rule,
                                        std::string_view invalidation);
  [[nodiscard]] Result<MarkedRows> marked(std::string_view invalidation);
  [[nodiscard]] Status unmark(std::string_view invalidation);

  // When somebody tried, by a key, since then; and that they try now.
  [[nodiscard]] Result<std::vector<int64_t>> attempts(std::string_view key, int64_t since_ms);
  [[nodiscard]] Status add_attempt(std::string_view key, int64_t at_ms);

  // When signatures to a petition were asked for since then from a prefix, or for a domain: the
  // last ones, `most` at most, in their order.
  [[nodiscard]] Result<std::vector<int64_t>> times(std::string_view petition,
                                                   std::string_view column, std::string_view value,
                                                   int64_t since_ms, int64_t most);

  // What has to be erased. How many rows it was.
  [[nodiscard]] Result<int64_t> expire(int64_t asked_before_ms);
  [[nodiscard]] Result<int64_t> erase_addresses(int64_t settled_before_ms);
  [[nodiscard]] Result<int64_t> erase_addresses_of(std::string_view petition);
  [[nodiscard]] Result<int64_t> forget_attempts(int64_t before_ms);
  // All that the key of a petition knows something by.
  [[nodiscard]] Result<int64_t> erase_mailboxes(std::string_view petition);
  // All but the hashes of the leaves.
  [[nodiscard]] Result<int64_t> anonymise(std::string_view petition);
  [[nodiscard]] Status scrub();

 private:
  explicit SignatureStore(std::unique_ptr<system::SqlDatabase> database)
      : database_(std::move(database)) {}

  [[nodiscard]] Status set_up();
  [[nodiscard]] Result<std::optional<SignatureRow>> find(const std::string& where,
                                                         std::vector<std::string> parameters);
  [[nodiscard]] Result<int64_t> change(const std::string& sql, std::vector<std::string> parameters);

  std::unique_ptr<system::SqlDatabase> database_;
};

}  // namespace glass::service
