// The cases of attention: whole, and in parts by key segment.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/kernels_test_kit.h"
#include "glass/engine/kernels/tree.h"

namespace glass::engine::testing {
namespace {

enum class Mask { kNone, kDocuments, kRecent };

struct Shape {
  int64_t batch, queries, keys, q_heads, kv_heads, head_dim;
  Mask mask = Mask::kNone;
  float scale = 1.0F;  // of the queries: large ones make one key win
  float softcap = 0;
};

// Queries, keys and values fused in one row per position, as the engine lays them out.
struct Problem {
  Shape shape;
  int64_t kv_row, q_row;  // floats per position
  Floats q, kv, out, dout, log_sum_exp;
  std::vector<int32_t> first_key;
  AttentionArgs args;
};

std::vector<int32_t> first_keys(const Shape& s) {
  std::vector<int32_t> first;
  for (int64_t b = 0; b < s.batch; ++b) {
    for (int64_t i = 0; i < s.queries; ++i) {
      const int64_t position = s.keys - s.queries + i;
      int64_t key = 0;
      if (s.mask == Mask::kDocuments) key = position / (37 + 50 * b) * (37 + 50 * b);
      if (s.mask == Mask::kRecent) key = std::max<int64_t>(0, position - 2);
      first.push_back(static_cast<int32_t>(key));
    }
  }
  return first;
}

Problem make_problem(const Shape& s) {
  const int64_t q_row = s.q_heads * s.head_dim + 3;
  const int64_t kv_row = 2 * s.kv_heads * s.head_dim + 1;
  return {.shape = s,
          .kv_row = kv_row,
          .q_row = q_row,
          .q = random_floats(1, s.batch * s.queries * q_row, s.scale),
          .kv = random_floats(2, s.batch * s.keys * kv_row),
          .out = Floats(s.batch * s.queries * q_row, 77.0F),
          .dout = random_floats(3, s.batch * s.queries * q_row),
          .log_sum_exp = Floats(s.batch * s.q_heads * s.queries, 77.0F),
          .first_key = first_keys(s),
          .args = {}};
}

AttentionArgs& fill_args(Problem& p, bool wants_backward) {
  const Shape& s = p.shape;
  p.args = {.batch = s.batch,
            .queries = s.queries,
            .keys = s.keys,
            .q_heads = s.q_heads,
            .kv_heads = s.kv_heads,
            .head_dim = s.head_dim,
            .q = p.q.data(),
            .k = p.kv.data(),
            .v = p.kv.data() + s.kv_heads * s.head_dim,
            .out = p.out.data(),
            .q_stride = p.q_row,
            .k_stride = p.kv_row,
            .v_stride = p.kv_row,
            .out_stride = p.q_row,
            .q_batch_stride = s.queries * p.q_row,
            .k_batch_stride = s.keys * p.kv_row,
            .v_batch_stride = s.keys * p.kv_row,
            .out_batch_stride = s.queries * p.q_row,
            .first_key = p.first_key.data(),
            .scale = 0.7F,
            .softcap = s.softcap,
            .log_sum_exp = wants_backward ? p.log_sum_exp.data() : nullptr};
  return p.args;
}

Outputs run_whole(const Kernels& kernels, Parallel& parallel, const Shape& s) {
  Problem p = make_problem(s);
  const bool backward = s.queries == s.keys;
  const AttentionArgs& args = fill_args(p, backward);
  ScratchSpace scratch(kernels.attention_scratch(args, parallel.workers()));
  kernels.attention(args, scratch.span(), parallel);
  Outputs outputs = {{"out", p.out.span()}, {"log_sum_exp", p.log_sum_exp.span()}};
  if (!backward) return outputs;
  Floats dq(s.batch * s.queries * p.q_row, 77.0F), dkv(s.batch * s.keys * p.kv_row, 77.0F);
  const AttentionBackwardArgs back{.forward = args,
                                   .dout = p.dout.data(),
                                   .dq = dq.data(),
                                   .dk = dkv.data(),
                                   .dv = dkv.data() + s.kv_heads * s.head_dim};
  ScratchSpace more(kernels.attention_backward_scratch(back, parallel.workers()));
  kernels.attention_backward(back, more.span(), parallel);
  outputs.emplace_back("dq", dq.span());
  outputs.emplace_back("dk and dv", dkv.span());
  return outputs;
}

// The parts themselves are outputs too; a maximum of -0 or +0 is the same to all that follows.
Outputs run_parts(const Kernels& kernels, Parallel& parallel, const Shape& s) {
  Problem p = make_problem(s);
  const AttentionArgs& args = fill_args(p, true);
  const int64_t rows = s.batch * s.q_heads * s.queries;
  ScratchSpace scratch(kernels.attention_scratch(args, parallel.workers()));
  Outputs outputs;
  std::vector<std::array<Floats, 3>> buffers;  // maximum, sum, output; moving keeps their place
  std::vector<AttentionPartial> partials;
  for (int64_t segment = 0; segment < segment_count(s.keys, kSegment); ++segment) {
    auto& [max, sum, out] =
        buffers.emplace_back(std::array{Floats(rows), Floats(rows), Floats(rows * s.head_dim)});
    partials.push_back({.max = max.data(), .sum = sum.data(), .out = out.data()});
    kernels.attention_partial(args, segment, partials.back(), scratch.span(), parallel);
    for (int64_t i = 0; i < rows; ++i) max.data()[i] += 0.0F;
    outputs.emplace_back("partial max", max.span());
    outputs.emplace_back("partial sum", sum.span());
    outputs.emplace_back("partial out", out.span());
  }
  kernels.merge_attention(args, partials, parallel);
  outputs.emplace_back("out", p.out.span());
  outputs.emplace_back("log_sum_exp", p.log_sum_exp.span());
  return outputs;
}

const std::vector<Shape> kShapes = {
    {.batch = 1, .queries = 1, .keys = 1, .q_heads = 1, .kv_heads = 1, .head_dim = 4},
    {.batch = 2, .queries = 5, .keys = 5, .q_heads = 2, .kv_heads = 1, .head_dim = 8},
    {.batch = 1, .queries = 33, .keys = 33, .q_heads = 4, .kv_heads = 2, .head_dim = 16},
    {.batch = 2,
     .queries = 40,
     .keys = 40,
     .q_heads = 3,
     .kv_heads = 3,
     .head_dim = 5,
     .mask = Mask::kDocuments},
    {.batch = 1, .queries = 256, .keys = 256, .q_heads = 2, .kv_heads = 1, .head_dim = 8},
    {.batch = 1,
     .queries = 257,
     .keys = 257,
     .q_heads = 1,
     .kv_heads = 1,
     .head_dim = 16,
     .mask = Mask::kDocuments},
    {.batch = 2,
     .queries = 300,
     .keys = 300,
     .q_heads = 4,
     .kv_heads = 2,
     .head_dim = 8,
     .mask = Mask::kDocuments,
     .scale = 30.0F},
    {.batch = 1,
     .queries = 520,
     .keys = 520,
     .q_heads = 3,
     .kv_heads = 1,
     .head_dim = 4,
     .mask = Mask::kRecent},
    {.batch = 1, .queries = 600, .keys = 600, .q_heads = 2, .kv_heads = 2, .head_dim = 20},
    {.batch = 1,
     .queries = 9,
     .keys = 9,
     .q_heads = 2,
     .kv_heads = 1,
     .head_dim = 300,
     .mask = Mask::kNone,
     .scale = 0.3F},
    {.batch = 1, .queries = 1, .keys = 700, .q_heads = 4, .kv_heads = 2, .head_dim = 16},
    {.batch = 2, .queries = 1, .keys = 90, .q_heads = 4, .kv_heads = 2, .head_dim = 38},
    {.batch = 1,
     .queries = 1,
     .keys = 515,
     .q_heads = 3,
     .kv_heads = 3,
     .head_dim = 70,
     .mask = Mask::kDocuments,
     .scale = 30.0F},
    {.batch = 2,
     .queries = 1,
     .keys = 1030,
     .q_heads = 2,
     .kv_heads = 1,
     .head_dim = 5,
     .mask = Mask::kRecent},
    {.batch = 2,
     .queries = 3,
     .keys = 260,
     .q_heads = 2,
     .kv_heads = 1,
     .head_dim = 64,
     .mask = Mask::kDocuments},
    {.batch = 1,
     .queries = 70,
     .keys = 1030,
     .q_heads = 2,
     .kv_heads = 1,
     .head_dim = 8,
     .mask = Mask::kNone,
     .scale = 4.0F},
    {.batch = 1,
     .queries = 50,
     .keys = 50,
     .q_heads = 2,
     .kv_heads = 1,
     .head_dim = 64,
     .mask = Mask::kNone,
     .scale = 400.0F},
    {.batch = 2,
     .queries = 300,
     .keys = 300,
     .q_heads = 4,
     .kv_heads = 2,
     .head_dim = 9,
     .mask = Mask::kDocuments,
     .scale = 30.0F,
     .softcap = 5.0F},
    {.batch = 1,
     .queries = 520,
     .keys = 520,
     .q_heads = 2,
     .kv_heads = 1,
     .head_dim = 4,
     .mask = Mask::kRecent,
     .scale = 2.0F,
     .softcap = 50.0F},
    {.batch = 1,
     .queries = 5,
     .keys = 300,
     .q_heads = 2,
     .kv_heads = 1,
     .head_dim = 256,
     .mask = Mask::kNone,
     .scale = 9.0F,
     .softcap = 3.0F},
    {.batch = 2,
     .queries = 1,
     .keys = 300,
     .q_heads = 4,
     .kv_heads = 2,
     .head_dim = 24,
     .mask = Mask::kDocuments,
     .scale = 9.0F,
     .softcap = 3.0F},
};

}  // namespace

KernelCases attention_cases() {
  KernelCases cases;
  for (const Shape& s : kShapes) {
    const std::string name =
        fmt::format("batch {} queries {} keys {} heads {}/{}x{} mask {}{}", s.batch, s.queries,
                    s.keys, s.q_heads, s.kv_heads, s.head_dim, static_cast<int>(s.mask),
                    s.softcap == 0 ? "" : fmt::format(" cap {}", s.softcap));
    cases.push_back({"attention " + name, [=](const Kernels& kernels, Parallel& parallel) {
                       return run_whole(kernels, parallel, s);
                     }});
    cases.push_back({"attention in parts " + name, [=](const Kernels& kernels, Parallel& parallel) {
                       return run_parts(kernels, parallel, s);
                     }});
  }
  return cases;
}

}  // namespace glass::engine::testing
