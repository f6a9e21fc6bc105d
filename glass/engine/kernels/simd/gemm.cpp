// Matrix products: the methods of SimdKernels. See gemm_plan.h for how they work.
#include <algorithm>

#include "glass/base/check.h"
#include "glass/engine/kernels/simd/gemm_plan.h"
#include "glass/engine/kernels/simd/gemm_run.h"
#include "glass/engine/kernels/simd/gemm_target.h"
#include "glass/engine/kernels/simd/simd_kernels.h"

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
  GemmRun(args, plan, target, nullptr, reinterpret_cast<float*>(scratch.data())).run(parallel);
}

size_t SimdKernels::packed_bytes(int64_t n, int64_t k) const {
  return sizeof(float) * static_cast<size_t>(packed_b_floats(n, k, gemm_target()));
}

PackedMatrix SimdKernels::pack(const float* b_NK, int64_t n, int64_t k, std::span<std::byte> into,
                               Parallel& parallel) const {
  GLASS_CHECK(into.size() >= packed_bytes(n, k));
  pack_whole_b(b_NK, k, true, n, k, gemm_target(), reinterpret_cast<float*>(into.data()), parallel);
  return {.data = into.data(), .n = n, .k = k};
}

void SimdKernels::gemm_packed(const GemmArgs& args, const PackedMatrix& packed, Scratch scratch,
                              Parallel& parallel) const {
  GLASS_CHECK(packed.n == args.n && packed.k == args.k);
  if (args.m == 0 || args.n == 0) return;
  const GemmTarget& target = gemm_target();
  const GemmPlan plan = plan_gemm(args, target, parallel.workers(), true);
  GLASS_CHECK(scratch.size() >= plan.scratch_bytes(parallel.workers()));
  const auto* b = reinterpret_cast<const float*>(packed.data);
  GemmRun(args, plan, target, b, reinterpret_cast<float*>(scratch.data())).run(parallel);
}

}  // namespace glass::engine
