// Causal attention against the machine's peak of fused multiply-adds, in one process.
//
//   glass_attention_bench [--threads 1,2] [--rounds 5] [--batch 16] [--json]
//
// What is counted is the causal half alone, T (T + 1) / 2 pairs of a query and a key: two products
// per pair forward, five backward. Peak and kernel take turns; a share is that of two neighbouring
// blocks. Median, lowest and highest share of the rounds are printed, so that a noisy machine
// shows.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "bench/fma_peak.h"
#include "bench/measure.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/system/thread_pool.h"

namespace glass::bench {
namespace {

using engine::AttentionArgs;
using engine::AttentionBackwardArgs;

constexpr double kGoal = 0.60;  // of the peak, by the median

struct Options {
  std::vector<int> threads = {1, 2};
  int rounds = 5;
  int64_t batch = 16;
  bool json = false;
};

struct Heads {
  int64_t positions, q_heads, kv_heads, head_dim;
};

constexpr Heads kShapes[] = {
    {.positions = 256, .q_heads = 4, .kv_heads = 4, .head_dim = 64},
    {.positions = 1024, .q_heads = 4, .kv_heads = 4, .head_dim = 64},
    {.positions = 256, .q_heads = 8, .kv_heads = 4, .head_dim = 32},
    {.positions = 1024, .q_heads = 4, .kv_heads = 2, .head_dim = 128},
};

// The arrays of one call, laid out as a model does it: a row of qkv is [q heads | k heads | v
// heads].
class Problem {
 public:
  Problem(const Heads& heads, int64_t batch)
      : width_((heads.q_heads + 2 * heads.kv_heads) * heads.head_dim),
        qkv_(batch * heads.positions * width_),
        dqkv_(batch * heads.positions * width_),
        out_(batch * heads.positions * heads.q_heads * heads.head_dim),
        dout_(batch * heads.positions * heads.q_heads * heads.head_dim),
        log_sum_exp_(batch * heads.positions * heads.q_heads),
        first_key_(static_cast<size_t>(batch * heads.positions), 0) {
    const int64_t k = heads.q_heads * heads.head_dim;
    const int64_t v = k + heads.kv_heads * heads.head_dim;
    const int64_t all = heads.positions * width_;
    forward_.batch = batch;
    forward_.queries = heads.positions;
    forward_.keys = heads.positions;
    forward_.q_heads = heads.q_heads;
    forward_.kv_heads = heads.kv_heads;
    forward_.head_dim = heads.head_dim;
    forward_.q = qkv_.data();
    forward_.k = qkv_.data() + k;
    forward_.v = qkv_.data() + v;
    forward_.out = out_.data();
    forward_.q_stride = forward_.k_stride = forward_.v_stride = width_;
    forward_.out_stride = k;
    forward_.q_batch_stride = forward_.k_batch_stride = forward_.v_batch_stride = all;
    forward_.out_batch_stride = heads.positions * k;
    forward_.first_key = first_key_.data();
    forward_.scale = 1.0F / std::sqrt(static_cast<float>(heads.head_dim));
    forward_.log_sum_exp = log_sum_exp_.data();
    backward_.forward = forward_;
    backward_.dout = dout_.data();
    backward_.dq = dqkv_.data();
    backward_.dk = dqkv_.data() + k;
    backward_.dv = dqkv_.data() + v;
  }

  [[nodiscard]] const AttentionArgs& forward() const { return forward_; }

  [[nodiscard]] const AttentionBackwardArgs& backward() const { return backward_; }

 private:
  int64_t width_;
  Floats qkv_, dqkv_, out_, dout_, log_sum_exp_;
  std::vector<int32_t> first_key_;
  AttentionArgs forward_{};
  AttentionBackwardArgs backward_{};
};

class AttentionBench {
 public:
  AttentionBench(const Options& options, int threads)
      : options_(options), threads_(threads), pool_(threads) {}

  void run() {
    for (const Heads& heads : kShapes) run_shape(heads);
  }

 private:
  void run_shape(const Heads& heads) {
    const Problem problem(heads, options_.batch);
    const AttentionArgs& forward = problem.forward();
    const AttentionBackwardArgs& backward = problem.backward();
    const auto pairs = static_cast<double>(heads.positions * (heads.positions + 1) / 2);
    const double product = 2e-9 * pairs * static_cast<double>(options_.batch * heads.q_heads) *
                           static_cast<double>(heads.head_dim);
    const size_t forward_bytes = kernels_.attention_scratch(forward, threads_);
    const size_t backward_bytes = kernels_.attention_backward_scratch(backward, threads_);
    const size_t bytes = std::max(forward_bytes, backward_bytes);
    const Floats scratch(static_cast<int64_t>(bytes / sizeof(float)) + 1);
    const engine::Scratch room(reinterpret_cast<std::byte*>(scratch.data()), bytes);
    compare("forward", heads, 2 * product, [&] { kernels_.attention(forward, room, pool_); });
    compare("backward", heads, 5 * product,
            [&] { kernels_.attention_backward(backward, room, pool_); });
  }

  template <typename Call>
  void compare(std::string_view what, const Heads& heads, double gflop, const Call& call) {
    std::vector<double> ours, peaks, shares;
    for (int round = 0; round < options_.rounds; ++round) {
      peaks.push_back(fma_peak_gflops(pool_));
      ours.push_back(gflop / fastest_call(call));
      shares.push_back(ours.back() / peaks.back());
    }
    const auto [low, high] = std::minmax_element(shares.begin(), shares.end());
    const std::string name = fmt::format("attention {} T{} {}/{}x{} {}t", what, heads.positions,
                                         heads.q_heads, heads.kv_heads, heads.head_dim, threads_);
    if (options_.json) {
      fmt::print(
          R"({{"name":"{} vs fma peak","unit":"GFLOP/s","ours_median":{:.2f},)"
          R"("peer_median":{:.2f},"ratio_median":{:.3f},"ratio_min":{:.3f},"ratio_max":{:.3f},)"
          R"("goal":{:.2f}}})"
          "\n",
          name, median(ours), median(peaks), median(shares), *low, *high, kGoal);
    } else {
      fmt::print("{:40} {:7.1f} GFLOP/s of {:6.1f}: {:5.1f}% ({:.1f}..{:.1f})\n", name,
                 median(ours), median(peaks), 100 * median(shares), 100 * *low, 100 * *high);
    }
    std::fflush(stdout);
  }

  const Options& options_;
  int threads_;
  const engine::Kernels& kernels_ = *engine::find_kernels("");
  system::ThreadPool pool_;
};

}  // namespace
}  // namespace glass::bench

int main(int argc, char** argv) {
  glass::bench::Options options;
  CLI::App app("Causal attention against the machine's peak");
  app.add_option("--threads", options.threads)->delimiter(',')->check(CLI::Range(1, 1024));
  app.add_option("--rounds", options.rounds)->check(CLI::Range(1, 1000));
  app.add_option("--batch", options.batch)->check(CLI::Range(1, 1024));
  app.add_flag("--json", options.json);
  CLI11_PARSE(app, argc, argv);
  for (const int threads : options.threads) glass::bench::AttentionBench(options, threads).run();
  return 0;
}
