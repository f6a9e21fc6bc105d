// The journal of a facility: how many events it takes for good, one by one and in batches, and how
// fast they are read back.
//
//   glass_journal_bench [--folder .] [--seconds 5]               a file of SQLite
//   glass_journal_bench --postgres CONNECTION [--seconds 5]      an empty database of PostgreSQL
//
// An event is a line of 300 bytes, as long as a signed act. Each append is answered when it is on
// the disk. Reading checks the digest of every line.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "bench/measure.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/record/journal/journal.h"
#include "glass/system/files.h"

namespace glass::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kLineBytes = 300;
constexpr int64_t kLinesOfABatch = 100;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::string event_number(int64_t number) {
  return fmt::format(R"({{"number":"{:012}","signature":"{}"}})", number,
                     std::string(kLineBytes - 42, '0'));
}

double percentile(std::vector<double>& values, double share) {
  std::ranges::sort(values);
  return values.empty()
             ? 0
             : values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

void print(const std::string& name, double rate, std::vector<double> milliseconds) {
  fmt::print("{}\n", to_canonical(Json::Object{{"name", name},
                                               {"unit", "events/s"},
                                               {"ours_median", rate},
                                               {"p50_ms", percentile(milliseconds, 0.50)},
                                               {"p99_ms", percentile(milliseconds, 0.99)}}));
}

// Batches of `size` lines, one after the other.
Status append(record::Journal& journal, std::string_view kind, int64_t size, double seconds) {
  GLASS_TRY(record::JournalHead head, journal.head());
  const int64_t first = head.count;
  std::vector<double> milliseconds;
  const auto begin = Clock::now();
  while (seconds_since(begin) < seconds) {
    std::vector<std::string> lines;
    for (int64_t i = 0; i < size; ++i) lines.push_back(event_number(head.count + i));
    const auto before = Clock::now();
    GLASS_TRY(head, journal.append(head, lines));
    milliseconds.push_back(1e3 * seconds_since(before));
  }
  const double rate = static_cast<double>(head.count - first) / seconds_since(begin);
  print(size == 1 ? fmt::format("journal append, one by one, {}", kind)
                  : fmt::format("journal append, batches of {}, {}", size, kind),
        rate, std::move(milliseconds));
  return {};
}

Status read(record::Journal& journal, std::string_view kind) {
  std::vector<double> milliseconds;
  int64_t count = 0;
  const auto begin = Clock::now();
  while (true) {
    const auto before = Clock::now();
    GLASS_TRY(const std::vector<record::JournalLine> lines, journal.read(count, 1000));
    if (lines.empty()) break;
    milliseconds.push_back(1e3 * seconds_since(before));
    count += std::ssize(lines);
  }
  print(fmt::format("journal read, {}", kind), static_cast<double>(count) / seconds_since(begin),
        std::move(milliseconds));
  return {};
}

Status measure(record::Journal& journal, std::string_view kind, double seconds) {
  GLASS_TRY_STATUS(append(journal, kind, 1, seconds));
  GLASS_TRY_STATUS(append(journal, kind, kLinesOfABatch, seconds));
  return read(journal, kind);
}

Status measure_sqlite(const std::string& folder, double seconds) {
  system::Files& files = system::posix_files();
  const system::Path place = system::Path(folder) / "glass-journal-bench";
  GLASS_TRY_STATUS(files.remove_all(place));
  GLASS_TRY_STATUS(files.make_folders(place));
  {
    GLASS_TRY(const auto journal, record::open_sqlite_journal(place / "journal.sqlite"));
    GLASS_TRY_STATUS(measure(*journal, "SQLite", seconds));
  }
  return files.remove_all(place);
}

Status measure_postgres(const std::string& connection, double seconds) {
  GLASS_TRY(const auto journal, record::open_postgres_journal(connection));
  return measure(*journal, "PostgreSQL", seconds);
}

}  // namespace
}  // namespace glass::bench

int main(int argc, char** argv) {
  std::string folder = ".", connection;
  double seconds = 5;
  CLI::App app("How fast a journal takes events for good, and gives them back");
  app.add_option("--folder", folder, "On the disk that is to be measured");
  app.add_option("--postgres", connection, "Instead: an empty database that is measured");
  app.add_option("--seconds", seconds, "Of each part");
  CLI11_PARSE(app, argc, argv);
  const glass::Status status = connection.empty()
                                   ? glass::bench::measure_sqlite(folder, seconds)
                                   : glass::bench::measure_postgres(connection, seconds);
  if (!status) fmt::print(stderr, "{}\n", status.error().message);
  return status ? 0 : glass::exit_code(status.error().code);
}
