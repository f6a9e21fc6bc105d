#include "glass/record/journal/journal.h"

#include <cstddef>
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
#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/base/utf8.h"
#include "glass/crypto/sha256.h"
#include "glass/record/journal/internal/journal_table.h"
#include "glass/record/journal/journal_line.h"

namespace glass::record {
namespace {

std::string hex_of(const crypto::Digest& digest) {
  return to_hex(digest.bytes);
}

// Of everything that a snapshot says, so that none of it can change unseen.
crypto::Digest digest_of(const JournalSnapshot& snapshot) {
  crypto::Sha256 hash;
  hash.update(as_bytes(fmt::format("glass-journal-snapshot-1\n{}\n{}\n{}\n", snapshot.format,
                                   snapshot.at.count, hex_of(snapshot.at.digest))));
  hash.update(as_bytes(snapshot.text));
  return hash.finish();
}

std::optional<crypto::Digest> digest_from_hex(std::string_view hex) {
  auto digest = crypto::digest_from_text(fmt::format("sha256:{}", hex));
  if (!digest) return std::nullopt;
  return *digest;
}

// What is wrong with the lines of a batch, in the order of their rows.
Status expect_lines(std::span<const std::string> lines) {
  size_t bytes = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (Status line = expect_journal_line(lines[i]); !line)
      return in_context(fmt::format("line {} of the batch", i), std::move(line).error());
    bytes += lines[i].size();
  }
  if (bytes > kMostAppendBytes)
    return invalid_input(
        fmt::format("the lines have {} bytes, at most {} are appended at once: "
                    "append them in parts",
                    bytes, kMostAppendBytes));
  return {};
}

class TableJournal final : public Journal {
 public:
  explicit TableJournal(std::unique_ptr<JournalTable> table) : table_(std::move(table)) {}

  Result<JournalHead> head() override {
    GLASS_TRY(const std::optional<JournalRow> last, table_->last_row());
    if (!last) return empty_journal_head();
    const auto digest = digest_from_hex(last->digest);
    if (!digest || last->number < 0)
      return damaged(fmt::format("line {} has no digest", last->number));
    return JournalHead{.count = last->number + 1, .digest = *digest};
  }

  Result<JournalHead> append(const JournalHead& known,
                             std::span<const std::string> lines) override {
    GLASS_CHECK(!lines.empty() && known.count >= 0);
    GLASS_TRY_STATUS(expect_lines(lines));
    JournalHead next = known;
    std::vector<JournalRow> rows;
    for (const std::string& line : lines) {
      next.digest = crypto::sha256(line);
      rows.push_back({.number = next.count++, .digest = hex_of(next.digest), .line = line});
    }
    GLASS_TRY(const bool is_appended, table_->insert(hex_of(known.digest), rows, past_seal_));
    if (is_appended) return next;
    GLASS_TRY(const bool was_sealed, table_->is_sealed());
    if (was_sealed && !past_seal_)
      return fail(ErrorCode::kRefused,
                  fmt::format("{}: the journal is sealed, since it was moved to another database "
                              "or is about to be; write to where it is now",
                              name()));
    return fail(ErrorCode::kRefused,
                fmt::format("{}: its head is not that of the {} lines known here, since another "
                            "writer has appended meanwhile; nothing was changed. Read what is "
                            "new, and decide again",
                            name(), known.count));
  }

  Result<std::vector<JournalLine>> read(int64_t from, int64_t most) override {
    GLASS_CHECK(from >= 0 && most > 0);
    GLASS_TRY(std::vector<JournalRow> rows, table_->rows(from, most, kMostReadBytes));
    std::vector<JournalLine> lines;
    lines.reserve(rows.size());
    for (JournalRow& row : rows) {
      const int64_t expected = from + std::ssize(lines);
      if (row.number != expected) return damaged(fmt::format("line {} is missing", expected));
      const crypto::Digest digest = crypto::sha256(row.line);
      if (row.digest != hex_of(digest))
        return damaged(fmt::format("line {} is not what its digest says", row.number));
      lines.push_back({.number = row.number, .digest = digest, .text = std::move(row.line)});
    }
    return lines;
  }

  Status save_snapshot(const JournalSnapshot& snapshot) override {
    if (snapshot.text.size() > kMostSnapshotBytes || !is_utf8(snapshot.text) ||
        snapshot.text.find('\0') != std::string::npos)
      return invalid_input(
          fmt::format("a snapshot in the format {} with {} bytes: it has to be UTF-8 without NUL "
                      "bytes, at most {}",
                      snapshot.format, snapshot.text.size(), kMostSnapshotBytes));
    return table_->put_snapshot(snapshot.format, {.count = snapshot.at.count,
                                                  .head_digest = hex_of(snapshot.at.digest),
                                                  .digest = hex_of(digest_of(snapshot)),
                                                  .text = snapshot.text});
  }

  Result<LatestSnapshot> latest_snapshot(const std::string& format) override {
    GLASS_TRY(std::optional<SnapshotRow> row, table_->snapshot(format));
    if (!row) return none(format, "has not been saved yet");
    const auto at = digest_from_hex(row->head_digest);
    JournalSnapshot snapshot{.at = {.count = row->count, .digest = at.value_or(crypto::Digest{})},
                             .format = format,
                             .text = std::move(row->text)};
    if (!at || row->digest != hex_of(digest_of(snapshot)))
      return none(format, "is damaged and was ignored");
    GLASS_TRY(const bool belongs, was_once(snapshot.at));
    if (!belongs) return none(format, "was made of other lines and was ignored");
    return LatestSnapshot{.snapshot = std::move(snapshot), .why_none = {}};
  }

  Result<bool> is_sealed() override { return table_->is_sealed(); }

  Status set_sealed(bool sealed) override { return table_->set_sealed(sealed); }

  void write_past_seal() override { past_seal_ = true; }

  [[nodiscard]] std::string name() const override { return table_->name(); }

 private:
  // Whether the journal has stood there: its lines before it lead to this digest.
  [[nodiscard]] Result<bool> was_once(const JournalHead& at) {
    if (at.count == 0) return at == empty_journal_head();
    GLASS_TRY(const auto digest, table_->digest_at(at.count - 1));
    return digest == hex_of(at.digest);
  }

  [[nodiscard]] LatestSnapshot none(const std::string& format, std::string_view why) const {
    return {.snapshot = {},
            .why_none = fmt::format("{}: the snapshot in the format {} {}; all lines are read",
                                    name(), format, why)};
  }

  [[nodiscard]] tl::unexpected<Error> damaged(std::string_view what) const {
    return fail(ErrorCode::kCorruption,
                fmt::format("{}: {}; restore the newest backup, or copy the journal from where "
                            "it is whole",
                            name(), what));
  }

  std::unique_ptr<JournalTable> table_;
  bool past_seal_ = false;
};

}  // namespace

JournalHead empty_journal_head() {
  return {.count = 0, .digest = crypto::sha256(std::string_view())};
}

std::unique_ptr<Journal> journal_of(std::unique_ptr<JournalTable> table) {
  return std::make_unique<TableJournal>(std::move(table));
}

}  // namespace glass::record
