#include "glass/service/log/log_statements.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/tile.h"

namespace glass::service {
namespace {

// Looks from the end: what is appended again was mostly appended lately. Hashes of entries are
// enough, a tile of them in memory at a time.
Result<std::optional<int64_t>> find_entry(system::Files& files, const record::LogFolder& folder,
                                          int64_t size, const std::string& entry) {
  const crypto::Digest wanted = record::leaf_hash(as_bytes(entry));
  record::FolderSource source(files, folder.published());
  record::LogReader reader(source, size);
  for (int64_t index = size - 1; index >= 0; --index) {
    GLASS_TRY(const crypto::Digest found, reader.hash({.level = 0, .index = index}));
    if (found == wanted) return index;
    if (index % record::kTileWidth == 0) reader.forget();
  }
  return std::nullopt;
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
  const record::LogFolder folder{root};
  GLASS_TRY(const LogState log, show_log(files, root));
  return find_entry(files, folder, log.tree.size, record::log_entry(statement));
}

Result<LoggedStatement> append_statement(system::Files& files, const system::Path& root,
                                         const record::Statement& statement) {
  GLASS_TRY_STATUS(expect_loggable(statement));
  GLASS_TRY(std::optional<int64_t> index, find_statement(files, root, statement));
  LoggedStatement logged;
  logged.was_there = index.has_value();
  if (!index) {
    const std::string entry = record::log_entry(statement), text = record::to_text(statement);
    GLASS_TRY_STATUS(record::write_blob(files, record::LogFolder{root}, as_bytes(text)));
    const Bytes bytes(entry.begin(), entry.end());
    GLASS_TRY(const AppendedEntries appended, append_entries(files, root, {&bytes, 1}));
    index = appended.first;
  }
  GLASS_TRY(logged.log, show_log(files, root));
  GLASS_TRY(logged.proof, prove_entry(files, root, *index));
  return logged;
}

}  // namespace glass::service
