#include "glass/service/facility/audit_journal.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/known_keys.h"
#include "glass/record/evidence/statement.h"
#include "glass/record/journal/journal.h"
#include "glass/record/journal/journal_file.h"
#include "glass/record/journal/journal_line.h"
#include "glass/service/facility/facility.h"
#include "glass/service/facility/journal_fold.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

constexpr int64_t kLinesOfABatch = 4096;
constexpr int64_t kLinesOfAPiece = 64;
// From so many signatures on it pays to make a key's multiples (crypto/known_keys.h).
constexpr int64_t kSignaturesOfAKnownKey = 20;

// Lines as they come. All workers take a batch apart, while one of them folds the batch before.
class BatchedFold {
 public:
  explicit BatchedFold(Parallel& parallel) : parallel_(parallel) {}

  Status take(std::string_view line) {
    lines_.emplace_back(line);
    return std::ssize(lines_) < kLinesOfABatch ? Status() : step();
  }

  // Once all lines were taken, or no more will come. The first thing that was wrong.
  Status finish() {
    if (status_) GLASS_TRY_STATUS(step());
    if (status_) status_ = fold_read();
    return status_;
  }

  JournalFold& fold() { return fold_; }

 private:
  using Read = std::vector<Result<ReadLine>>;

  Status step() {
    std::vector<Read> pieces(static_cast<size_t>(std::ssize(lines_) + kLinesOfAPiece - 1) /
                             kLinesOfAPiece);
    std::atomic<size_t> next = 0;
    parallel_.run([&](int worker) {
      if (worker == 0) status_ = fold_read();
      for (size_t piece = next++; piece < pieces.size(); piece = next++)
        pieces[piece] = read_lines(lines_of(piece), keys_);
    });
    for (Read& piece : pieces) std::ranges::move(piece, std::back_inserter(read_));
    learn_keys();
    lines_.clear();
    return status_;
  }

  [[nodiscard]] std::span<const std::string> lines_of(size_t piece) const {
    const std::span<const std::string> from =
        std::span(lines_).subspan(piece * static_cast<size_t>(kLinesOfAPiece));
    return from.first(std::min(from.size(), static_cast<size_t>(kLinesOfAPiece)));
  }

  Status fold_read() {
    for (const Result<ReadLine>& line : read_) {
      if (!line) return in_context(fmt::format("entry {}", fold_.count()), line.error());
      GLASS_TRY_STATUS(fold_.take(*line));
    }
    read_.clear();
    return {};
  }

  void learn_keys() {
    for (const Result<ReadLine>& line : read_) {
      if (!line || !line->entry.act) continue;
      for (const record::StatementSignature& one : line->entry.act->signatures) {
        if (++signatures_[one.key.bytes] == kSignaturesOfAKnownKey) keys_.learn(one.key);
      }
    }
  }

  Parallel& parallel_;
  std::vector<std::string> lines_;
  Read read_;  // taken apart, to be folded next
  JournalFold fold_;
  crypto::KnownKeys keys_;
  std::map<std::array<uint8_t, 32>, int64_t> signatures_;
  Status status_;
};

// Every line of a journal in a database.
Status take_all(record::Journal& journal, BatchedFold& into) {
  int64_t next = 0;
  while (true) {
    GLASS_TRY(const auto lines, journal.read(next, kLinesOfABatch));
    if (lines.empty()) return {};
    for (const record::JournalLine& line : lines) {
      GLASS_TRY_STATUS(into.take(line.text));
    }
    next += std::ssize(lines);
  }
}

// What the lines add up to, and how reading them ended. What is wrong further on is told only if
// nothing is wrong before it.
Result<Audit> audited(BatchedFold& batched, const Status& read, std::string_view name) {
  GLASS_TRY_STATUS(batched.finish());
  GLASS_TRY_STATUS(read);
  JournalFold& fold = batched.fold();
  if (fold.count() == 0)
    return fail(ErrorCode::kCorruption,
                fmt::format("the journal in {} is empty: there is nothing to audit", name));
  return Audit{.entries = fold.count(),
               .acts = fold.acts(),
               .events = fold.events(),
               .head = fold.digest(),
               .state = std::move(fold.state())};
}

}  // namespace

Result<Audit> audit_journal(record::Journal& journal, Parallel& parallel) {
  BatchedFold batched(parallel);
  return audited(batched, take_all(journal, batched), journal.name());
}

Result<Audit> audit_journal(system::Files& files, const system::Path& place, Parallel& parallel) {
  if (is_facility(files, place)) {
    GLASS_TRY(const auto journal, journal_of(files, place));
    return audit_journal(*journal, parallel);
  }
  BatchedFold batched(parallel);
  const Status read = record::read_journal_file(files, place, [&](int64_t, std::string_view line) {
                        return batched.take(line);
                      }).map([](const auto&) {});
  return audited(batched, read, system::path_text(place));
}

}  // namespace glass::service
