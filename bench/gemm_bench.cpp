// Matrix products of the engine against OpenBLAS at the shapes of training, in one process.
//
//   glass_gemm_bench [--set peers|model] [--threads 1,2] [--rounds 5] [--max-gflop 100] [--json]
//
// Both sides take turns, block by block, with a pause in between so that OpenBLAS's spinning
// threads are asleep when ours run. A block's speed is that of its fastest call; a ratio is that of
// two neighbouring blocks. Median, lowest and highest ratio of the rounds are printed, so that a
// noisy machine shows.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "bench/blas.h"
#include "bench/fma_peak.h"
#include "bench/measure.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/system/thread_pool.h"

namespace glass::bench {
namespace {

using engine::GemmArgs;

constexpr double kGoal = 1.0;  // of the median ratio

struct Options {
  std::string set = "peers";
  std::vector<int> threads = {1, 2};
  int rounds = 5;
  double max_gflop = 100;
  bool json = false;
};

// A linear layer of `in` inputs and `out` outputs on `rows` tokens.
struct Layer {
  int64_t rows, in, out;
};

struct Speeds {
  std::vector<double> ours, peer, ratio;
};

std::vector<Layer> layers_of(const std::string& set) {
  std::vector<Layer> layers;
  if (set == "model") {
    for (const auto& [in, out] :
         {std::pair{256, 768}, {256, 256}, {256, 1408}, {704, 256}, {256, 4096}})
      layers.push_back({4096, in, out});
    return layers;
  }
  for (const auto& [in, out] :
       {std::pair{256, 256}, {256, 1024}, {1024, 256}, {768, 3072}, {3072, 768}, {768, 50257}}) {
    for (const int64_t rows : {256, 1024, 4096}) layers.push_back({rows, in, out});
  }
  return layers;
}

class GemmBench {
 public:
  GemmBench(const Options& options, int threads, const Blas& blas)
      : options_(options),
        threads_(threads),
        blas_(blas),
        kernels_(*engine::find_kernels("")),
        pool_(threads) {}

  void run() {
    std::vector<double> peaks;
    for (int i = 0; i < 5; ++i) peaks.push_back(fma_peak_gflops(pool_));
    peak_ = median(peaks);
    print_head();
    for (const Layer& layer : layers_of(options_.set)) run_layer(layer);
    print_summary();
  }

 private:
  void run_layer(const Layer& layer) {
    const double gflop = 2e-9 * static_cast<double>(layer.rows * layer.in * layer.out);
    if (gflop > options_.max_gflop) return;
    const Floats x(layer.rows * layer.in), w(layer.out * layer.in), y(layer.rows * layer.out);
    const Floats dx(layer.rows * layer.in), dw(layer.out * layer.in);
    const auto args = [](GemmArgs::Form form, int64_t m, int64_t n, int64_t k, const Floats& a,
                         const Floats& b, const Floats& c) {
      GemmArgs result{.form = form, .m = m, .n = n, .k = k};
      result.a = a.data();
      result.a_stride = form == GemmArgs::Form::kTN ? m : k;
      result.b = b.data();
      result.b_stride = form == GemmArgs::Form::kNT ? k : n;
      result.c = c.data();
      result.c_stride = n;
      return result;
    };
    compare("forward", layer, gflop,
            args(GemmArgs::Form::kNT, layer.rows, layer.out, layer.in, x, w, y));
    compare("dx", layer, gflop,
            args(GemmArgs::Form::kNN, layer.rows, layer.in, layer.out, y, w, dx));
    compare("dw", layer, gflop,
            args(GemmArgs::Form::kTN, layer.out, layer.in, layer.rows, y, x, dw));
  }

  void compare(std::string_view what, const Layer& layer, double gflop, const GemmArgs& args) {
    const Floats scratch(
        static_cast<int64_t>(kernels_.gemm_scratch(args, threads_) / sizeof(float)) + 16);
    const engine::Scratch bytes(reinterpret_cast<std::byte*>(scratch.data()),
                                kernels_.gemm_scratch(args, threads_));
    Speeds speeds;
    for (int round = 0; round < options_.rounds; ++round) {
      const auto ours = [&] { kernels_.gemm(args, bytes, pool_); };
      const auto peer = [&] { blas_.gemm(args); };
      speeds.ours.push_back(gflop / fastest_call(ours));
      speeds.peer.push_back(gflop / fastest_call(peer));
      speeds.ratio.push_back(speeds.ours.back() / speeds.peer.back());
    }
    print(fmt::format("gemm {} {}x{}x{} {}t", what, layer.rows, layer.in, layer.out, threads_),
          speeds);
  }

  void print_head() const {
    if (options_.json) return;
    fmt::print("\n{} against {}, {} thread{}; fma peak {:.1f} GFLOP/s\n", kernels_.name(),
               blas_.name(), threads_, threads_ == 1 ? "" : "s", peak_);
    fmt::print("{:40} {:>7} {:>6} {:>7}   {:>6} ({}..{})\n", "", "ours", "peak", "peer", "ratio",
               "min", "max");
  }

  void print(const std::string& name, const Speeds& speeds) {
    const auto [low, high] = std::minmax_element(speeds.ratio.begin(), speeds.ratio.end());
    const double ours = median(speeds.ours), peer = median(speeds.peer);
    const double ratio = median(speeds.ratio);
    ratios_.push_back(ratio);
    if (options_.json) {
      fmt::print(
          R"({{"name":"{} vs {}","unit":"GFLOP/s","ours_median":{:.2f},"peer_median":{:.2f},)"
          R"("ratio_median":{:.3f},"ratio_min":{:.3f},"ratio_max":{:.3f},"goal":{:.2f}}})"
          "\n",
          name, blas_.name(), ours, peer, ratio, *low, *high, kGoal);
    } else {
      fmt::print("{:40} {:7.1f} {:5.1f}% {:7.1f}   {:6.3f} ({:.2f}..{:.2f})\n", name, ours,
                 100 * ours / peak_, peer, ratio, *low, *high);
    }
    std::fflush(stdout);
  }

  void print_summary() const {
    if (ratios_.empty()) return;
    double logs = 0;
    for (const double ratio : ratios_) logs += std::log(ratio);
    const auto [low, high] = std::minmax_element(ratios_.begin(), ratios_.end());
    const std::string name = fmt::format("gemm {} shapes {}t", options_.set, threads_);
    if (options_.json) {
      fmt::print(R"({{"name":"fma peak {}t","unit":"GFLOP/s","ours_median":{:.2f}}})"
                 "\n",
                 threads_, peak_);
    } else {
      fmt::print("{}: ratio median {:.3f}, geometric mean {:.3f}, lowest {:.3f}, highest {:.3f}\n",
                 name, median(ratios_), std::exp(logs / static_cast<double>(ratios_.size())), *low,
                 *high);
    }
  }

  const Options& options_;
  int threads_;
  const Blas& blas_;
  const engine::Kernels& kernels_;
  system::ThreadPool pool_;
  double peak_ = 0;
  std::vector<double> ratios_;
};

int run(const Options& options) {
  bool any = false;
  for (const int threads : options.threads) {
    for (const auto& blas : {Blas::open_pthread(threads), Blas::open_openmp(threads)}) {
      if (!blas) continue;
      any = true;
      GemmBench(options, threads, *blas).run();
    }
  }
  if (!any) fmt::print(stderr, "no OpenBLAS found: apt install libopenblas0-pthread\n");
  return any ? 0 : 1;
}

}  // namespace
}  // namespace glass::bench

int main(int argc, char** argv) {
  glass::bench::Options options;
  CLI::App app("Matrix products against OpenBLAS");
  app.add_option("--set", options.set)
      ->check(CLI::IsMember(std::vector<std::string>{"peers", "model"}));
  app.add_option("--threads", options.threads)->delimiter(',')->check(CLI::Range(1, 1024));
  app.add_option("--rounds", options.rounds)->check(CLI::Range(1, 1000));
  app.add_option("--max-gflop", options.max_gflop, "leaves out larger products");
  app.add_flag("--json", options.json);
  CLI11_PARSE(app, argc, argv);
  return glass::bench::run(options);
}
