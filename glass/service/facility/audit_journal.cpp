#include "glass/service/facility/audit_journal.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/record/journal/journal.h"
#include "glass/record/journal/journal_file.h"
#include "glass/record/journal/journal_line.h"
#include "glass/service/facility/facility.h"
#include "glass/service/facility/journal_fold.h"
#include "glass/system/files.h"

namespace glass::service {
namespace {

constexpr size_t kLinesOfABatch = 4096;

// Lines as they come, taken apart by all workers, folded one after the other.
class BatchedFold {
 public:
  explicit BatchedFold(Parallel& parallel) : parallel_(parallel) {}

  Status take(std::string_view line) {
    lines_.emplace_back(line);
    return lines_.size() < kLinesOfABatch ? Status() : flush();
  }

  Status flush() {
    std::vector<std::optional<Result<ReadLine>>> read(lines_.size());
    parallel_.split(std::ssize(lines_), 16, [&](int64_t begin, int64_t end, int) {
      for (int64_t i = begin; i < end; ++i)
        read[static_cast<size_t>(i)] = read_line(lines_[static_cast<size_t>(i)]);
    });
    for (const auto& line : read) {
      if (!*line) return in_context(fmt::format("entry {}", fold_.count()), line->error());
      GLASS_TRY_STATUS(fold_.take(**line));
    }
    lines_.clear();
    return {};
  }

  JournalFold& fold() { return fold_; }

 private:
  Parallel& parallel_;
  std::vector<std::string> lines_;
  JournalFold fold_;
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

}  // namespace

Result<Audit> audit_journal(system::Files& files, const system::Path& place, Parallel& parallel) {
  BatchedFold batched(parallel);
  if (is_facility(files, place)) {
    GLASS_TRY(const auto journal, journal_of(files, place));
    GLASS_TRY_STATUS(take_all(*journal, batched));
  } else {
    GLASS_TRY_STATUS(record::read_journal_file(files, place, [&](int64_t, std::string_view line) {
                       return batched.take(line);
                     }).map([](const auto&) {}));
  }
  GLASS_TRY_STATUS(batched.flush());
  JournalFold& fold = batched.fold();
  if (fold.count() == 0)
    return fail(ErrorCode::kCorruption,
                fmt::format("the journal in {} is empty: there is nothing to audit",
                            system::path_text(place)));
  return Audit{.entries = fold.count(),
               .acts = fold.acts(),
               .events = fold.events(),
               .head = fold.digest(),
               .state = std::move(fold.state())};
}

}  // namespace glass::service
