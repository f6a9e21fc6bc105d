// The shared test kit of the kernels (tests only): inputs, threads, cases, and equality of bits.
//
// A case runs one kernel on one shape with any implementation and any number of workers, and gives
// back everything the kernel wrote, padding included. The same cases compare vector twins with the
// reference, splits with the unsplit, and the golden digests with every compiler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"

namespace glass::engine::testing {

// Floats that do not start at the alignment of a vector.
class Floats {
 public:
  explicit Floats(int64_t count, float value = 0.0F)
      : data_(static_cast<size_t>(count) + kSkip, value) {}

  [[nodiscard]] float* data() { return data_.data() + kSkip; }

  [[nodiscard]] const float* data() const { return data_.data() + kSkip; }

  [[nodiscard]] std::span<const float> span() const { return std::span(data_).subspan(kSkip); }

 private:
  static constexpr size_t kSkip = 1;
  std::vector<float> data_;
};

inline constexpr float kUntouched = 12345.0F;  // fills what a kernel must not write

// Uniform in [-scale, scale), a pure function of stream and index.
Floats random_floats(uint64_t stream, int64_t count, float scale = 1.0F);

// Uniform in [0, bound).
std::vector<int32_t> random_indices(uint64_t stream, int64_t count, int64_t bound);

// Real threads, started for each job.
class ThreadsParallel final : public Parallel {
 public:
  explicit ThreadsParallel(int workers) : workers_(workers) {}

  [[nodiscard]] int workers() const override { return workers_; }

  void run(FunctionRef<void(int)> body) override;

 private:
  int workers_;
};

// Scratch of the size asked for, aligned, and full of NaN: what is read unwritten shows.
class ScratchSpace {
 public:
  explicit ScratchSpace(size_t bytes);
  [[nodiscard]] Scratch span();

 private:
  size_t bytes_;
  std::vector<std::byte> storage_;
};

// One array that a kernel wrote.
struct Output {
  std::string name;
  std::vector<float> values;

  Output(std::string output, std::span<const float> floats)
      : name(std::move(output)), values(floats.begin(), floats.end()) {}
};

using Outputs = std::vector<Output>;

struct KernelCase {
  std::string name;  // kernel and shape
  std::function<Outputs(const Kernels&, Parallel&)> run;
};

using KernelCases = std::vector<KernelCase>;

// Kernel by kernel: odd, tiny, long, many segments, masked, grouped heads, aliased, underflowing.
KernelCases gemm_cases();
KernelCases norm_cases();
KernelCases rope_cases();
KernelCases attention_cases();
KernelCases activation_cases();
KernelCases embedding_cases();
KernelCases experts_cases();  // combine, routing, grouped products
KernelCases linear_cross_entropy_cases();
KernelCases storage_cases();
KernelCases
reduction_cases();  // add, affine, column_sum, sum, sum_of_squares, dropout, updates of optimisers

// Fails the current test with the first index that differs and the bits on both sides.
void expect_equal_bits(const Outputs& ours, const Outputs& expected, const std::string& where);

// FNV-1a 64 over the bits of all outputs.
uint64_t digest(const Outputs& outputs);

}  // namespace glass::engine::testing
