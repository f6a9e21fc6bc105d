#include "glass/record/witness/witness.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/record/witness/witness_request.h"

namespace glass::record {
namespace {

WitnessAnswer refuse(int status, std::string_view why) {
  return {.status = status, .body = fmt::format("{}\n", why)};
}

WitnessAnswer in_trouble(const Error& error) {
  return {
      .status = 500, .body = "the witness cannot answer at the moment\n", .trouble = error.message};
}

WitnessAnswer known_size(int64_t size) {
  return {.status = 409, .type = std::string(kLogSizeType), .body = fmt::format("{}\n", size)};
}

// What the witness knows of a log.
Result<TreeHead> tree_of(const std::optional<std::string>& note) {
  if (!note) return TreeHead{.size = 0, .root = empty_root()};
  GLASS_TRY(const SignedNote stored, parse_note(*note));
  GLASS_TRY(const Checkpoint checkpoint, parse_checkpoint(stored.text));
  return checkpoint.tree;
}

// The checkpoint as it is stored: with the signature of its log and ours.
std::string stored_note(const SignedNote& note, const NoteKey& log, NoteSignature cosignature) {
  SignedNote stored{.text = note.text, .signatures = {}};
  std::ranges::copy_if(note.signatures, std::back_inserter(stored.signatures),
                       [&](const NoteSignature& one) { return is_by(one, log); });
  stored.signatures.push_back(std::move(cosignature));
  return to_text(stored);
}

}  // namespace

WitnessAnswer Witness::add_checkpoint(std::string_view body, int64_t unix_seconds) {
  const auto request = parse_witness_request(body);
  if (!request) return refuse(400, request.error().message);
  const auto note = parse_note(request->note);
  if (!note) return refuse(400, note.error().message);
  const auto asked = parse_checkpoint(note->text);
  if (!asked) return refuse(400, asked.error().message);
  const std::string& origin = asked->origin;
  const NoteKey* log = nullptr;  // of several keys of a log, the one that has signed
  Result<OpenedCheckpoint> opened = fail(ErrorCode::kMismatch, "");
  for (const NoteKey& key : logs_) {
    if (key.name != origin) continue;
    log = &key;
    opened = open_checkpoint(request->note, {&key, 1});
    if (opened) break;
  }
  if (log == nullptr) return refuse(404, "this witness does not know the log");
  if (!opened)
    return refuse(opened.error().code == ErrorCode::kMismatch ? 403 : 422, opened.error().message);
  const TreeHead& tree = opened->checkpoint.tree;
  if (request->old_size > tree.size)
    return refuse(400, "the checkpoint is smaller than what it is said to continue");

  const auto known = heads_.load(origin);
  if (!known) return in_trouble(known.error());
  const auto old = tree_of(*known);
  if (!old) return in_trouble(old.error());
  if (old->size != request->old_size) return known_size(old->size);
  if (const Status consistent = check_consistency(*old, tree, request->proof); !consistent)
    return refuse(422, consistent.error().message);

  NoteSignature cosignature = cosign_note(note->text, name_, key_, unix_seconds);
  const std::string line = to_text(cosignature);
  const Status stored =
      heads_.replace(origin, *known, stored_note(*note, *log, std::move(cosignature)));
  if (stored) return {.body = line};
  if (stored.error().code != ErrorCode::kRefused) return in_trouble(stored.error());
  const auto now = heads_.load(origin);
  const auto become = now ? tree_of(*now) : tl::unexpected(now.error());
  return become ? known_size(become->size) : in_trouble(become.error());
}

WitnessAnswer Witness::checkpoint(std::string_view origin_hash) {
  for (const NoteKey& log : logs_) {
    if (to_hex(crypto::sha256(log.name).bytes) != origin_hash) continue;
    const auto note = heads_.load(log.name);
    if (!note) return in_trouble(note.error());
    if (*note) return {.body = **note};
  }
  return refuse(404, "this witness has cosigned nothing of such a log");
}

}  // namespace glass::record
