// Matrix products: the methods of SimdKernels. See gemm_plan.h for how they work.
#include <algorithm>

#include "glass/base/check.h"
#include "glass/engine/kernels/simd/gemm_plan.h"
#include "glass/engine/kernels/simd/gemm_run.h"
#include "glass/engine/kernels/simd/gemm_target.h"
#include "glass/engine/kernels/simd/simd_kernels.h"
#include "glass/engine/kernels/simd/stored_panels.h"

namespace glass::engine {

size_t SimdKernels::gemm_scratch(const GemmArgs& args, int workers) const {
  // Enough for gemm_packed too.
  const GemmTarget& target = gemm_target();
  return std::max(plan_gemm(args, target, workers, false).scratch_bytes(workers),
                  plan_gemm(args, target, workers, true).scratch_bytes(workers));
}

void SimdKernels::gemm(const GemmArgs& args, Scratch scratch, Parallel& parallel) const {
  if (args.m == 0 || args.n == 0) return;
  const GemmTarget& target = gemm_target();
  const GemmPlan plan = plan_gemm(args, target, parallel.workers(), false);
  GLASS_CHECK(scratch.size() >= plan.scratch_bytes(parallel.workers()));
  GemmRun(args, plan, target, {}, reinterpret_cast<float*>(scratch.data())).run(parallel);
}

size_t SimdKernels::packed_bytes(int64_t n, int64_t k, WeightFormat format) const {
  const StoredPanels panels = stored_panels({.data = nullptr, .n = n, .k = k, .format = format});
  return static_cast<size_t>(round_up(n, panels.cols) / panels.cols * panels.panel_bytes());
}

PackedMatrix SimdKernels::pack(const float* b_NK, int64_t n, int64_t k, WeightFormat format,
                               std::span<std::byte> into, Parallel& parallel) const {
  GLASS_CHECK(into.size() >= packed_bytes(n, k, format));
  const PackedMatrix packed{.data = into.data(), .n = n, .k = k, .format = format};
  if (format == WeightFormat::kF32) {
    auto* panels = reinterpret_cast<float*>(into.data());
    pack_whole_b(b_NK, n, k, gemm_target(), panels, parallel);
  } else {
    pack_stored(b_NK, n, stored_panels(packed), parallel);
  }
  return packed;
}

void SimdKernels::gemm_packed(const GemmArgs& args, const PackedMatrix& packed, Scratch scratch,
                              Parallel& parallel) const {
  GLASS_CHECK(packed.n == args.n && packed.k == args.k && !args.round_b);
  if (args.m == 0 || args.n == 0) return;
  const GemmTarget& target = gemm_target();
  const StoredPanels stored = stored_panels(packed);
  if (args.m <= kMaxFewRows) return multiply_few_rows(args, target, stored, parallel);
  const bool has_panels = packed.format == WeightFormat::kF32;
  const GemmPlan plan = plan_gemm(args, target, parallel.workers(), has_panels);
  GLASS_CHECK(scratch.size() >= plan.scratch_bytes(parallel.workers()));
  GemmRun(args, plan, target, stored, reinterpret_cast<float*>(scratch.data())).run(parallel);
}

}  // namespace glass::engine
