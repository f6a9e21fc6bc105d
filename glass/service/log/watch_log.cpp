#include "glass/service/log/watch_log.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/sequencer/sequencer.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/policy.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/service/log/internal/ask_witnesses.h"
#include "glass/service/log/internal/own_log.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

// That the larger tree begins with the smaller one. kMismatch proves the opposite; kCorruption says
// only that the source's tiles are not those of the larger tree.
Status expect_beginning(record::LogSource& source, const record::TreeHead& small,
                        const record::TreeHead& large) {
  record::LogReader reader(source, large.size);
  GLASS_TRY(const crypto::Digest root, record::root_of(large.size, reader.hashes()));
  if (root != large.root)
    return fail(ErrorCode::kCorruption,
                "its tiles do not lead to the root that it has signed: its server gives out wrong "
                "ones");
  GLASS_TRY(const auto proof, record::prove_consistency(small.size, large.size, reader.hashes()));
  return record::check_consistency(small, large, proof);
}

}  // namespace

Result<std::vector<AskedWitness>> cosign_log(system::Files& files, const system::Path& root,
                                             const record::Policy& policy) {
  GLASS_TRY(const OwnLog log, open_own(files, root));
  GLASS_TRY(CosignedLog cosigned, ask_witnesses(files, log, policy));
  if (cosigned.signatures.empty()) return std::move(cosigned.asked);
  // Witnesses may take their time, so the log is held only now.
  GLASS_TRY_STATUS(publish_cosigned(files, log, cosigned));
  return std::move(cosigned.asked);
}

Result<WatchedLog> watch_log(record::LogSource& source, std::span<const record::NoteKey> keys,
                             system::Files& files, const system::Path& state) {
  GLASS_TRY(const record::OpenedCheckpoint opened, record::read_checkpoint(source, keys));
  WatchedLog watched{.before = {.size = 0, .root = record::empty_root()},
                     .now = opened.checkpoint.tree};
  if (files.exists(state)) {
    GLASS_TRY(const std::string text, files.read_text(state));
    auto before = record::open_checkpoint(text, keys);
    if (!before) return in_context(system::path_text(state), std::move(before).error());
    watched.before = before->checkpoint.tree;
  }
  const auto forked = [&](std::string_view why) -> Result<WatchedLog> {
    system::Path other = state;
    other += ".forked";
    GLASS_TRY_STATUS(files.write_atomic(other, as_bytes(record::to_text(opened.note))));
    return fail(ErrorCode::kMismatch,
                fmt::format("the log {} has forked: {}. Both checkpoints, which it has signed, are "
                            "kept: {} and {}",
                            keys[0].name, why, system::path_text(state), system::path_text(other)));
  };
  if (watched.now.size == watched.before.size && watched.now != watched.before)
    return forked(fmt::format("of its {} entries there are two roots", watched.now.size));
  const bool older = watched.now.size < watched.before.size;
  if (watched.now != watched.before) {
    const Status continued = older ? expect_beginning(source, watched.now, watched.before)
                                   : expect_beginning(source, watched.before, watched.now);
    if (!continued && continued.error().code == ErrorCode::kMismatch)
      return forked(continued.error().message);
    if (!continued && !older)
      return in_context(fmt::format("the log {}", keys[0].name), continued.error());
  }
  if (older)  // of a cache, or of a server that lags behind: no proof against the log
    return fail(ErrorCode::kIo,
                fmt::format("the log {} is given out with {} entries, {} were seen before; ask "
                            "again, or another of its servers",
                            keys[0].name, watched.now.size, watched.before.size));
  GLASS_TRY_STATUS(files.write_atomic(state, as_bytes(record::to_text(opened.note))));
  return watched;
}

}  // namespace glass::service
