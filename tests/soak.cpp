// soak: a long training of the real program, once left alone and once killed ten times at random.
//
// usage: soak PATH_OF_GLASS STEPS [SEED [SETTING...]]
//
// Two things must hold: both trainings end with the same chain and weights, byte for byte; no
// process that trains grows. The recipe evaluates, samples, rechecks and writes checkpoints and
// views all the time, so that whatever leaks leaks often. How long it takes is a matter of STEPS:
// 120 take half a minute. long_run_test.cpp sees in seconds what grows with the number of steps. A
// SETTING is one of the recipe, as in "numerics.class=portable-1-bf16".
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace fs = std::filesystem;

namespace {

constexpr int kKills = 10;
constexpr int64_t kTail = 20;         // steps before the end in which no kill is aimed at
constexpr int64_t kWarmUpSteps = 40;  // with everything that a training does now and then
// What an allocator may keep between two views, and what the export of the model takes: no more of
// a long training than of a short one.
constexpr int64_t kSlackBytes = 8 << 20;

constexpr const char* kRecipe = R"(name = "soak"
[corpus]
licences = ["CC0-1.0"]
held_out_share = 0.1
[[corpus.source]]
paths = ["texts"]
licence = "CC0-1.0"
[tokenizer]
vocabulary = 300
[model]
layers = 2
d_model = 64
heads = 2
kv_heads = 1
d_ff = 96
[train]
sequence_length = 64
micro_batch_sequences = 4
micro_batches = 2
recheck = 5
[schedule]
warmup_steps = 2
decay_steps = 4
[evaluation]
every_steps = 20
samples_every_steps = 20
sample_tokens = 8
prompts = ["In year"]
[checkpoint]
every_steps = 10
)";

[[noreturn]] void give_up(const std::string& why) {
  std::cout << "soak: " << why << '\n';
  std::exit(1);
}

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_inputs() {
  fs::create_directory("texts");
  for (int text = 1; text <= 60; ++text) {
    std::ofstream out("texts/" + std::to_string(text) + ".txt");
    for (int year = text; year <= 2 * text + 30; ++year)
      out << "In year " << text << " the river rose by " << year
          << " feet and fell again before the winter came.\n";
  }
  std::ofstream("recipe.toml") << kRecipe;
}

pid_t start(const std::vector<std::string>& words, const std::string& output) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ::dup2(file, 1);
  ::dup2(file, 2);
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

// Without pages of files, which the system takes back when it needs them.
int64_t resident_bytes(pid_t process) {
  std::ifstream in("/proc/" + std::to_string(process) + "/status");
  for (std::string word; in >> word;) {
    int64_t kibibytes = 0;
    if (word == "RssAnon:" && in >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

// The lines of a chain, counted as they come. A process that resumes cuts the file, so each has a
// counter of its own.
class StepCounter {
 public:
  explicit StepCounter(const fs::path& out) : file_(out / "training/chain.jsonl") {}

  int64_t count() {
    std::error_code none;
    const auto size = static_cast<int64_t>(fs::file_size(file_, none));
    if (none || size == 0) return 0;
    if (size < read_) read_ = lines_ = 0;
    std::ifstream in(file_, std::ios::binary);
    in.seekg(read_);
    std::string text(static_cast<size_t>(size - read_), ' ');
    in.read(text.data(), size - read_);
    lines_ += std::ranges::count(text, '\n');
    read_ = size;
    return lines_;
  }

 private:
  fs::path file_;
  int64_t read_ = 0, lines_ = 0;
};

struct Sample {
  int64_t steps, bytes;
};

class Soak {
 public:
  Soak(std::string glass, std::vector<std::string> settings)
      : glass_(std::move(glass)), settings_(std::move(settings)) {}

  // Trains into `out` until it ends, or until step `kill_at` and a little more.
  void train(const std::string& out, int64_t kill_at, int64_t delay_us) {
    std::vector<std::string> words = {glass_, "train", "recipe.toml", "--out", out, "--json"};
    for (const std::string& setting : settings_) words.insert(words.end(), {"--set", setting});
    const pid_t child = start(words, out + ".txt");
    StepCounter counter(out);
    std::vector<Sample> samples;
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0) {
      const int64_t steps = counter.count();
      if (steps > 0) samples.push_back({steps, resident_bytes(child)});
      if (kill_at > 0 && steps >= kill_at) {
        ::usleep(static_cast<useconds_t>(delay_us));
        ::kill(child, SIGKILL);
        ::waitpid(child, &status, 0);
        break;
      }
      ::usleep(10'000);
    }
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    const bool ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (kill_at > 0 ? !killed : !ended)
      give_up(out + ": a training that was to be " + (kill_at > 0 ? "killed" : "left alone") +
              " ended otherwise:\n" + contents(out + ".txt"));
    expect_flat(samples);
  }

 private:
  // The most of the steps after the warm-up against the most of the warm-up.
  static void expect_flat(const std::vector<Sample>& samples) {
    if (samples.empty()) return;
    const int64_t warm = samples.front().steps + kWarmUpSteps;
    int64_t before = 0, after = 0;
    for (const Sample& sample : samples)
      (sample.steps <= warm ? before : after) =
          std::max(sample.steps <= warm ? before : after, sample.bytes);
    const int64_t steps = samples.back().steps - warm;
    if (steps <= 0) return;
    const int64_t growth = std::max<int64_t>(after - before, 0);
    std::cout << "after warm-up " << steps << " steps: resident " << after / 1024
              << " KiB, grown by " << growth / 1024 << " KiB\n";
    if (growth > kSlackBytes) give_up("memory is not flat");
  }

  std::string glass_;
  std::vector<std::string> settings_;
};

void expect_same(const fs::path& file) {
  const std::string whole = contents("whole" / file), parts = contents("parts" / file);
  if (whole.empty() || whole != parts)
    give_up(file.string() + " is not that of the run left alone");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: soak PATH_OF_GLASS STEPS [SEED [SETTING...]]\n";
    return 2;
  }
  const int64_t steps = std::atoll(argv[2]);
  const uint64_t seed = argc > 3 ? static_cast<uint64_t>(std::atoll(argv[3])) : 1;
  const std::string glass = fs::absolute(argv[1]).string();
  std::string folder = (fs::temp_directory_path() / "glass-soak-XXXXXX").string();
  if (steps < 2 * kTail || mkdtemp(folder.data()) == nullptr)
    give_up("too few steps, or no folder to run in");
  fs::current_path(folder);
  setenv("GLASS_KEY", "key.json", 1);
  write_inputs();
  const pid_t key = start({glass, "key"}, "key.txt");
  ::waitpid(key, nullptr, 0);

  std::vector<std::string> settings(argv + std::min(argc, 4), argv + argc);
  settings.push_back("train.steps=" + std::to_string(steps));
  Soak soak(glass, std::move(settings));
  soak.train("whole", 0, 0);
  std::mt19937_64 random(seed);
  std::set<int64_t> kills;
  while (std::ssize(kills) < kKills)
    kills.insert(1 + static_cast<int64_t>(random() % static_cast<uint64_t>(steps - kTail)));
  for (const int64_t step : kills) soak.train("parts", step, static_cast<int64_t>(random() % 5000));
  soak.train("parts", 0, 0);
  expect_same("training/chain.jsonl");
  expect_same("model/model.safetensors");
  std::cout << "killed after the steps";
  for (const int64_t step : kills) std::cout << ' ' << step;
  std::cout << ", and the same bytes in the end (seed " << seed << ")\n";
  fs::current_path(fs::temp_directory_path());
  fs::remove_all(folder);
  return 0;
}
