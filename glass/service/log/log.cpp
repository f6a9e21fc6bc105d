#include "glass/service/log/log.h"

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
#include "glass/crypto/ed25519.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/sequencer/fsck.h"
#include "glass/record/sequencer/head_store.h"
#include "glass/record/sequencer/log_folder.h"
#include "glass/record/sequencer/sequencer.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

using record::LogFolder;
using record::LogReader;
using record::NoteKey;

// A log of our own: its key, its head store, and its name, which the head tells.
struct OwnLog {
  LogFolder folder;
  crypto::SecretKey key;
  std::unique_ptr<record::HeadStore> heads;
  std::string origin;

  [[nodiscard]] NoteKey note_key() const { return {.name = origin, .key = key.public_key()}; }
};

tl::unexpected<Error> no_log(const system::Path& root) {
  return fail(ErrorCode::kNotFound,
              fmt::format("{} is no log; `glass log init {} --origin NAME` makes one",
                          system::path_text(root), system::path_text(root)));
}

Result<OwnLog> open_own(system::Files& files, const system::Path& root) {
  const LogFolder folder{root};
  if (!files.exists(folder.key())) return no_log(root);
  GLASS_TRY(crypto::SecretKey key, crypto::SecretKey::load(files, folder.key()));
  GLASS_TRY(auto heads, record::open_sqlite_head_store(folder.head()));
  GLASS_TRY(const std::optional<std::string> head, heads->load());
  if (!head) return no_log(root);
  GLASS_TRY(const record::SignedNote note, record::parse_note(*head));
  GLASS_TRY(const record::Checkpoint checkpoint, record::parse_checkpoint(note.text));
  return OwnLog{.folder = folder,
                .key = std::move(key),
                .heads = std::move(heads),
                .origin = checkpoint.origin};
}

// One that the making of a log left when it was cut off, or a new one.
Result<crypto::SecretKey> key_of(system::Files& files, const system::Path& file) {
  if (files.exists(file)) return crypto::SecretKey::load(files, file);
  const crypto::SecretKey key = crypto::SecretKey::generate();
  GLASS_TRY_STATUS(key.save(files, file));
  return key;
}

Result<std::unique_ptr<record::Sequencer>> open_sequencer(system::Files& files, const OwnLog& log) {
  return record::Sequencer::open({files, *log.heads, log.folder, log.origin, log.key});
}

// The published state, checked against the key.
struct Published {
  record::FolderSource source;
  record::OpenedCheckpoint opened;
};

Result<Published> open_published(system::Files& files, const OwnLog& log) {
  record::FolderSource source(files, log.folder.published());
  const NoteKey key = log.note_key();
  GLASS_TRY(record::OpenedCheckpoint opened, record::read_checkpoint(source, {&key, 1}));
  return Published{.source = source, .opened = std::move(opened)};
}

LogState state_of(const NoteKey& key, const record::OpenedCheckpoint& opened) {
  return {.key = key, .tree = opened.checkpoint.tree, .note = record::to_text(opened.note)};
}

}  // namespace

Result<LogState> init_log(system::Files& files, const system::Path& root,
                          const std::string& origin) {
  const LogFolder folder{root};
  if (!record::is_origin(origin))
    return invalid_input(
        fmt::format("\"{}\" is no origin of a log: give a URL without its scheme, such as "
                    "example.org/log",
                    origin));
  GLASS_TRY_STATUS(files.make_folders(folder.secrets()));
  GLASS_TRY(const auto heads, record::open_sqlite_head_store(folder.head()));
  GLASS_TRY(const std::optional<std::string> head, heads->load());
  if (head)
    return fail(ErrorCode::kRefused,
                fmt::format("{} is a log already; name another folder", system::path_text(root)));
  GLASS_TRY(const crypto::SecretKey key, key_of(files, folder.key()));
  GLASS_TRY_STATUS(record::create_log({files, *heads, folder, origin, key}));
  return show_log(files, root);
}

Result<LogState> show_log(system::Files& files, const system::Path& root) {
  GLASS_TRY(const OwnLog log, open_own(files, root));
  GLASS_TRY(const Published published, open_published(files, log));
  return state_of(log.note_key(), published.opened);
}

Result<AppendedEntries> append_entries(system::Files& files, const system::Path& root,
                                       std::span<const Bytes> entries) {
  GLASS_TRY(const OwnLog log, open_own(files, root));
  GLASS_TRY(const auto sequencer, open_sequencer(files, log));
  const std::vector<ByteView> views(entries.begin(), entries.end());
  AppendedEntries appended;
  GLASS_TRY(appended.first, sequencer->append(views));
  appended.log = {.key = log.note_key(), .tree = sequencer->tree(), .note = sequencer->note()};
  return appended;
}

Result<record::ProofFile> prove_entry(system::Files& files, const system::Path& root,
                                      int64_t index) {
  GLASS_TRY(const OwnLog log, open_own(files, root));
  GLASS_TRY(Published published, open_published(files, log));
  const record::TreeHead tree = published.opened.checkpoint.tree;
  if (index < 0 || index >= tree.size)
    return invalid_input(
        fmt::format("the log has {} entries, counted from 0; there is none with "
                    "the index {}",
                    tree.size, index));
  LogReader reader(published.source, tree.size);
  record::ProofFile proof{.extra = {}, .index = index, .proof = {}, .checkpoint = {}};
  GLASS_TRY(proof.proof, record::prove_inclusion(index, tree.size, reader.hashes()));
  GLASS_TRY(const Bytes entry, reader.entry(index));
  GLASS_TRY_STATUS(record::check_inclusion(record::leaf_hash(entry), index, proof.proof, tree));
  proof.checkpoint = std::move(published.opened.note);
  return proof;
}

Result<ConsistencyProof> prove_growth(system::Files& files, const system::Path& root,
                                      int64_t old_size) {
  GLASS_TRY(const OwnLog log, open_own(files, root));
  GLASS_TRY(Published published, open_published(files, log));
  ConsistencyProof proof{
      .old = {.size = old_size, .root = {}}, .now = published.opened.checkpoint.tree, .hashes = {}};
  if (old_size < 0 || old_size > proof.now.size)
    return invalid_input(
        fmt::format("the log has {} entries, it never had {}", proof.now.size, old_size));
  LogReader reader(published.source, proof.now.size);
  GLASS_TRY(proof.old.root, record::root_of(old_size, reader.hashes()));
  GLASS_TRY(proof.hashes, record::prove_consistency(old_size, proof.now.size, reader.hashes()));
  GLASS_TRY_STATUS(record::check_consistency(proof.old, proof.now, proof.hashes));
  return proof;
}

Result<VerifiedEntry> verify_entry(const record::ProofFile& proof, ByteView entry,
                                   std::span<const NoteKey> keys) {
  GLASS_TRY(const record::OpenedCheckpoint opened,
            record::open_checkpoint(record::to_text(proof.checkpoint), keys));
  VerifiedEntry verified{.index = proof.index, .checkpoint = opened.checkpoint, .witnesses = {}};
  for (size_t i = 1; i < keys.size(); ++i) {
    if (std::ranges::find(opened.verdicts, i, &record::NoteVerdict::key) == opened.verdicts.end())
      return fail(ErrorCode::kMismatch,
                  fmt::format("the checkpoint is not cosigned by {}", keys[i].name));
    verified.witnesses.push_back(keys[i].name);
  }
  GLASS_TRY_STATUS(record::check_inclusion(record::leaf_hash(entry), proof.index, proof.proof,
                                           opened.checkpoint.tree));
  return verified;
}

Result<record::LogHealth> check_log(system::Files& files, const system::Path& root,
                                    FunctionRef<bool(int64_t)> progress) {
  GLASS_TRY(const OwnLog log, open_own(files, root));
  const NoteKey key = log.note_key();
  return record::check_log_files(files, log.folder.published(), {&key, 1}, progress);
}

}  // namespace glass::service
