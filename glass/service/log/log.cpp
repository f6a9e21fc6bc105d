#include "glass/service/log/log.h"

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
#include "glass/record/heads/head_store.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/sequencer/fsck.h"
#include "glass/record/sequencer/log_folder.h"
#include "glass/record/sequencer/sequencer.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/proof_file.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/service/log/internal/own_log.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

using record::LogReader;
using record::NoteKey;

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

Result<LogState> init_log(system::Files& files, const system::Path& root, const std::string& origin,
                          const std::string& database) {
  const record::LogFolder folder{root};
  GLASS_TRY_STATUS(record::expect_origin(origin));
  GLASS_TRY_STATUS(files.make_folders(folder.secrets()));
  if (!database.empty() && !files.exists(folder.database())) {
    GLASS_TRY_STATUS(record::open_postgres_head_store(database).map([](const auto&) {}));
    GLASS_TRY_STATUS(files.write_private(folder.database(), as_bytes(database)));
  }
  GLASS_TRY(const auto heads, open_heads(files, folder));
  GLASS_TRY(const std::optional<std::string> head, heads->load(origin));
  GLASS_TRY(const std::vector<std::string> origins, heads->origins());
  const bool is_of_one = !files.exists(folder.database());
  if (head || files.exists(folder.checkpoint()) || (is_of_one && !origins.empty()))
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

Result<record::LogHealth> check_log(system::Files& files, const system::Path& root,
                                    FunctionRef<bool(int64_t)> progress) {
  GLASS_TRY(const OwnLog log, open_own(files, root));
  const NoteKey key = log.note_key();
  return record::check_log_files(files, log.folder.published(), {&key, 1}, progress);
}

}  // namespace glass::service
