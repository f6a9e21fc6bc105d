#include "glass/service/log/log_statements.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/base/units_text.h"
#include "glass/crypto/sha256.h"
#include "glass/record/evidence/kinds.h"
#include "glass/record/evidence/log_entry.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/sequencer/blobs.h"
#include "glass/record/sequencer/log_folder.h"
#include "glass/record/sequencer/sequencer.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/tile.h"
#include "glass/service/log/internal/own_log.h"

namespace glass::service {
namespace {

// Among those from `begin` on. Looks from the end: what is appended again was mostly appended
// lately. Hashes of entries are enough, a tile of them in memory at a time.
Result<std::optional<int64_t>> find_entry(system::Files& files, const record::LogFolder& folder,
                                          int64_t begin, int64_t size, const std::string& entry) {
  const crypto::Digest wanted = record::leaf_hash(as_bytes(entry));
  record::FolderSource source(files, folder.published());
  record::LogReader reader(source, size);
  for (int64_t index = size - 1; index >= begin; --index) {
    GLASS_TRY(const crypto::Digest found, reader.hash({.level = 0, .index = index}));
    if (found == wanted) return index;
    if (index % record::kTileWidth == 0) reader.forget();
  }
  return std::nullopt;
}

struct Placed {
  int64_t index = 0;
  bool was_there = false;
};

// As the log's one writer: nobody appends meanwhile, and what a kill had left is published. So what
// has come since `seen` entries were looked through is looked through as well.
Result<Placed> append_as_writer(system::Files& files, const system::Path& root,
                                const record::Statement& statement, int64_t seen) {
  GLASS_TRY(const OwnLog log, open_own(files, root));
  GLASS_TRY(const auto sequencer, open_sequencer(files, log));
  const std::string entry = record::log_entry(statement), text = record::to_text(statement);
  GLASS_TRY(const std::optional<int64_t> known,
            find_entry(files, log.folder, seen, sequencer->tree().size, entry));
  if (known) return Placed{.index = *known, .was_there = true};
  GLASS_TRY_STATUS(record::write_blob(files, log.folder, as_bytes(text)));
  const ByteView bytes = as_bytes(entry);
  GLASS_TRY(const int64_t index, sequencer->append({&bytes, 1}));
  return Placed{.index = index, .was_there = false};
}

Status expect_short(size_t bytes) {
  if (bytes <= record::kMostStatementBytes) return {};
  return invalid_input(fmt::format(
      "the statement has {} bytes, a log takes at most {}: state the digest of a list instead of "
      "the list",
      count_text(static_cast<int64_t>(bytes)),
      count_text(static_cast<int64_t>(record::kMostStatementBytes))));
}

}  // namespace

Status expect_loggable(const record::Statement& statement) {
  GLASS_TRY_STATUS(expect_short(record::to_text(statement).size()));
  GLASS_TRY_STATUS(record::verify(statement));
  return record::check_members(statement);
}

Result<record::Statement> parse_loggable(std::string_view text) {
  GLASS_TRY_STATUS(expect_short(text.size()));
  GLASS_TRY(record::Statement statement, record::parse_statement(text));
  GLASS_TRY_STATUS(expect_loggable(statement));
  return statement;
}

Result<std::optional<int64_t>> find_statement(system::Files& files, const system::Path& root,
                                              const record::Statement& statement) {
  GLASS_TRY(const LogState log, show_log(files, root));
  return find_entry(files, {root}, 0, log.tree.size, record::log_entry(statement));
}

Result<LoggedStatement> append_statement(system::Files& files, const system::Path& root,
                                         const record::Statement& statement) {
  GLASS_TRY_STATUS(expect_loggable(statement));
  GLASS_TRY(const LogState before, show_log(files, root));
  GLASS_TRY(const std::optional<int64_t> known,
            find_entry(files, {root}, 0, before.tree.size, record::log_entry(statement)));
  Placed placed{.index = known.value_or(0), .was_there = known.has_value()};
  if (!known) {
    GLASS_TRY(placed, append_as_writer(files, root, statement, before.tree.size));
  }
  LoggedStatement logged{.was_there = placed.was_there, .proof = {}, .log = {}};
  GLASS_TRY(logged.log, show_log(files, root));
  GLASS_TRY(logged.proof, prove_entry(files, root, placed.index));
  return logged;
}

}  // namespace glass::service
