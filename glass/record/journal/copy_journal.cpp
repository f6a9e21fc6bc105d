#include "glass/record/journal/copy_journal.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/record/journal/journal.h"
#include "glass/record/journal/journal_line.h"

namespace glass::record {
namespace {

constexpr int64_t kLinesOfAPart = 1000;

class Copying {
 public:
  Copying(Journal& from, Journal& to, CopyProgress progress)
      : from_(from), to_(to), progress_(progress) {}

  [[nodiscard]] Result<JournalHead> run() {
    GLASS_TRY(const JournalHead all, from_.head());
    GLASS_TRY(JournalHead there, to_.head());
    total_ = all.count;
    GLASS_TRY_STATUS(compare(there.count));
    while (true) {
      GLASS_TRY(std::vector<JournalLine> lines, from_.read(there.count, kLinesOfAPart));
      if (lines.empty()) return there;
      std::vector<std::string> texts;
      texts.reserve(lines.size());
      for (JournalLine& line : lines) texts.push_back(std::move(line.text));
      GLASS_TRY(there, to_.append(there, texts));
      GLASS_TRY_STATUS(tell(there.count));
    }
  }

 private:
  // The lines that are there already. A part of either may be shorter than that of the other.
  [[nodiscard]] Status compare(int64_t count) {
    for (int64_t at = 0; at < count;) {
      GLASS_TRY(const std::vector<JournalLine> there, to_.read(at, kLinesOfAPart));
      GLASS_TRY(const std::vector<JournalLine> here, from_.read(at, kLinesOfAPart));
      const size_t common = std::min(there.size(), here.size());
      for (size_t i = 0; i < common; ++i) {
        if (there[i].digest != here[i].digest) return differs(there[i].number);
      }
      if (common == 0) return differs(at);
      at += static_cast<int64_t>(common);
      GLASS_TRY_STATUS(tell(at));
    }
    return {};
  }

  [[nodiscard]] Status differs(int64_t number) const {
    return fail(ErrorCode::kMismatch,
                fmt::format("line {} of {} is not that of {}: it is another journal. Copy into "
                            "an empty one",
                            number, to_.name(), from_.name()));
  }

  [[nodiscard]] Status tell(int64_t done) const { return progress_(done, std::max(done, total_)); }

  Journal& from_;
  Journal& to_;
  CopyProgress progress_;
  int64_t total_ = 0;
};

}  // namespace

Result<JournalHead> copy_journal(Journal& from, Journal& to, CopyProgress progress) {
  return Copying(from, to, progress).run();
}

}  // namespace glass::record
