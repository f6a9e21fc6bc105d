// Sequencer: the one writer of a log.
//
// A batch of entries goes through four states:
//
//   pending --stage--> staged       its tiles lie in private/staged/<root>, durable
//           --commit-> committed    the head store names the new checkpoint, by compare-and-swap
//           --publish> published    its tiles, then the checkpoint, lie in public/, durable
//           --answer-> appended     the caller has its index
//
// What always holds:
//   1. Whoever has an index finds the entry there, in every later checkpoint.
//   2. What ends before it is committed has never happened; what ends behind that is published by
//      the next opening. So a crash at any moment loses nothing that was answered.
//   3. A tile is published only after its growth was committed: a second writer, who cannot commit,
//      has overwritten nothing.
//   4. A published checkpoint never goes back and never forks.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/record/heads/head_store.h"
#include "glass/record/sequencer/growth.h"
#include "glass/record/sequencer/log_folder.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/system/files.h"

namespace glass::record {

// What a log is and where. All of it outlives the sequencer.
struct LogWorld {
  system::Files& files;
  HeadStore& heads;
  LogFolder folder;
  std::string origin;
  const crypto::SecretKey& key;
};

// Makes an empty log and publishes its checkpoint. kRefused if there is one. kInvalidInput if the
// origin is none.
[[nodiscard]] Status create_log(const LogWorld& world);

class Sequencer {
 public:
  // Publishes what was committed, removes what was not. kNotFound if there is no log; kRefused if
  // another process on this machine writes it; kMismatch if it is another key's or origin's;
  // kCorruption if the head store, the checkpoint and the tiles do not belong together.
  [[nodiscard]] static Result<std::unique_ptr<Sequencer>> open(LogWorld world);

  // The index of the first of the entries; the others follow it. kInvalidInput for an entry of more
  // than kMostEntryBytes, which it names, and for more than kMostGrowth entries; then nothing is
  // appended. After any other error nothing more is appended: open the log again.
  // REQUIRES: at least one entry.
  [[nodiscard]] Result<int64_t> append(std::span<const ByteView> entries);

  // Publishes the checkpoint with these cosignatures of witnesses and those it has; they are gone
  // with the next one. kRefused after an error of append.
  [[nodiscard]] Status cosign(std::span<const NoteSignature> cosignatures);

  [[nodiscard]] const TreeHead& tree() const { return tree_; }

  // The checkpoint, signed by the log alone.
  [[nodiscard]] const std::string& note() const { return note_; }

 private:
  Sequencer(LogWorld world, std::unique_ptr<system::FolderLock> lock)
      : world_(std::move(world)), lock_(std::move(lock)) {}

  [[nodiscard]] Status recover();
  [[nodiscard]] Status append_growth(const Growth& growth);

  LogWorld world_;
  std::unique_ptr<system::FolderLock> lock_;
  LogEdge edge_;
  TreeHead tree_;
  std::string note_;
  bool failed_ = false;
};

}  // namespace glass::record
