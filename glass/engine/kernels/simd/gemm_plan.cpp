// The cuts of a matrix product.
#include "glass/engine/kernels/simd/gemm_plan.h"

#include <algorithm>

#include "glass/base/check.h"
#include "glass/engine/kernels/simd/gemm_merge.h"

namespace glass::engine {

namespace {

constexpr int64_t kPageFloats =
    1024;  // rows that many apart fall into the same sets of the L1 cache

int64_t ceil_div(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

// `total` cut into equal parts of at most `limit`, each a multiple of `unit`.
int64_t equal_part(int64_t total, int64_t limit, int64_t unit) {
  const int64_t parts = std::max<int64_t>(1, ceil_div(total, std::max(limit, unit)));
  return round_up(ceil_div(total, parts), unit);
}

GemmPlan::A choose_a(const GemmArgs& args) {
  if (args.form == GemmArgs::Form::kTN) return GemmPlan::A::kPanels;
  if (args.a_stride % kPageFloats == 0 && args.m > 1) return GemmPlan::A::kCopied;
  return GemmPlan::A::kRows;
}

void cut_b(GemmPlan& plan, const GemmArgs& args, int64_t tile_cols, bool b_is_packed,
           const GemmLimits& limits) {
  const int64_t k = plan.segments * kSegment;
  const int64_t n = round_up(args.n, tile_cols);
  plan.node_segments =
      plan.segments <= limits.whole_node_segments ? plan.segments : limits.node_segments;
  if (plan.is_narrow) {
    plan.phase_per_node = true;
    plan.chunk_cols = n;
    plan.node_segments =
        std::clamp<int64_t>(limits.narrow_chunk_floats / (n * kSegment), 1, limits.node_segments);
  } else if (b_is_packed || n * k <= limits.chunk_floats) {
    plan.chunk_cols = n;
  } else if (limits.min_chunk_cols * k <= limits.chunk_floats) {
    plan.chunk_cols = equal_part(n, limits.chunk_floats / k, tile_cols);
  } else {
    plan.phase_per_node = true;
    plan.chunk_cols = equal_part(n, 2 * limits.min_chunk_cols, tile_cols);
    plan.node_segments = std::clamp<int64_t>(limits.chunk_floats / (plan.chunk_cols * kSegment), 1,
                                             2 * limits.node_segments);
  }
  GLASS_DCHECK(plan.node_segments <= kMaxNodeSegments);
}

void cut_a(GemmPlan& plan, const GemmArgs& args, const GemmTarget& target, int workers,
           const GemmLimits& limits) {
  const int64_t node_k = std::clamp<int64_t>(args.k, 1, plan.node_segments * kSegment);
  const int64_t panels = ceil_div(plan.group_rows, target.tile_rows);
  const int64_t limit =
      std::clamp(limits.block_floats / (node_k * target.tile_rows), limits.min_block_panels,
                 plan.is_narrow ? limits.narrow_max_block_panels : limits.max_block_panels);
  plan.blocks = std::min(round_up(ceil_div(panels, limit), workers), panels);
  plan.block_rows = ceil_div(panels, plan.blocks) * target.tile_rows;
  const int64_t b_panels = plan.chunk_cols / target.tile_cols;
  plan.column_parts = std::clamp<int64_t>(ceil_div(2 * workers, plan.blocks), 1, b_panels);
}

}  // namespace

GemmPlan plan_gemm(const GemmArgs& args, const GemmTarget& target, int workers, bool b_is_packed,
                   const GemmLimits& limits) {
  GemmPlan plan;
  plan.a = choose_a(args);
  plan.segments = std::max<int64_t>(1, segment_count(args.k, kSegment));
  plan.is_narrow = workers == 1 && !b_is_packed && args.form == GemmArgs::Form::kTN &&
                   args.n <= limits.narrow_cols && args.n * args.k > limits.narrow_from_floats;
  cut_b(plan, args, target.tile_cols, b_is_packed, limits);
  const int node_slots = slot_count(plan.segments, plan.node_segments);
  plan.c_waits = !args.accumulate && args.residual == nullptr;
  plan.node_slots = plan.segments <= plan.node_segments ? 0 : node_slots - (plan.c_waits ? 1 : 0);

  plan.group_rows = args.m;
  if (plan.phase_per_node && plan.node_slots > 0) {
    const int64_t limit = limits.shared_slot_floats / (plan.node_slots * plan.chunk_cols);
    plan.group_rows = equal_part(args.m, limit, target.tile_rows);
    plan.shared_slot_floats =
        plan.node_slots * plan.chunk_cols * round_up(plan.group_rows, target.tile_rows);
  }
  cut_a(plan, args, target, workers, limits);
  const int64_t node_k = round_up(std::min(args.k, plan.node_segments * kSegment), kSegment);
  if (!plan.phase_per_node)
    plan.node_slot_floats = plan.node_slots * plan.chunk_cols * plan.block_rows;
  if (plan.a == GemmPlan::A::kPanels) plan.a_floats = plan.block_rows * node_k;
  if (plan.a == GemmPlan::A::kCopied) plan.a_floats = plan.block_rows * (node_k + 16);
  if (!b_is_packed) {
    plan.b_floats =
        plan.chunk_cols * kSegment * (plan.phase_per_node ? plan.node_segments : plan.segments);
  }
  return plan;
}

}  // namespace glass::engine
