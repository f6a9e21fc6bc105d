// The tokenizer against Hugging Face's native one (npm `tokenizers`): encoding and training.
//
//   glass_tokenizer_bench [--rounds 3] [--megabytes 2] [--peers FOLDER] [--tokenizer FILE]
//                         [--json] TEXT_FILE...
//
// With FILE, a tokenizer.json of either kind, it encodes with that and trains nothing.
// bench/tokenizer prepares texts and peer and calls this. Both sides use one thread and the same
// chunks and tokenizer.json, are compared id by id before anything is timed, and take turns, round
// by round; speeds are megabytes (10^6 bytes) per second of processor time, so that a busy machine
// shows as spread rather than as a lie. Without FOLDER, or without node, the peer is left out.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "bench/measure.h"
#include "glass/base/json.h"
#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/base/utf8.h"
#include "glass/data/tokenizer/scanner.h"
#include "glass/data/tokenizer/tokenizer.h"
#include "glass/data/tokenizer/trainer.h"
#include "glass/system/files.h"
#include "glass/system/process.h"
#include "glass/system/temporary_folder.h"

namespace glass::bench {
namespace {

using data::TokenId;

constexpr int32_t kVocabulary = 30000;
constexpr double kEncodeGoal = 12;  // of the ratio: 30 MB/s where the peer gives 2.5
constexpr double kTrainGoal = 3;
constexpr size_t kChunkBytes = 16384;

struct Options {
  int rounds = 3;
  size_t megabytes = 2;
  std::string peers;
  std::string tokenizer;
  bool json = false;
  std::vector<std::string> files;
};

struct Speeds {
  std::vector<double> ours, peer, ratio;
};

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Ends at line breaks where words surely end, so that both sides see whole words.
std::vector<std::string_view> chunks_of(std::string_view text) {
  std::vector<std::string_view> chunks;
  while (!text.empty()) {
    const size_t cut = data::safe_cut(text, std::min(text.size(), kChunkBytes));
    chunks.push_back(text.substr(0, cut));
    text.remove_prefix(cut);
  }
  return chunks;
}

// Every id counts, and its place.
uint64_t fold(uint64_t sum, TokenId id) {
  return (sum * 31 + static_cast<uint64_t>(id)) % 4294967291U;
}

// One text: a tokenizer trained on it, its chunks, and the peer's turns.
class TextBench {
 public:
  TextBench(const Options& options, std::string name, std::string text)
      : options_(options), name_(std::move(name)), text_(std::move(text)) {}

  bool run() {
    auto tokenizer = options_.tokenizer.empty() ? train() : read();
    if (!tokenizer) {
      fmt::print(stderr, "{}: {}\n", name_, tokenizer.error().message);
      return false;
    }
    tokenizer_.emplace(std::move(*tokenizer));
    chunks_ = chunks_of(text_);
    if (!write_for_peer()) return false;
    std::vector<TokenId> ids;
    uint64_t sum = 0;
    for (const std::string_view chunk : chunks_) tokenizer_->encode(chunk, ids);
    for (const TokenId id : ids) sum = fold(sum, id);
    if (!options_.peers.empty() && !same_ids(sum)) return false;
    Speeds encode, train;
    for (int round = 0; round < options_.rounds; ++round) {
      add_round(encode, encode_seconds(), "encode");
      if (options_.tokenizer.empty()) add_round(train, train_seconds(), "train");
    }
    print("encode", encode, kEncodeGoal);
    if (options_.tokenizer.empty()) print("train", train, kTrainGoal);
    return true;
  }

 private:
  Result<data::Tokenizer> train() {
    const std::vector<std::string_view> whole = {text_};
    GLASS_TRY(auto trained,
              data::train_tokenizer(whole, {.vocabulary_size = kVocabulary}, serial_));
    return std::move(trained.tokenizer);
  }

  [[nodiscard]] Result<data::Tokenizer> read() const {
    GLASS_TRY(const std::string json, system::posix_files().read_text(options_.tokenizer));
    return data::Tokenizer::from_json(json, options_.tokenizer);
  }

  [[nodiscard]] double megabytes_per(double seconds) const {
    return static_cast<double>(text_.size()) / 1e6 / seconds;
  }

  double encode_seconds() {
    data::Encoder encoder(*tokenizer_);
    std::vector<TokenId> ids;
    const double begin = processor_seconds();
    for (const std::string_view chunk : chunks_) {
      ids.clear();
      encoder.encode(chunk, ids);
    }
    return processor_seconds() - begin;
  }

  double train_seconds() {
    const double begin = processor_seconds();
    const auto trained = train();
    return trained ? processor_seconds() - begin : 0;
  }

  bool write_for_peer() {
    system::Files& files = system::posix_files();
    Json::Array chunks;
    for (const std::string_view chunk : chunks_) chunks.emplace_back(chunk);
    const auto put = [&](const char* name, const std::string& text) {
      return files.write_atomic(folder_ / name, as_bytes(text)).has_value();
    };
    return put("chunks.json", to_canonical(chunks)) && put("text.txt", text_) &&
           put("tokenizer.json", tokenizer_->to_json());
  }

  // What the peer's script answers to one question; nullopt if there is no peer.
  std::optional<Json> ask_peer(const std::string& question) {
    if (options_.peers.empty()) return std::nullopt;
    const auto output = system::posix_process().run(
        {.argv = {"node", options_.peers + "/tokenizers_bench.mjs", question,
                  folder_.path().string()},
         .folder = options_.peers,
         .environment = {"RAYON_NUM_THREADS=1", "TOKENIZERS_PARALLELISM=false"}});
    if (!output || output->exit_status != 0) {
      fmt::print(stderr, "the peer failed: {}\n", output ? output->err : output.error().message);
      return std::nullopt;
    }
    auto answer = parse_json(output->out);
    if (!answer) return std::nullopt;
    return *answer;
  }

  bool same_ids(uint64_t sum) {
    const auto answer = ask_peer("ids");
    const auto theirs = answer ? answer->get_int("sum") : Result<int64_t>(-1);
    if (theirs && *theirs == static_cast<int64_t>(sum)) return true;
    fmt::print(stderr, "{}: the peer's ids differ, so nothing is timed\n", name_);
    return false;
  }

  void add_round(Speeds& speeds, double our_seconds, const std::string& question) {
    speeds.ours.push_back(megabytes_per(our_seconds));
    const auto answer = ask_peer(question);
    if (!answer) return;
    const auto seconds = answer->get_number("seconds");
    if (!seconds) return;
    speeds.peer.push_back(megabytes_per(*seconds));
    speeds.ratio.push_back(speeds.ours.back() / speeds.peer.back());
  }

  void print(std::string_view what, const Speeds& speeds, double goal) const {
    const double ours = median(speeds.ours);
    if (speeds.ratio.empty()) {
      if (options_.json)
        fmt::print(R"({{"name":"tokenizer {} {}","unit":"MB/s","ours_median":{:.2f}}})"
                   "\n",
                   what, name_, ours);
      else
        fmt::print("{:24} {:7.1f} MB/s (no peer)\n", fmt::format("{} {}", what, name_), ours);
      return;
    }
    const auto [low, high] = std::minmax_element(speeds.ratio.begin(), speeds.ratio.end());
    const double peer = median(speeds.peer), ratio = median(speeds.ratio);
    if (options_.json)
      fmt::print(
          R"({{"name":"tokenizer {} {} vs tokenizers 0.23.2","unit":"MB/s","ours_median":{:.2f},)"
          R"("peer_median":{:.2f},"ratio_median":{:.3f},"ratio_min":{:.3f},"ratio_max":{:.3f},)"
          R"("goal":{:.2f}}})"
          "\n",
          what, name_, ours, peer, ratio, *low, *high, goal);
    else
      fmt::print("{:24} {:7.1f} MB/s   peer {:6.2f}   ratio {:6.2f} ({:.2f}..{:.2f})\n",
                 fmt::format("{} {}", what, name_), ours, peer, ratio, *low, *high);
    std::fflush(stdout);
  }

  const Options& options_;
  std::string name_, text_;
  system::TemporaryFolder folder_;
  SerialParallel serial_;
  std::optional<data::Tokenizer> tokenizer_;
  std::vector<std::string_view> chunks_;
};

int run(const Options& options) {
  bool good = true;
  for (const std::string& file : options.files) {
    auto text = system::posix_files().read_text(file);
    if (!text) {
      fmt::print(stderr, "{}\n", text.error().message);
      return 2;
    }
    text->resize(std::min(text->size(), options.megabytes * 1'000'000));
    while (!is_utf8(*text)) text->pop_back();  // a character that was cut
    const std::string name = std::filesystem::path(file).stem().string();
    good = TextBench(options, name, std::move(*text)).run() && good;
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace glass::bench

int main(int argc, char** argv) {
  glass::bench::Options options;
  CLI::App app("Training and encoding of the tokenizer against a peer");
  app.add_option("TEXT_FILE", options.files)->required();
  app.add_option("--rounds", options.rounds)->check(CLI::Range(1, 1000));
  app.add_option("--megabytes", options.megabytes, "of each file")->check(CLI::Range(1, 10000));
  app.add_option("--peers", options.peers, "folder with tokenizers_bench.mjs and its packages");
  app.add_option("--tokenizer", options.tokenizer, "tokenizer.json to encode with");
  app.add_flag("--json", options.json);
  CLI11_PARSE(app, argc, argv);
  return glass::bench::run(options);
}
