#include "glass/record/sequencer/sequencer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/sequencer/growth.h"
#include "glass/record/tlog/checkpoint.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/record/tlog/tile.h"
#include "glass/system/files.h"

namespace glass::record {
namespace {

std::string signed_checkpoint(const LogWorld& world, const TreeHead& tree) {
  SignedNote note{.text = to_text(Checkpoint{.origin = world.origin, .tree = tree}),
                  .signatures = {}};
  note.signatures.push_back(sign_note(note.text, world.origin, world.key));
  return to_text(note);
}

// What a note commits this log to; kMismatch if it is not this log's.
Result<TreeHead> tree_of(const LogWorld& world, std::string_view note) {
  const NoteKey key{.name = world.origin, .key = world.key.public_key()};
  GLASS_TRY(const OpenedCheckpoint opened, open_checkpoint(note, {&key, 1}));
  return opened.checkpoint.tree;
}

// Tiles that others have become the beginning of are no longer needed.
Status remove_partial_tiles(const LogWorld& world, const Growth& growth) {
  for (const auto& [tile, bytes] : growth.tiles) {
    if (tile.width < kTileWidth) continue;
    GLASS_TRY_STATUS(world.files.remove_all(world.folder.published() / (path_of(tile) + ".p")));
  }
  return {};
}

// Everything below is done again, to the same bytes, if it was cut off.
Status publish(const LogWorld& world, const Growth& growth, const std::string& note) {
  for (const auto& [tile, bytes] : growth.tiles) {
    const system::Path file = world.folder.published() / path_of(tile);
    GLASS_TRY_STATUS(world.files.make_folders(file.parent_path()));
    GLASS_TRY_STATUS(world.files.write_atomic(file, bytes));
  }
  GLASS_TRY_STATUS(world.files.write_atomic(world.folder.checkpoint(), as_bytes(note)));
  GLASS_TRY_STATUS(remove_partial_tiles(world, growth));
  return world.files.remove_all(world.folder.staged(growth.tree.root));
}

// The growth that was committed and may not have been published.
Result<Growth> staged_growth(const LogWorld& world, const TreeHead& tree) {
  const system::Path file = world.folder.staged(tree.root);
  if (!world.files.exists(file))
    return fail(ErrorCode::kRefused,
                fmt::format("{} is behind: the head of the log stands at {} entries, which another "
                            "copy of the folder has written. Bring that copy here",
                            system::path_text(world.folder.published()), tree.size));
  GLASS_TRY(const Bytes bytes, world.files.read(file));
  auto growth = parse_growth(bytes);
  if (growth && growth->tree != tree)
    growth = fail(ErrorCode::kCorruption, "it leads to another tree than its name says");
  if (!growth) return in_context(system::path_text(file), std::move(growth).error());
  return growth;
}

// What the published checkpoint commits to, whoever has cosigned it; nothing before the first.
Result<std::optional<TreeHead>> published_tree(const LogWorld& world) {
  if (!world.files.exists(world.folder.checkpoint())) return std::optional<TreeHead>();
  GLASS_TRY(const std::string note, world.files.read_text(world.folder.checkpoint()));
  GLASS_TRY(const TreeHead tree, tree_of(world, note));
  return std::optional(tree);
}

Status remove_staged(const LogWorld& world) {
  const system::Path folder = world.folder.staged();
  if (!world.files.exists(folder)) return {};
  GLASS_TRY(const auto entries, world.files.list(folder));
  for (const system::Entry& entry : entries)
    GLASS_TRY_STATUS(world.files.remove_all(folder / entry.name));
  return {};
}

tl::unexpected<Error> must_be_opened_again() {
  return fail(ErrorCode::kRefused, "the log has to be opened again after an earlier error");
}

// Of the same key.
bool has_signature_of(const SignedNote& note, const NoteSignature& other) {
  return std::ranges::any_of(note.signatures, [&](const NoteSignature& one) {
    return one.name == other.name && one.key_id == other.key_id;
  });
}

}  // namespace

Status create_log(const LogWorld& world) {
  GLASS_TRY_STATUS(expect_origin(world.origin));
  GLASS_TRY_STATUS(world.files.make_folders(world.folder.published()));
  const TreeHead empty{.size = 0, .root = empty_root()};
  const std::string note = signed_checkpoint(world, empty);
  GLASS_TRY_STATUS(world.heads.replace(world.origin, std::nullopt, note));
  return world.files.write_atomic(world.folder.checkpoint(), as_bytes(note));
}

Result<std::unique_ptr<Sequencer>> Sequencer::open(LogWorld world) {
  if (!world.files.exists(world.folder.secrets()))
    return fail(ErrorCode::kNotFound, fmt::format("{} is no log; `glass log init` makes one",
                                                  system::path_text(world.folder.root)));
  GLASS_TRY(auto lock, world.files.lock(world.folder.secrets()));
  auto sequencer = std::unique_ptr<Sequencer>(new Sequencer(std::move(world), std::move(lock)));
  GLASS_TRY_STATUS(sequencer->recover());
  return sequencer;
}

Status Sequencer::recover() {
  GLASS_TRY(const std::optional<std::string> head, world_.heads.load(world_.origin));
  if (!head)
    return fail(ErrorCode::kNotFound, fmt::format("{} is no log yet; `glass log init` makes one",
                                                  system::path_text(world_.folder.root)));
  note_ = *head;
  GLASS_TRY(tree_, tree_of(world_, note_));
  GLASS_TRY(const std::optional<TreeHead> published, published_tree(world_));
  if (published && published->size > 0 && published->size >= tree_.size && *published != tree_)
    return fail(ErrorCode::kCorruption,
                fmt::format("{} has {} entries, but the log stands at {}: the head was put back "
                            "to an older one. Restore the newest copy of {}",
                            system::path_text(world_.folder.checkpoint()), published->size,
                            tree_.size, system::path_text(world_.folder.secrets())));
  if (published != tree_) {
    Growth growth{.old_size = 0, .tree = tree_, .tiles = {}};
    if (tree_.size > 0) {
      GLASS_TRY(growth, staged_growth(world_, tree_));
    }
    GLASS_TRY_STATUS(publish(world_, growth, note_));
  }
  GLASS_TRY_STATUS(remove_staged(world_));
  FolderSource source(world_.files, world_.folder.published());
  LogReader reader(source, tree_.size);
  GLASS_TRY(edge_, LogEdge::of(reader, tree_));
  return {};
}

Status Sequencer::append_growth(const Growth& growth) {
  const std::string next = signed_checkpoint(world_, growth.tree);
  GLASS_TRY_STATUS(world_.files.make_folders(world_.folder.staged()));
  GLASS_TRY_STATUS(
      world_.files.write_atomic(world_.folder.staged(growth.tree.root), to_bytes(growth)));
  GLASS_TRY_STATUS(world_.heads.replace(world_.origin, note_, next));
  GLASS_TRY_STATUS(publish(world_, growth, next));
  tree_ = growth.tree;
  note_ = next;
  return {};
}

Result<int64_t> Sequencer::append(std::span<const ByteView> entries) {
  GLASS_CHECK(!entries.empty());
  for (size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].size() > kMostEntryBytes)
      return invalid_input(fmt::format(
          "entry {} of the batch has {} bytes, a log takes at most {}: log its digest, and keep "
          "the content beside the log",
          i, entries[i].size(), kMostEntryBytes));
  }
  if (std::ssize(entries) > kMostGrowth)
    return invalid_input(fmt::format("{} entries are too many for one batch, at most {} are taken",
                                     entries.size(), kMostGrowth));
  if (failed_) return must_be_opened_again();
  const int64_t first = tree_.size;
  failed_ = true;
  GLASS_TRY_STATUS(append_growth(edge_.grow(entries)));
  failed_ = false;
  return first;
}

Status Sequencer::cosign(std::span<const NoteSignature> cosignatures) {
  if (failed_) return must_be_opened_again();
  GLASS_TRY(const std::string text, world_.files.read_text(world_.folder.checkpoint()));
  GLASS_TRY(const SignedNote published, parse_note(text));
  GLASS_TRY(SignedNote note, parse_note(note_));
  note.signatures.insert(note.signatures.end(), cosignatures.begin(), cosignatures.end());
  if (published.text == note.text) {  // those of other witnesses stay
    for (const NoteSignature& signature : published.signatures) {
      if (!has_signature_of(note, signature)) note.signatures.push_back(signature);
    }
  }
  return world_.files.write_atomic(world_.folder.checkpoint(), as_bytes(to_text(note)));
}

}  // namespace glass::record
