#include "glass/record/release/internal/replay_evidence.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/record/evidence/replay_choice.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/signed_note.h"

namespace glass::record {
namespace {

using enum EvidenceState;

struct Executed {
  std::vector<ReplaySegment> segments;
  int64_t steps = 0;  // of those that were equal
  int64_t different = 0;
};

Result<Executed> executed_of(const Json& predicate) {
  Executed executed;
  GLASS_TRY(const Json::Array* segments, predicate.get_array("segments"));
  for (const Json& segment : *segments) {
    ReplaySegment one{};
    GLASS_TRY(one.begin, segment.get_int("begin"));
    GLASS_TRY(one.end, segment.get_int("end"));
    GLASS_TRY(const bool equal, segment.get_bool("equal"));
    if (one.begin < 0 || one.end <= one.begin)
      return invalid_input(fmt::format("a segment from step {} to {}", one.begin, one.end));
    if (equal)
      executed.steps += one.end - one.begin;
    else
      ++executed.different;
    executed.segments.push_back(one);
  }
  return executed;
}

// The segments are those that the seed draws from the starts. Nothing to compare where somebody
// chose them by hand.
Status expect_drawn(const Json& predicate, const std::vector<ReplaySegment>& segments,
                    int64_t steps) {
  const Json* listed = predicate.find("starts");
  if (listed == nullptr) return {};
  GLASS_TRY(const int64_t length, predicate.get_int("length"));
  GLASS_TRY(const int64_t seed, predicate.get_int("seed"));
  std::vector<int64_t> starts;
  for (const Json& start : *listed->if_array()) starts.push_back(*start.if_int());
  if (segments ==
      draw_segments(starts, std::ssize(segments), length, steps, static_cast<uint64_t>(seed)))
    return {};
  return fail(ErrorCode::kMismatch, "its segments are not those that its seed draws");
}

// Where the seed came from; nothing if nobody said.
Result<std::optional<std::string>> challenge_text(const Json& predicate, const crypto::Digest& run,
                                                  const Trust& trust) {
  if (predicate.find("challenge") == nullptr) return std::nullopt;
  GLASS_TRY(const Json::Object* named, predicate.get_object("challenge"));
  const Json challenge(*named);
  GLASS_TRY(const std::string note, challenge.get_string("note"));
  GLASS_TRY(const int64_t seed, predicate.get_int("seed"));
  if (static_cast<uint64_t>(seed) != challenge_seed(run, note))
    return fail(ErrorCode::kMismatch, "its seed is not the one that its challenge gives");
  GLASS_TRY(const SignedNote signed_note, parse_note(note));
  GLASS_TRY(const Checkpoint checkpoint, parse_checkpoint(signed_note.text));
  const std::string from = fmt::format(", drawn by the checkpoint of {} of size {}",
                                       checkpoint.origin, count_text(checkpoint.tree.size));
  if (!trust.policy) return std::optional(from + ", of a log that you have not named");
  GLASS_TRY_STATUS(open_by_policy(note, *trust.policy));
  return std::optional(from);
}

}  // namespace

EvidenceNode replay_node(const Verified& release, const std::string& file,
                         const crypto::Digest& run, int64_t steps) {
  EvidenceNode node{kAttested, "replay", "", {}};
  const auto broken = [&](std::string why) {
    node.state = kBroken;
    node.detail = fmt::format("{}: {}", file, why);
    return node;
  };
  const auto statement = read_statement(release, file);
  if (!statement) return broken(statement.error().message);
  if (const Status kind = expect_kind(*statement, "replay", 1); !kind)
    return broken(kind.error().message);
  if (statement->subjects != std::vector<Subject>{{"run", run}})
    return broken("it is about another run");
  const auto executed = executed_of(statement->predicate);
  if (!executed) return broken(executed.error().message);
  if (const Status drawn = expect_drawn(statement->predicate, executed->segments, steps); !drawn)
    return broken(drawn.error().message);
  const auto challenge = challenge_text(statement->predicate, run, release.trust);
  if (!challenge) return broken(challenge.error().message);
  node.detail =
      fmt::format("{} in {} executed again, equal", count_text(executed->steps, "step"),
                  count_text(std::ssize(executed->segments) - executed->different, "segment"));
  if (executed->different > 0) {
    node.state = kBroken;
    node.detail += fmt::format("; {} NOT equal", count_text(executed->different, "segment"));
  }
  node.detail += challenge->value_or("");
  node.parts.push_back(signed_node(file, *statement, release.trust));
  return node;
}

}  // namespace glass::record
