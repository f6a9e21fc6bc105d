// GemmRun: carries out a GemmPlan.
#pragma once

#include <atomic>
#include <cstdint>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/simd/gemm_merge.h"
#include "glass/engine/kernels/simd/gemm_plan.h"
#include "glass/engine/kernels/simd/gemm_target.h"

namespace glass::engine {

class GemmRun {
 public:
  // `scratch` holds plan.scratch_bytes(workers). `packed_b` is B packed whole, or null: then args.b
  // is packed as the work proceeds.
  GemmRun(const GemmArgs& args, const GemmPlan& plan, const GemmTarget& target,
          const float* packed_b, float* scratch)
      : args_(args), plan_(plan), target_(target), packed_b_(packed_b), scratch_(scratch) {}

  void run(Parallel& parallel);

 private:
  static constexpr int kMaxAddends = 64;  // siblings in two trees of 2^28 leaves, and three more

  struct Range {
    int64_t begin, end;

    [[nodiscard]] int64_t size() const { return end - begin; }
  };

  // What the workers do between two barriers.
  struct Phase {
    Range rows, cols, segments;
    int64_t k;  // of the segments
    std::atomic<int64_t> next_unit{0}, units_done{0}, next_task{0};
  };

  // One worker's current part of C.
  struct Block {
    int worker;
    Range rows, cols;  // cols starts and ends at panels of the chunk
    Merge node;
  };

  void run_phase(Phase& phase, Parallel& parallel);
  void pack_b(Phase& phase);
  void multiply(Phase& phase, int worker);
  void prepare_a(const Block& block);
  void multiply_node(const Phase& phase, const Block& block);
  void multiply_panel(const Phase& phase, const Block& block, int64_t col, const uint8_t* merges);

  struct Output;
  void add_finish(Output& output, const Phase& phase, const Block& block, int64_t col) const;

  [[nodiscard]] int64_t k_of(const Range& segments) const;
  [[nodiscard]] int64_t chunk_width(const Phase& phase) const;
  [[nodiscard]] const float* b_panel(const Phase& phase, int64_t col, int64_t segment) const;
  [[nodiscard]] float* worker_scratch(int worker) const;
  [[nodiscard]] Addend node_slot(const Phase& phase, const Block& block, int64_t col,
                                 int slot) const;

  const GemmArgs& args_;
  const GemmPlan& plan_;
  const GemmTarget& target_;
  const float* packed_b_;
  float* scratch_;
};

// Packs B whole, as packed_b is expected. B[n,k] when `transposed`, else B[k,n].
int64_t packed_b_floats(int64_t n, int64_t k, const GemmTarget& target);
void pack_whole_b(const float* b, int64_t stride, bool transposed, int64_t n, int64_t k,
                  const GemmTarget& target, float* into, Parallel& parallel);

}  // namespace glass::engine
