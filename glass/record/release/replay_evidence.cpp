#include "glass/record/release/internal/replay_evidence.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/evidence/replay_choice.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/policy.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/record/tlog/verify_entry.h"

namespace glass::record {
namespace {

using enum EvidenceState;

constexpr size_t kMostStarts = 1'000'000;

struct Executed {
  std::vector<ReplaySegment> segments;
  int64_t different = 0;  // of them
  int64_t steps = 0;      // that were equal, each counted once
};

Result<Executed> executed_of(const Json& predicate, int64_t steps) {
  Executed executed;
  std::vector<ReplaySegment> equal;
  GLASS_TRY(const Json::Array* segments, predicate.get_array("segments"));
  for (const Json& segment : *segments) {
    ReplaySegment one{};
    GLASS_TRY(one.begin, segment.get_int("begin"));
    GLASS_TRY(one.end, segment.get_int("end"));
    GLASS_TRY(const bool same, segment.get_bool("equal"));
    if (one.begin < 0 || one.end <= one.begin || one.end > steps)
      return invalid_input(fmt::format("it tells of a segment from step {} to {} of a run of {}",
                                       one.begin, one.end, steps));
    if (same)
      equal.push_back(one);
    else
      ++executed.different;
    executed.segments.push_back(one);
  }
  if (executed.segments.empty()) return invalid_input("it tells of no segment");
  executed.steps = steps_in(std::move(equal));
  return executed;
}

// Where a segment could begin: ascending, within the run.
Result<std::vector<int64_t>> starts_of(const Json& predicate, int64_t steps) {
  GLASS_TRY(const Json::Array* listed, predicate.get_array("starts"));
  if (listed->size() > kMostStarts)
    return invalid_input(
        fmt::format("it has {} starts, more than {}", listed->size(), kMostStarts));
  std::vector<int64_t> starts;
  for (const Json& one : *listed) {
    const int64_t* start = one.if_int();
    if (start == nullptr || *start >= steps || *start < (starts.empty() ? 0 : starts.back() + 1))
      return invalid_input("its starts are no steps of the run in ascending order");
    starts.push_back(*start);
  }
  return starts;
}

// The segments are those that the seed draws from the starts.
Status expect_drawn(const Json& predicate, const Executed& executed, int64_t steps) {
  GLASS_TRY(const std::vector<int64_t> starts, starts_of(predicate, steps));
  GLASS_TRY(const int64_t length, predicate.get_int("length"));
  GLASS_TRY(const int64_t seed, predicate.get_int("seed"));
  if (executed.segments == draw_segments(starts, std::ssize(executed.segments), length, steps,
                                         static_cast<uint64_t>(seed)))
    return {};
  return fail(ErrorCode::kMismatch, "its segments are not those that its seed draws");
}

bool names_log(const Policy& policy, std::string_view origin) {
  return std::ranges::any_of(policy.logs,
                             [&](const PolicyLog& log) { return log.key.name == origin; });
}

// Lines of unknown keys mean nothing, so whoever draws could add them until the draw suits.
Status expect_known_signatures(const SignedNote& note, const Policy& policy) {
  for (const NoteSignature& one : note.signatures) {
    const auto is_log = [&](const PolicyLog& log) { return is_by(one, log.key); };
    const auto is_witness = [&](const PolicyWitness& witness) { return is_by(one, witness.key); };
    if (!std::ranges::any_of(policy.logs, is_log) &&
        !std::ranges::any_of(policy.witnesses, is_witness))
      return fail(ErrorCode::kMismatch,
                  fmt::format("the checkpoint of its challenge has a signature of {}, which the "
                              "policy does not name",
                              one.name));
  }
  return {};
}

// Where the seed came from: the proof that a log named the record at the checkpoint of the draw.
Result<std::string> challenge_text(const Json& predicate, const ReplayedRun& run,
                                   const Trust& trust) {
  GLASS_TRY(const Json::Object* challenge, predicate.get_object("challenge"));
  GLASS_TRY(const std::string text, Json(*challenge).get_string("proof"));
  GLASS_TRY(const ProofFile proof, parse_proof_file(text));
  GLASS_TRY(const int64_t seed, predicate.get_int("seed"));
  const std::string note = to_text(in_order(proof.checkpoint));
  if (static_cast<uint64_t>(seed) != challenge_seed(run.digest, note))
    return fail(ErrorCode::kMismatch, "its seed is not the one that its challenge gives");
  GLASS_TRY(const Checkpoint checkpoint, parse_checkpoint(proof.checkpoint.text));
  const std::string entry = log_entry(run.record);
  GLASS_TRY_STATUS(
      check_inclusion(leaf_hash(as_bytes(entry)), proof.index, proof.proof, checkpoint.tree));
  const std::string from = fmt::format("drawn by the checkpoint of {} of size {}",
                                       checkpoint.origin, count_text(checkpoint.tree.size));
  if (!trust.policy || !names_log(*trust.policy, checkpoint.origin))
    return fmt::format(", says that it was {}, a log that you have not named", from);
  GLASS_TRY(const VerifiedEntry verified, verify_entry(proof, as_bytes(entry), *trust.policy));
  GLASS_TRY_STATUS(expect_known_signatures(proof.checkpoint, *trust.policy));
  return fmt::format(", {}{}", from,
                     verified.witnesses.empty() ? ", which no witness has cosigned" : "");
}

// What was executed and how it was chosen, in words.
Result<std::string> told(const Statement& replay, const ReplayedRun& run, const Trust& trust) {
  const Json& predicate = replay.predicate;
  GLASS_TRY_STATUS(expect_kind(replay, "replay", 1));
  if (replay.subjects != std::vector<Subject>{{"run", run.digest}})
    return fail(ErrorCode::kMismatch, "it is about another run");
  GLASS_TRY(const Executed executed, executed_of(predicate, run.steps));
  if (executed.different > 0)
    return fail(ErrorCode::kMismatch, fmt::format("{} executed again gave other bits",
                                                  count_text(executed.different, "segment")));
  const bool challenged = predicate.find("challenge") != nullptr;
  const bool drawn = challenged || predicate.find("starts") != nullptr;
  if (drawn) GLASS_TRY_STATUS(expect_drawn(predicate, executed, run.steps));
  std::string text = fmt::format("{} of {} in {} executed again, equal", count_text(executed.steps),
                                 count_text(run.steps, "step"),
                                 count_text(std::ssize(executed.segments), "segment"));
  if (challenged) {
    GLASS_TRY(const std::string from, challenge_text(predicate, run, trust));
    return text + from;
  }
  return text + (drawn ? ", drawn by a seed of whoever did it" : ", chosen by whoever did it");
}

}  // namespace

EvidenceNode replay_node(const Verified& release, const std::string& file, const ReplayedRun& run) {
  release.compared.insert(file);
  const auto statement = read_statement(release, file);
  if (!statement) return {kBroken, "replay", statement.error().message, {}};
  auto detail = told(*statement, run, release.trust);
  if (!detail) return {kBroken, "replay", fmt::format("{}: {}", file, detail.error().message), {}};
  EvidenceNode node{kAttested, "replay", std::move(*detail), {}};
  node.parts.push_back(signed_node(release, file, *statement, Signer::kAnyone));
  return node;
}

}  // namespace glass::record
