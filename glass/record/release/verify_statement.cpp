#include "glass/record/release/verify_statement.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/base/time_text.h"
#include "glass/record/evidence/kinds.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/release/internal/known_things.h"
#include "glass/record/release/internal/run_evidence.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/verify_entry.h"

namespace glass::record {
namespace {

using enum EvidenceState;

std::string kind_text(const Statement& statement) {
  const Kind* kind = kind_of(statement.predicate_type);
  return std::string(kind == nullptr ? statement.predicate_type : kind->name);
}

// Statements that lead from one to the next; nobody's honest chain is longer.
constexpr int kMostDepth = 1000;

class Walk {
 public:
  Walk(const KnownThings& known, bool has_places, const Trust& trust)
      : known_(known), has_places_(has_places), trust_(trust) {}

  // `seen`: by when witnesses had seen the statement. The root has to be signed by someone whom the
  // reader believes, where any are named; the others' words are their signers'.
  EvidenceNode statement(const std::string& file, const Statement& statement, bool is_root,
                         std::optional<int64_t> seen) {
    const crypto::Digest payload = payload_digest(statement);
    const std::string what = fmt::format("{} {}", kind_text(statement), crypto::to_text(payload));
    if (depth_ == kMostDepth)
      return {kMissing, what, fmt::format("too far from the root; verify {} by itself", file), {}};
    // What is still being told, which only a run's record can lead back to, is not verified yet.
    const auto [told, is_new] = told_.try_emplace(payload, kAttested);
    if (!is_new) return {told->second, what, "told above", {}};
    ++depth_;
    EvidenceNode node{kVerified, what, file, {}};
    if (add_signature(statement, is_root, seen, node) != Belief::kBelieved) node.state = kAttested;
    add_members(statement, node);
    for (const Subject& subject : statement.subjects) {
      if (run_stated_by(statement) != subject.digest)
        node.parts.push_back(thing("about " + subject.name, subject.digest));
    }
    if (check_members(statement)) {
      for (const Reference& reference : references(statement))
        node.parts.push_back(reference.is_inner
                                 ? inner(reference)
                                 : thing(std::string(reference.path), reference.digest));
    }
    add_said_about(payload, node);
    if (const auto run = run_stated_by(statement)) add_said_about(*run, node);
    settle(node);
    told_[payload] = node.state;
    --depth_;
    return node;
  }

 private:
  Belief add_signature(const Statement& statement, bool is_root, std::optional<int64_t> seen,
                       EvidenceNode& node) const {
    const std::string by = "by " + signers(statement);
    if (const Status right = verify(statement); !right) {
      node.parts.push_back({kBroken, "signature", right.error().message, {}});
      return Belief::kUnknown;
    }
    const FoundBelief found = belief_in(trust_, statement, seen);
    if (found.belief == Belief::kBelieved) {
      node.parts.push_back({kVerified, "signature", by, {}});
      return found.belief;
    }
    const bool refused = is_root && !trust_.signer_keys.empty();
    const std::string why =
        found.belief == Belief::kOutOfTerm ? found.why : "whom you have not named";
    node.parts.push_back(
        {refused ? kBroken : kAttested, "signature", fmt::format("{}, {}", by, why), {}});
    return found.belief;
  }

  static void add_members(const Statement& statement, EvidenceNode& node) {
    if (kind_of(statement.predicate_type) == nullptr)
      return node.parts.push_back(
          {kAttested, "members", "nobody here knows what a statement of this type says", {}});
    const bool is_run = expect_kind(statement, "run-record", 1).has_value();
    const Status members = check_members(statement).and_then(
        [&] { return is_run ? expect_whole_run(statement) : Status(); });
    node.parts.push_back({members ? kVerified : kBroken,
                          "members",
                          members ? "as the kind says" : members.error().message,
                          {}});
  }

  EvidenceNode thing(std::string what, const crypto::Digest& digest) {
    if (const KnownStatement* one = best(digest)) {
      EvidenceNode node{kVerified, std::move(what), one->file, {}};
      node.parts.push_back(statement(one->file, one->statement, false, std::nullopt));
      settle(node);
      return node;
    }
    if (const std::string* file = known_.file(digest))
      return {kVerified, std::move(what), *file, {}};
    if (!has_places_) return {kAttested, std::move(what), crypto::to_text(digest), {}};
    return {kMissing,
            std::move(what),
            fmt::format("no file of the evidence has {}", crypto::to_text(digest)),
            {}};
  }

  // A statement, or of a run one of the records that state it: one that is believed, if any is.
  [[nodiscard]] const KnownStatement* best(const crypto::Digest& digest) const {
    if (const KnownStatement* one = known_.statement(digest)) return one;
    const std::vector<const KnownStatement*> records = known_.records_of(digest);
    for (const KnownStatement* one : records) {
      if (belief_in(trust_, one->statement, std::nullopt).belief == Belief::kBelieved) return one;
    }
    return records.empty() ? nullptr : records.front();
  }

  static EvidenceNode inner(const Reference& reference) {
    return {kAttested,
            std::string(reference.path),
            crypto::to_text(reference.digest) + ", of what lies in no file",
            {}};
  }

  // What others have stated about it. Whose word that is, is told; it is not walked further.
  void add_said_about(const crypto::Digest& digest, EvidenceNode& node) const {
    for (const KnownStatement* one : known_.about(digest)) {
      if (told_.contains(payload_digest(one->statement))) continue;
      node.parts.push_back({kAttested,
                            fmt::format("{} about it", kind_text(one->statement)),
                            fmt::format("{}, signed by {}", one->file, signers(one->statement)),
                            {}});
    }
  }

  const KnownThings& known_;
  bool has_places_;
  const Trust& trust_;
  std::map<crypto::Digest, EvidenceState> told_;  // statements, by payload
  int depth_ = 0;
};

Result<VerifiedEntry> logged(system::Files& files, const system::Path& file,
                             const Statement& statement, const Trust& trust) {
  GLASS_TRY(const std::string text, files.read_text(file));
  auto proof = parse_proof_file(text);
  if (!proof) return in_context(system::path_text(file), std::move(proof).error());
  return verify_entry(*proof, as_bytes(log_entry(statement)), *trust.policy);
}

EvidenceNode log_part(const VerifiedEntry& entry) {
  std::string detail = fmt::format("entry {} of {}", entry.index, entry.checkpoint.origin);
  if (entry.seen_unix_seconds)
    detail += ", seen by witnesses by " + date_text(*entry.seen_unix_seconds);
  return {kVerified, "transparency log", std::move(detail), {}};
}

}  // namespace

Result<EvidenceNode> verify_statement(system::Files& files, const system::Path& file,
                                      const EvidencePlaces& places, const Trust& trust,
                                      Parallel& parallel) {
  if (places.proof && !trust.policy)
    return invalid_input("name the log that the proof should be of, by --policy or --log-key");
  GLASS_TRY(const std::string text, files.read_text(file));
  const auto statement = parse_statement(text);
  if (!statement) return in_context(system::path_text(file), Error(statement.error()));
  GLASS_TRY(const KnownThings known, KnownThings::in(files, places.folders, parallel));
  std::optional<EvidenceNode> log;
  std::optional<int64_t> seen;
  if (places.proof) {
    const auto entry = logged(files, *places.proof, *statement, trust);
    if (entry) seen = entry->seen_unix_seconds;
    log = entry ? log_part(*entry)
                : EvidenceNode{kBroken, "transparency log", entry.error().message, {}};
  } else if (trust.policy) {
    log = EvidenceNode{kMissing, "transparency log", "no proof was given that a log has it", {}};
  }
  EvidenceNode root = Walk(known, !places.folders.empty(), trust)
                          .statement(system::path_text(file), *statement, true, seen);
  if (log) root.parts.push_back(std::move(*log));
  settle(root);
  return root;
}

}  // namespace glass::record
