// GemmRun: carries out a GemmPlan.
#pragma once

#include <atomic>
#include <cstdint>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/simd/gemm_merge.h"
#include "glass/engine/kernels/simd/gemm_plan.h"
#include "glass/engine/kernels/simd/gemm_target.h"
#include "glass/engine/kernels/simd/stored_panels.h"

namespace glass::engine {

class GemmRun {
 public:
  // `scratch` holds plan.scratch_bytes(workers). `stored` is B packed whole, or nothing: then
  // args.b is packed as the work proceeds. What is stored as kF32 is multiplied where it lies,
  // anything else expanded as the work proceeds.
  GemmRun(const GemmArgs& args, const GemmPlan& plan, const GemmTarget& target,
          const StoredPanels& stored, float* scratch)
      : args_(args), plan_(plan), target_(target), stored_(stored), scratch_(scratch) {}

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

  // Whether B lies in panels of floats already.
  [[nodiscard]] bool has_panels() const {
    return stored_.data != nullptr && stored_.format == WeightFormat::kF32;
  }

  void run_phase(Phase& phase, Parallel& parallel);
  void pack_b(Phase& phase);
  void pack_unit(const Phase& phase, int64_t segment, int64_t col, int64_t cols);
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
  StoredPanels stored_;
  float* scratch_;
};

// At most kMaxFewRows rows with panels as they are stored, in any format: each worker takes its
// share of the columns. REQUIRES: stored.data != nullptr.
void multiply_few_rows(const GemmArgs& args, const GemmTarget& target, const StoredPanels& stored,
                       Parallel& parallel);

// Packs B[n,k] whole, as stored panels of kF32.
void pack_whole_b(const float* b_NK, int64_t n, int64_t k, const GemmTarget& target, float* into,
                  Parallel& parallel);

}  // namespace glass::engine
