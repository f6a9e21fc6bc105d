#include "glass/record/journal/journal_file.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/journal/journal.h"
#include "glass/record/journal/journal_line.h"
#include "glass/system/files.h"

namespace glass::record {
namespace {

constexpr int64_t kLinesOfABlock = 1000;

tl::unexpected<Error> no_line(int64_t number, std::string_view why) {
  return fail(
      ErrorCode::kCorruption,
      fmt::format("line {} (the first is 0): {}. Fetch or export the file again", number, why));
}

tl::unexpected<Error> no_end(int64_t number, size_t left_bytes) {
  if (left_bytes <= kMostLineBytes) return no_line(number, "it does not end; the file was cut off");
  return no_line(number, fmt::format("it has more than {} bytes", kMostLineBytes));
}

Result<JournalHead> write_lines(Journal& journal, system::WritableFile& out) {
  JournalHead head = empty_journal_head();
  while (true) {
    GLASS_TRY(const std::vector<JournalLine> lines, journal.read(head.count, kLinesOfABlock));
    if (lines.empty()) return head;
    std::string block;
    for (const JournalLine& line : lines) {
      block += line.text;
      block += '\n';
    }
    GLASS_TRY_STATUS(out.append(as_bytes(block)));
    head = {.count = lines.back().number + 1, .digest = lines.back().digest};
  }
}

Result<JournalHead> write_file(Journal& journal, system::Files& files, const system::Path& file) {
  GLASS_TRY(const auto out, files.create(file));
  GLASS_TRY(const JournalHead head, write_lines(journal, *out));
  GLASS_TRY_STATUS(out->sync());
  GLASS_TRY_STATUS(out->close());
  return head;
}

}  // namespace

Result<JournalHead> split_journal(ByteView bytes, EachLine each) {
  JournalHead head = empty_journal_head();
  std::string_view rest = as_text(bytes);
  std::string_view last;
  while (!rest.empty()) {
    // No further than a line may be long, so that a file of one endless line costs nothing.
    const size_t end = rest.substr(0, kMostLineBytes + 1).find('\n');
    if (end == std::string_view::npos) return no_end(head.count, rest.size());
    const std::string_view line = rest.substr(0, end);
    if (const Status is_line = expect_journal_line(line); !is_line)
      return no_line(head.count, is_line.error().message);
    GLASS_TRY_STATUS(each(head.count, line));
    ++head.count;
    last = line;
    rest.remove_prefix(end + 1);
  }
  if (head.count > 0) head.digest = crypto::sha256(last);
  return head;
}

Result<JournalHead> read_journal_file(system::Files& files, const system::Path& file_or_folder,
                                      EachLine each) {
  const system::Path inside = file_or_folder / kJournalFileName;
  const system::Path file = files.exists(inside) ? inside : file_or_folder;
  GLASS_TRY(const auto mapped, files.map(file));
  auto head = split_journal(mapped->bytes(), each);
  if (!head && head.error().code == ErrorCode::kCorruption)
    return in_context(system::path_text(file), std::move(head).error());
  return head;
}

Result<JournalHead> export_journal(Journal& journal, system::Files& files,
                                   const system::Path& file) {
  system::Path staged = file;
  staged += ".partial";
  auto head = write_file(journal, files, staged);
  if (head) {
    GLASS_TRY_STATUS(files.publish(staged, file));
    return head;
  }
  GLASS_TRY_STATUS(files.remove_all(staged));
  return head;
}

}  // namespace glass::record
