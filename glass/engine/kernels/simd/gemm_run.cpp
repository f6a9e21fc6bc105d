// The loops around the micro-kernels.
#include "glass/engine/kernels/simd/gemm_run.h"

#include <algorithm>
#include <cstring>
#include <thread>

#include "glass/base/check.h"

namespace glass::engine {

namespace {

constexpr int64_t kPackPanels = 8;   // of B: a unit of packing
constexpr int64_t kPanelsAhead = 4;  // calls of a micro-kernel that fetch the next panel of B
constexpr int64_t kCopyPad = 16;     // floats between copied rows: one cache line
constexpr int kSpinsBeforeYield = 10'000;

// The range of part `part` when `count` things are cut into `parts`.
int64_t part_begin(int64_t count, int64_t parts, int64_t part) {
  return count * part / parts;
}

}  // namespace

// Where a tile goes and what is added to it first; all of it for the first row of the block.
struct GemmRun::Output {
  Addend addends[kMaxAddends];
  int addend_count = 0;
  float* out = nullptr;
  int64_t out_stride = 0;
  int64_t cols = 0;

  void add(Addend addend) {
    GLASS_DCHECK(addend_count < kMaxAddends);
    addends[addend_count++] = addend;
  }

  void put(Addend place) {
    out = const_cast<float*>(place.data);
    out_stride = place.stride;
  }
};

int64_t GemmRun::k_of(const Range& segments) const {
  return std::min(args_.k, segments.end * kSegment) - segments.begin * kSegment;
}

int64_t GemmRun::chunk_width(const Phase& phase) const {
  return round_up(phase.cols.size(), target_.tile_cols);
}

float* GemmRun::worker_scratch(int worker) const {
  return scratch_ + plan_.shared_floats() + worker * plan_.worker_floats();
}

const float* GemmRun::b_panel(const Phase& phase, int64_t col, int64_t segment) const {
  const float* base = has_panels() ? reinterpret_cast<const float*>(stored_.data) : scratch_;
  return base + (col - phase.cols.begin) * phase.k +
         (segment - phase.segments.begin) * kSegment * target_.tile_cols;
}

Addend GemmRun::node_slot(const Phase& phase, const Block& block, int64_t col, int slot) const {
  if (plan_.c_waits && slot == 0)
    return {args_.c + block.rows.begin * args_.c_stride + col, args_.c_stride};
  const int index = slot - (plan_.c_waits ? 1 : 0);
  const int64_t stride = plan_.chunk_cols;
  const int64_t left = col - phase.cols.begin;
  if (plan_.phase_per_node) {
    const int64_t row = block.rows.begin - phase.rows.begin;
    const int64_t size = plan_.shared_slot_floats / plan_.node_slots;
    return {scratch_ + plan_.b_floats + index * size + row * stride + left, stride};
  }
  const int64_t size = plan_.block_rows * stride;
  return {worker_scratch(block.worker) + plan_.a_floats + index * size + left, stride};
}

void GemmRun::run(Parallel& parallel) {
  const int64_t step = plan_.phase_per_node ? plan_.node_segments : plan_.segments;
  for (int64_t row = 0; row < args_.m; row += plan_.group_rows) {
    for (int64_t col = 0; col < args_.n; col += plan_.chunk_cols) {
      for (int64_t segment = 0; segment < plan_.segments;) {
        const Merge node = merge_of(segment, plan_.segments, step);
        Phase phase{.rows = {row, std::min(args_.m, row + plan_.group_rows)},
                    .cols = {col, std::min(args_.n, col + plan_.chunk_cols)},
                    .segments = {node.begin, node.end},
                    .k = k_of({node.begin, node.end})};
        run_phase(phase, parallel);
        segment = node.end;
      }
    }
  }
}

void GemmRun::run_phase(Phase& phase, Parallel& parallel) {
  parallel.run([&](int worker) {
    if (!has_panels()) pack_b(phase);
    multiply(phase, worker);
  });
}

// Units are claimed, not assigned, so whoever waits here waits only for units that others are
// working on at this moment.
void GemmRun::pack_b(Phase& phase) {
  const int64_t unit_cols = kPackPanels * target_.tile_cols;
  const int64_t units_wide = (phase.cols.size() + unit_cols - 1) / unit_cols;
  const int64_t units = units_wide * phase.segments.size();
  for (int64_t unit; (unit = phase.next_unit.fetch_add(1)) < units;) {
    const int64_t segment = phase.segments.begin + unit / units_wide;
    const int64_t col = phase.cols.begin + unit % units_wide * unit_cols;
    pack_unit(phase, segment, col, std::min(unit_cols, phase.cols.end - col));
    phase.units_done.fetch_add(1, std::memory_order_release);
  }
  for (int spins = 0; phase.units_done.load(std::memory_order_acquire) < units; ++spins) {
    if (spins > kSpinsBeforeYield) std::this_thread::yield();
  }
}

void GemmRun::pack_unit(const Phase& phase, int64_t segment, int64_t col, int64_t cols) {
  auto* to = const_cast<float*>(b_panel(phase, col, segment));
  const int64_t k = segment * kSegment;
  const int64_t count = k_of({segment, segment + 1});
  const int64_t panel_stride = phase.k * target_.tile_cols;
  if (stored_.data == nullptr) {
    const bool transposed = args_.form == GemmArgs::Form::kNT;
    const auto& packs = transposed ? target_.pack_b_transposed : target_.pack_b;
    const auto pack = packs[args_.round_b ? 1 : 0];
    pack(args_.b + (transposed ? col * args_.b_stride + k : k * args_.b_stride + col),
         args_.b_stride, count, cols, to, panel_stride);
    return;
  }
  const auto expand = target_.stored[static_cast<size_t>(stored_.format)].expand;
  for (int64_t end = col + cols; col < end; col += target_.tile_cols, to += panel_stride)
    expand(stored_.panel(col, k), stored_.offset_of(kQuantBlock), count, to);
}

void GemmRun::multiply(Phase& phase, int worker) {
  const int64_t tile_rows = target_.tile_rows;
  const int64_t panels = (phase.rows.size() + tile_rows - 1) / tile_rows;
  const int64_t b_panels = chunk_width(phase) / target_.tile_cols;
  const int64_t blocks = std::min(plan_.blocks, panels);
  const int64_t parts = std::min(plan_.column_parts, b_panels);
  for (int64_t task; (task = phase.next_task.fetch_add(1)) < blocks * parts;) {
    const int64_t block_index = task / parts;
    const int64_t part = task % parts;
    const auto row = [&](int64_t index) {
      const int64_t begin = part_begin(panels, blocks, index) * tile_rows;
      return std::min(phase.rows.end, phase.rows.begin + begin);
    };
    const auto col = [&](int64_t index) {
      return phase.cols.begin + part_begin(b_panels, parts, index) * target_.tile_cols;
    };
    Block block{.worker = worker,
                .rows = {row(block_index), row(block_index + 1)},
                .cols = {col(part), col(part + 1)},
                .node = {}};
    for (int64_t segment = phase.segments.begin; segment < phase.segments.end;) {
      block.node = merge_of(segment, plan_.segments, plan_.node_segments);
      prepare_a(block);
      multiply_node(phase, block);
      segment = block.node.end;
    }
  }
}

void GemmRun::prepare_a(const Block& block) {
  if (plan_.a == GemmPlan::A::kRows) return;
  float* to = worker_scratch(block.worker);
  const int64_t k = block.node.begin * kSegment;
  const int64_t node_k = k_of({block.node.begin, block.node.end});
  if (plan_.a == GemmPlan::A::kCopied) {
    const int64_t stride = plan_.node_segments * kSegment + kCopyPad;
    for (int64_t row = block.rows.begin; row < block.rows.end; ++row, to += stride) {
      std::memcpy(to, args_.a + row * args_.a_stride + k,
                  static_cast<size_t>(node_k) * sizeof(float));
    }
    return;
  }
  target_.pack_a_transposed(args_.a + k * args_.a_stride + block.rows.begin, args_.a_stride, node_k,
                            block.rows.size(), to, node_k * target_.tile_rows);
}

void GemmRun::multiply_node(const Phase& phase, const Block& block) {
  const int64_t segments = block.node.end - block.node.begin;
  uint8_t merges[kMaxNodeSegments];
  for (int64_t i = 0; i < segments; ++i)
    merges[i] = static_cast<uint8_t>(merge_of(i, segments, 1).merges);
  for (int64_t col = block.cols.begin; col < block.cols.end; col += target_.tile_cols)
    multiply_panel(phase, block, col, merges);
}

// What follows the last segment of the node: the siblings of the node, and at the root what is
// added to the product.
void GemmRun::add_finish(Output& output, const Phase& phase, const Block& block,
                         int64_t col) const {
  const Merge& node = block.node;
  for (int i = 1; i <= node.merges; ++i) output.add(node_slot(phase, block, col, node.slot - i));
  if (node.end < plan_.segments) {
    const int slot = node.slot - node.merges;
    output.put(node_slot(phase, block, col, slot));
    if (plan_.c_waits && slot == 0)
      output.cols = std::min<int64_t>(target_.tile_cols, phase.cols.end - col);
    return;
  }
  const int64_t at = block.rows.begin * args_.c_stride + col;
  if (args_.accumulate) output.add({args_.c + at, args_.c_stride});
  if (args_.bias != nullptr) output.add({args_.bias + col, 0});
  if (args_.residual != nullptr) output.add({args_.residual + at, args_.c_stride});
  output.put({args_.c + at, args_.c_stride});
  output.cols = std::min<int64_t>(target_.tile_cols, phase.cols.end - col);
}

// The tiles of one panel of B for all rows of the block.
void GemmRun::multiply_panel(const Phase& phase, const Block& block, int64_t col,
                             const uint8_t* merges) {
  const Merge& node = block.node;
  Output output;
  output.cols = target_.tile_cols;
  add_finish(output, phase, block, col);

  const int64_t k = k_of({node.begin, node.end});
  const bool panels = plan_.a == GemmPlan::A::kPanels;
  const float* a = worker_scratch(block.worker);
  int64_t a_stride = k;  // between rows of a panel's worth: a panel of r rows has r * k floats
  if (plan_.a == GemmPlan::A::kRows) {
    a = args_.a + block.rows.begin * args_.a_stride + node.begin * kSegment;
    a_stride = args_.a_stride;
  } else if (!panels) {
    a_stride = plan_.node_segments * kSegment + kCopyPad;
  }
  const int64_t next_col = col + target_.tile_cols;
  const float* ahead = next_col < block.cols.end ? b_panel(phase, next_col, node.begin) : nullptr;

  TileJob job{.k = k,
              .merges = merges,
              .a = a,
              .a_stride = a_stride,
              .b = b_panel(phase, col, node.begin),
              .ahead = nullptr,
              .addends = output.addends,
              .addend_count = output.addend_count,
              .out = output.out,
              .out_stride = output.out_stride,
              .cols = output.cols};
  for (int64_t row = block.rows.begin, i = 0; row < block.rows.end; ++i) {
    const int64_t rows = std::min<int64_t>(target_.tile_rows, block.rows.end - row);
    job.ahead = ahead != nullptr && i < kPanelsAhead ? ahead + i * k * 4 : job.b;
    (panels ? target_.panels_of_a : target_.rows_of_a)[rows - 1](job);
    row += rows;
    job.a += rows * a_stride;
    job.out += rows * job.out_stride;
    for (int t = 0; t < output.addend_count; ++t)
      output.addends[t].data += rows * output.addends[t].stride;
  }
}

void multiply_few_rows(const GemmArgs& args, const GemmTarget& target, const StoredPanels& stored,
                       Parallel& parallel) {
  const auto& kernels = target.stored[static_cast<size_t>(stored.format)];
  const auto row_kernel = static_cast<size_t>(args.m - 1);
  const int64_t together = kPanelsOfRows[row_kernel];
  const int64_t panels = round_up(args.n, stored.cols) / stored.cols;
  parallel.split(panels, together, [&](int64_t begin, int64_t end, int /*worker*/) {
    for (int64_t panel = begin; panel < end;) {
      const bool whole = panel + together <= end;
      const int64_t col = panel * stored.cols;
      Addend addends[3];
      int count = 0;
      if (args.accumulate) addends[count++] = {args.c + col, args.c_stride};
      if (args.bias != nullptr) addends[count++] = {args.bias + col, 0};
      if (args.residual != nullptr) addends[count++] = {args.residual + col, args.c_stride};
      (whole ? kernels.rows
             : kernels.rows_alone)[row_kernel]({.a = args.a,
                                                .a_stride = args.a_stride,
                                                .k = args.k,
                                                .b = stored.panel(col, 0),
                                                .panel_bytes = stored.panel_bytes(),
                                                .block_bytes = stored.offset_of(kQuantBlock),
                                                .addends = addends,
                                                .addend_count = count,
                                                .out = args.c + col,
                                                .out_stride = args.c_stride,
                                                .cols = args.n - col});
      panel += whole ? together : 1;
    }
  });
}

void pack_whole_b(const float* b_NK, int64_t n, int64_t k, const GemmTarget& target, float* into,
                  Parallel& parallel) {
  const int64_t panels = round_up(n, target.tile_cols) / target.tile_cols;
  parallel.split(panels, 1, [&](int64_t begin, int64_t end, int) {
    const int64_t col = begin * target.tile_cols;
    const int64_t cols = std::min(n, end * target.tile_cols) - col;
    target.pack_b_transposed[0](b_NK + col * k, k, k, cols, into + col * k, k * target.tile_cols);
  });
}

}  // namespace glass::engine
