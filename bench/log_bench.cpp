// A transparency log: how fast it takes entries for good, and how fast it proves them.
//
//   glass_log_bench [--folder .] [--seconds 5] [--writers 64]
//
// append: one caller, batches of a thousand entries, each answered when it is on the disk.
// add: writers that post one entry after the other to a server on this machine, while an auditor
// reads each new checkpoint, proves that it continues the last one, and proves an entry of it; at
// the end answered indices are checked from outside: rate, and how long an answer and an audit
// take. proof: of random entries of a log of 100 million equal ones, whose tiles are made up.
// index: of as many different ones, made as a server does at its start, and asked.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "bench/measure.h"
#include "glass/base/bytes.h"
#include "glass/base/json.h"
#include "glass/base/result.h"
#include "glass/crypto/ed25519.h"
#include "glass/crypto/sha256.h"
#include "glass/record/heads/head_store.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/sequencer/entry_index.h"
#include "glass/record/sequencer/log_folder.h"
#include "glass/record/sequencer/sequencer.h"
#include "glass/record/tlog/log_reader.h"
#include "glass/record/tlog/log_source.h"
#include "glass/record/tlog/tile.h"
#include "glass/service/log/http_source.h"
#include "glass/service/log/log.h"
#include "glass/service/log/log_server.h"
#include "glass/system/files.h"
#include "glass/system/http/http_client.h"

namespace glass::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kBatch = 1000;
constexpr int64_t kProvedSize = 100'000'000;
constexpr int kProofs = 2000;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// As long as the digest of a statement in its JSON.
Bytes entry_number(int64_t number) {
  const std::string text =
      fmt::format(R"({{"digest":"sha256:{:064x}","kind":"run-record","version":1}})", number);
  return {text.begin(), text.end()};
}

double percentile(std::vector<double>& values, double share) {
  std::ranges::sort(values);
  return values.empty()
             ? 0
             : values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

void print(std::string_view name, double rate, std::vector<double> milliseconds, double goal,
           std::string_view unit = "entries/s") {
  fmt::print("{}\n", to_canonical(Json::Object{{"name", name},
                                               {"unit", unit},
                                               {"ours_median", rate},
                                               {"p50_ms", percentile(milliseconds, 0.50)},
                                               {"p99_ms", percentile(milliseconds, 0.99)},
                                               {"goal", goal}}));
}

Status append_batches(system::Files& files, const system::Path& root, const std::string& origin,
                      double seconds) {
  const record::LogFolder folder{root};
  GLASS_TRY(const crypto::SecretKey key, crypto::SecretKey::load(files, folder.key()));
  GLASS_TRY(const auto heads, record::open_sqlite_head_store(folder.head()));
  GLASS_TRY(const auto sequencer, record::Sequencer::open({files, *heads, folder, origin, key}));
  std::vector<double> milliseconds;
  int64_t count = 0;
  const auto begin = Clock::now();
  while (seconds_since(begin) < seconds) {
    std::vector<Bytes> batch;
    for (int64_t i = 0; i < kBatch; ++i) batch.push_back(entry_number(count + i));
    const std::vector<ByteView> views(batch.begin(), batch.end());
    const auto before = Clock::now();
    GLASS_TRY_STATUS(sequencer->append(views));
    milliseconds.push_back(1e3 * seconds_since(before));
    count += kBatch;
  }
  print("log append, batches of 1,000", static_cast<double>(count) / seconds_since(begin),
        std::move(milliseconds), 10'000);
  return {};
}

struct Writer {
  int64_t refused = 0;
  std::vector<double> milliseconds;
  std::vector<std::pair<int64_t, Bytes>> answered;
};

void write(const std::string& url, int64_t first, double seconds, Writer& writer) {
  system::HttpClient client;
  const auto begin = Clock::now();
  for (int64_t i = 0; seconds_since(begin) < seconds; ++i) {
    Bytes entry = entry_number(first + i);
    const auto before = Clock::now();
    const auto answer =
        client.fetch({.url = url + "/add", .method = "POST", .body = std::string(as_text(entry))});
    if (!answer || answer->status != 200) {
      ++writer.refused;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    writer.milliseconds.push_back(1e3 * seconds_since(before));
    writer.answered.emplace_back(std::stoll(answer->body), std::move(entry));
  }
}

struct Auditor {
  Status found;
  std::vector<double> milliseconds;  // of an audit
};

// One checkpoint: that it continues the one before, and holds the entry that its tiles have at a
// random index.
Status audit(record::LogSource& source, const record::NoteKey& key, record::TreeHead& before,
             std::mt19937_64& random) {
  GLASS_TRY(const record::OpenedCheckpoint opened, record::read_checkpoint(source, {&key, 1}));
  const record::TreeHead& now = opened.checkpoint.tree;
  record::LogReader reader(source, now.size);
  GLASS_TRY(const auto growth, record::prove_consistency(before.size, now.size, reader.hashes()));
  GLASS_TRY_STATUS(record::check_consistency(before, now, growth));
  before = now;
  if (now.size == 0) return {};
  const auto index = static_cast<int64_t>(random() % static_cast<uint64_t>(now.size));
  GLASS_TRY(const Bytes entry, reader.entry(index));
  GLASS_TRY(const auto proof, record::prove_inclusion(index, now.size, reader.hashes()));
  return record::check_inclusion(record::leaf_hash(entry), index, proof, now);
}

void keep_auditing(const std::string& url, const record::NoteKey& key,
                   const std::atomic<bool>& stop, Auditor& auditor) {
  service::HttpSource source(url);
  record::TreeHead before{.size = 0, .root = record::empty_root()};
  std::mt19937_64 random(1);
  while (!stop && auditor.found) {
    const auto begin = Clock::now();
    auditor.found = audit(source, key, before, random);
    auditor.milliseconds.push_back(1e3 * seconds_since(begin));
  }
}

// Every hundredth answered index is proved to hold its entry, from outside.
Status check_answers(const std::string& url, const record::NoteKey& key,
                     const std::vector<Writer>& writers) {
  service::HttpSource source(url);
  GLASS_TRY(const record::OpenedCheckpoint opened, record::read_checkpoint(source, {&key, 1}));
  const record::TreeHead& tree = opened.checkpoint.tree;
  record::LogReader reader(source, tree.size);
  for (const Writer& writer : writers) {
    for (size_t i = 0; i < writer.answered.size(); i += 100) {
      const auto& [index, entry] = writer.answered[i];
      if (index >= tree.size) return fail(ErrorCode::kMismatch, "an answered index is not there");
      GLASS_TRY(const auto proof, record::prove_inclusion(index, tree.size, reader.hashes()));
      GLASS_TRY_STATUS(record::check_inclusion(record::leaf_hash(entry), index, proof, tree));
    }
  }
  return {};
}

Status hammer(system::Files& files, const system::Path& folder, const record::NoteKey& key,
              double seconds, int count) {
  GLASS_TRY(const auto server, service::LogServer::start(
                                   files, folder, {.listen = {.port = 0}, .takes_entries = true}));
  const std::string url = fmt::format("http://127.0.0.1:{}", server->port());
  std::vector<Writer> writers(static_cast<size_t>(count));
  std::vector<std::thread> threads;
  std::atomic<bool> stop = false;
  Auditor auditor;
  std::thread auditing([&] { keep_auditing(url, key, stop, auditor); });
  const auto begin = Clock::now();
  for (size_t i = 0; i < writers.size(); ++i)
    threads.emplace_back(
        [&, i] { write(url, static_cast<int64_t>(i) << 40, seconds, writers[i]); });
  for (std::thread& thread : threads) thread.join();
  const double spent = seconds_since(begin);
  stop = true;
  auditing.join();
  GLASS_TRY_STATUS(auditor.found);
  GLASS_TRY_STATUS(check_answers(url, key, writers));
  std::vector<double> milliseconds;
  for (const Writer& writer : writers)
    milliseconds.insert(milliseconds.end(), writer.milliseconds.begin(), writer.milliseconds.end());
  const auto answered = static_cast<double>(milliseconds.size());
  for (const Writer& writer : writers) {
    if (writer.refused > 0) return fail(ErrorCode::kIo, "the server has refused entries");
  }
  print(fmt::format("log add over HTTP, {} writers", count), answered / spent,
        std::move(milliseconds), 1'500);
  const auto audits = static_cast<double>(auditor.milliseconds.size());
  print("log audits meanwhile, growth and an entry proved", audits / spent,
        std::move(auditor.milliseconds), 1, "audits/s");
  return {};
}

// A log of equal entries: of each level all hashes are the same.
class EqualEntries final : public record::LogSource {
 public:
  EqualEntries() {
    levels_[0] = record::leaf_hash({});
    for (size_t i = 1; i < levels_.size(); ++i)
      levels_[i] = record::node_hash(levels_[i - 1], levels_[i - 1]);
  }

  Result<Bytes> read(std::string_view path, size_t /*most_bytes*/) override {
    GLASS_TRY(const record::Tile tile, record::tile_from_path(path));
    const auto& hash = levels_.at(static_cast<size_t>(tile.level * record::kTileLevels)).bytes;
    Bytes bytes;
    for (int i = 0; i < tile.width; ++i) bytes.insert(bytes.end(), hash.begin(), hash.end());
    return bytes;
  }

 private:
  std::array<crypto::Digest, 64> levels_;
};

Status prove(int64_t size) {
  EqualEntries source;
  record::LogReader all(source, size);
  GLASS_TRY(const crypto::Digest root, record::root_of(size, all.hashes()));
  std::mt19937_64 random(1);
  std::vector<double> milliseconds;
  for (int i = 0; i < kProofs; ++i) {
    const auto index = static_cast<int64_t>(random() % static_cast<uint64_t>(size));
    const auto before = Clock::now();
    record::LogReader reader(source, size);  // nothing is known from the proof before
    GLASS_TRY(const auto proof, record::prove_inclusion(index, size, reader.hashes()));
    milliseconds.push_back(1e3 * seconds_since(before));
    GLASS_TRY_STATUS(
        record::check_inclusion(record::leaf_hash({}), index, proof, {.size = size, .root = root}));
  }
  const double median_ms = median(milliseconds);
  fmt::print("{}\n", to_canonical(Json::Object{{"name", "log proof at 100 million entries"},
                                               {"unit", "ms"},
                                               {"ours_median", median_ms},
                                               {"p99_ms", percentile(milliseconds, 0.99)},
                                               {"goal", 1.0}}));
  return {};
}

// A log of entries with hashes of chance, the same for each reader.
class DifferentEntries final : public record::LogSource {
 public:
  Result<Bytes> read(std::string_view path, size_t /*most_bytes*/) override {
    GLASS_TRY(const record::Tile tile, record::tile_from_path(path));
    std::mt19937_64 random(static_cast<uint64_t>(tile.index));
    Bytes bytes(static_cast<size_t>(tile.width) * record::kHashBytes);
    for (size_t i = 0; i < bytes.size(); i += sizeof(uint64_t)) {
      const uint64_t word = random();
      std::memcpy(bytes.data() + i, &word, sizeof word);
    }
    return bytes;
  }
};

Status look_up(int64_t size) {
  DifferentEntries source;
  record::EntryIndex index;
  const auto begin = Clock::now();
  record::LogReader all(source, size);
  GLASS_TRY_STATUS(index.catch_up(all));
  const double made_seconds = seconds_since(begin);
  std::mt19937_64 random(1);
  std::vector<double> milliseconds;
  for (int i = 0; i < kProofs; ++i) {
    const auto wanted = static_cast<int64_t>(random() % static_cast<uint64_t>(size));
    record::LogReader reader(source, size);
    GLASS_TRY(const crypto::Digest leaf, reader.hash({.level = 0, .index = wanted}));
    reader.forget();
    const auto before = Clock::now();
    GLASS_TRY(const auto found, index.find(leaf, reader));
    milliseconds.push_back(1e3 * seconds_since(before));
    if (found != wanted) return fail(ErrorCode::kMismatch, "an entry was not found");
  }
  fmt::print("{}\n", to_canonical(Json::Object{
                         {"name", "log index, a look-up among 100 million entries"},
                         {"unit", "ms"},
                         {"ours_median", median(milliseconds)},
                         {"made_seconds", made_seconds},
                         {"bytes_an_entry",
                          static_cast<double>(index.memory_bytes()) / static_cast<double>(size)}}));
  return {};
}

Status run(const std::string& folder, double seconds, int writers) {
  system::Files& files = system::posix_files();
  const system::Path log = system::Path(folder) / "glass-log-bench";
  GLASS_TRY_STATUS(files.remove_all(log));
  GLASS_TRY(const service::LogState made, service::init_log(files, log, "example.org/log"));
  GLASS_TRY_STATUS(append_batches(files, log, made.key.name, seconds));
  GLASS_TRY_STATUS(hammer(files, log, made.key, seconds, writers));
  GLASS_TRY_STATUS(prove(kProvedSize));
  GLASS_TRY_STATUS(look_up(kProvedSize));
  return files.remove_all(log);
}

}  // namespace
}  // namespace glass::bench

int main(int argc, char** argv) {
  std::string folder = ".";
  double seconds = 5;
  int writers = 64;
  CLI::App app("How fast a transparency log takes and proves entries");
  app.add_option("--folder", folder, "On the disk that is to be measured");
  app.add_option("--seconds", seconds, "Of each part");
  app.add_option("--writers", writers)->check(CLI::Range(1, 4096));
  CLI11_PARSE(app, argc, argv);
  const glass::Status status = glass::bench::run(folder, seconds, writers);
  if (!status) fmt::print(stderr, "{}\n", status.error().message);
  return status ? 0 : glass::exit_code(status.error().code);
}
