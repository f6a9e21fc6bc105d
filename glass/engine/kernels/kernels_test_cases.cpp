// The cases of the kernels that work on matrices, rows and elements; attention, activations and
// the loss have files of their own.
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/kernels_test_kit.h"

namespace glass::engine::testing {
namespace {

struct GemmShape {
  int64_t m, n, k;
};

struct GemmOptions {
  std::string name;
  bool accumulate = false;
  bool bias = false;
  bool residual = false;
  bool in_place = false;  // the residual is c itself
  bool round_b = false;
  float scale = 1.0F;
};

const std::vector<GemmShape> kGemmShapes = {
    {.m = 1, .n = 1, .k = 1},     {.m = 1, .n = 1, .k = 0},     {.m = 3, .n = 5, .k = 7},
    {.m = 1, .n = 33, .k = 256},  {.m = 2, .n = 17, .k = 257},  {.m = 6, .n = 16, .k = 64},
    {.m = 7, .n = 9, .k = 513},   {.m = 13, .n = 31, .k = 700}, {.m = 33, .n = 65, .k = 40},
    {.m = 1, .n = 70, .k = 1030}, {.m = 3, .n = 67, .k = 600},  {.m = 4, .n = 35, .k = 290},
    {.m = 5, .n = 3, .k = 1300},  {.m = 26, .n = 50, .k = 256}, {.m = 12, .n = 64, .k = 300}};

const std::vector<GemmOptions> kGemmOptions = {
    {.name = "plain"},
    {.name = "accumulate", .accumulate = true},
    {.name = "bias", .bias = true},
    {.name = "residual", .residual = true},
    {.name = "all", .accumulate = true, .bias = true, .residual = true},
    {.name = "in place", .bias = true, .residual = true, .in_place = true},
    {.name = "rounded", .bias = true, .round_b = true},
    {.name = "underflow", .scale = 3e-23F}};

std::string form_name(GemmArgs::Form form) {
  switch (form) {
    case GemmArgs::Form::kNT: return "NT";
    case GemmArgs::Form::kNN: return "NN";
    case GemmArgs::Form::kTN: return "TN";
  }
  return "";
}

// How B comes: as it is, or packed.
using Packed = std::optional<WeightFormat>;

Outputs run_gemm(const Kernels& kernels, Parallel& parallel, GemmArgs::Form form, GemmShape s,
                 const GemmOptions& options, Packed packed) {
  const int64_t a_cols = form == GemmArgs::Form::kTN ? s.m : s.k;
  const int64_t b_cols = form == GemmArgs::Form::kNT ? s.k : s.n;
  const int64_t a_rows = form == GemmArgs::Form::kTN ? s.k : s.m;
  const int64_t b_rows = form == GemmArgs::Form::kNT ? s.n : s.k;
  const int64_t pad = packed ? 0 : 3;
  GemmArgs args{.form = form, .m = s.m, .n = s.n, .k = s.k};
  args.a_stride = a_cols + 2;
  args.b_stride = b_cols + pad;
  args.c_stride = s.n + 1;
  args.accumulate = options.accumulate;
  args.round_b = options.round_b;
  const Floats a = random_floats(1, a_rows * args.a_stride, options.scale);
  const Floats b = random_floats(2, b_rows * args.b_stride, options.scale);
  const Floats bias = random_floats(3, s.n);
  const Floats residual = random_floats(4, s.m * args.c_stride);
  const bool reads_c = options.accumulate || options.in_place;
  Floats c =
      reads_c ? random_floats(5, s.m * args.c_stride) : Floats(s.m * args.c_stride, kUntouched);
  args.a = a.data();
  args.b = b.data();
  args.c = c.data();
  if (options.bias) args.bias = bias.data();
  if (options.residual) args.residual = options.in_place ? c.data() : residual.data();
  ScratchSpace scratch(kernels.gemm_scratch(args, parallel.workers()));
  if (packed) {
    ScratchSpace room(kernels.packed_bytes(s.n, s.k, *packed));
    const PackedMatrix matrix = kernels.pack(b.data(), s.n, s.k, *packed, room.span(), parallel);
    args.b = nullptr;
    kernels.gemm_packed(args, matrix, scratch.span(), parallel);
  } else {
    kernels.gemm(args, scratch.span(), parallel);
  }
  return {{"c", c.span()}};
}

}  // namespace

KernelCases gemm_cases() {
  using Form = GemmArgs::Form;
  KernelCases cases;
  const auto add = [&](Form form, GemmShape shape, const GemmOptions& options, Packed packed) {
    const std::string how = !packed                         ? ""
                            : *packed == WeightFormat::kF32 ? "packed "
                                                            : fmt::format("{} ", name(*packed));
    cases.push_back({fmt::format("gemm {}{} {}x{}x{} {}", how, form_name(form), shape.m, shape.n,
                                 shape.k, options.name),
                     [=](const Kernels& kernels, Parallel& parallel) {
                       return run_gemm(kernels, parallel, form, shape, options, packed);
                     }});
  };
  for (const GemmShape& shape : kGemmShapes) {
    for (const GemmOptions& options : kGemmOptions) {
      for (const Form form : {Form::kNT, Form::kNN, Form::kTN}) add(form, shape, options, {});
      if (options.round_b) continue;  // what is packed was rounded then
      for (const WeightFormat format : kWeightFormats) add(Form::kNT, shape, options, format);
    }
  }
  return cases;
}

namespace {

struct MatrixShape {
  int64_t rows, cols;
  float scale = 1.0F;
  int64_t groups = 1;  // norms only: of so many columns in a row,
  int64_t others = 0;  // besides as many that do not belong to one

  [[nodiscard]] std::string name() const {
    const std::string several = groups == 1 ? "" : fmt::format(" of {} groups", groups);
    return fmt::format("{}x{}{}", rows, cols, several);
  }
};

const std::vector<MatrixShape> kNormShapes = {
    {.rows = 1, .cols = 1},    {.rows = 3, .cols = 7},
    {.rows = 5, .cols = 16},   {.rows = 4, .cols = 255},
    {.rows = 2, .cols = 256},  {.rows = 3, .cols = 257},
    {.rows = 300, .cols = 33}, {.rows = 2, .cols = 1000},
    {.rows = 515, .cols = 20}, {.rows = 3, .cols = 40, .scale = 2e-23F}};

const std::vector<MatrixShape> kGroupShapes = {{.rows = 1, .cols = 3, .groups = 2, .others = 1},
                                               {.rows = 17, .cols = 8, .groups = 3, .others = 16},
                                               {.rows = 270, .cols = 70, .groups = 5, .others = 3},
                                               {.rows = 6, .cols = 300, .groups = 4, .others = 0}};

Outputs run_rms_norm(const Kernels& kernels, Parallel& parallel, MatrixShape s, bool in_place) {
  const int64_t stride = s.groups * s.cols + s.others;
  const int64_t count = s.rows * stride;
  const Floats x = random_floats(1, count, s.scale);
  const Floats weight = random_floats(2, s.cols);
  Floats dy = random_floats(3, count, s.scale);
  Floats y(count), rstd(s.rows * s.groups), dx(count), dweight(s.cols, kUntouched);
  kernels.rms_norm({.x_NC = x.data(),
                    .weight_C = weight.data(),
                    .y_NC = y.data(),
                    .rstd_N = rstd.data(),
                    .rows = s.rows,
                    .cols = s.cols,
                    .epsilon = 1e-5F,
                    .groups = s.groups,
                    .stride = stride},
                   parallel);
  Floats& gradient = in_place ? dy : dx;
  kernels.rms_norm_backward({.dy_NC = dy.data(),
                             .x_NC = x.data(),
                             .weight_C = weight.data(),
                             .rstd_N = rstd.data(),
                             .dx_NC = gradient.data(),
                             .dweight_C = dweight.data(),
                             .rows = s.rows,
                             .cols = s.cols,
                             .groups = s.groups,
                             .stride = stride},
                            parallel);
  return {
      {"y", y.span()}, {"rstd", rstd.span()}, {"dx", gradient.span()}, {"dweight", dweight.span()}};
}

Outputs run_layer_norm(const Kernels& kernels, Parallel& parallel, MatrixShape s, bool has_bias,
                       bool in_place) {
  const int64_t count = s.rows * s.cols;
  const Floats x = random_floats(1, count, s.scale);
  const Floats weight = random_floats(2, s.cols);
  const Floats bias = random_floats(4, s.cols);
  Floats dy = random_floats(3, count, s.scale);
  Floats y(count), mean(s.rows), rstd(s.rows), dx(count);
  Floats dweight(s.cols, kUntouched), dbias(s.cols, kUntouched);
  kernels.layer_norm({.x_NC = x.data(),
                      .weight_C = weight.data(),
                      .bias_C = has_bias ? bias.data() : nullptr,
                      .y_NC = y.data(),
                      .mean_N = mean.data(),
                      .rstd_N = rstd.data(),
                      .rows = s.rows,
                      .cols = s.cols,
                      .epsilon = 1e-5F},
                     parallel);
  Floats& gradient = in_place ? dy : dx;
  kernels.layer_norm_backward({.dy_NC = dy.data(),
                               .x_NC = x.data(),
                               .weight_C = weight.data(),
                               .mean_N = mean.data(),
                               .rstd_N = rstd.data(),
                               .dx_NC = gradient.data(),
                               .dweight_C = dweight.data(),
                               .dbias_C = has_bias ? dbias.data() : nullptr,
                               .rows = s.rows,
                               .cols = s.cols},
                              parallel);
  return {{"y", y.span()},         {"mean", mean.span()},       {"rstd", rstd.span()},
          {"dx", gradient.span()}, {"dweight", dweight.span()}, {"dbias", dbias.span()}};
}

}  // namespace

KernelCases norm_cases() {
  KernelCases cases;
  const auto add_rms_norm = [&](const MatrixShape& s, bool in_place) {
    cases.push_back({fmt::format("rms_norm {}{}", s.name(), in_place ? " in place" : ""),
                     [=](const Kernels& kernels, Parallel& parallel) {
                       return run_rms_norm(kernels, parallel, s, in_place);
                     }});
  };
  for (const MatrixShape& s : kGroupShapes) {
    for (const bool in_place : {false, true}) add_rms_norm(s, in_place);
  }
  for (const MatrixShape& s : kNormShapes) {
    for (const bool in_place : {false, true}) {
      add_rms_norm(s, in_place);
      cases.push_back({fmt::format("layer_norm {}x{}{}", s.rows, s.cols,
                                   in_place ? " in place, without bias" : ""),
                       [=](const Kernels& kernels, Parallel& parallel) {
                         return run_layer_norm(kernels, parallel, s, !in_place, in_place);
                       }});
    }
  }
  return cases;
}

namespace {

struct RopeShape {
  int64_t rows, heads, head_dim, rotary_dim;
};

Outputs run_rope(const Kernels& kernels, Parallel& parallel, RopeShape s, bool interleaved,
                 bool inverse) {
  constexpr int64_t kPositions = 50;
  const int64_t stride = s.heads * s.head_dim + 5;
  Floats x = random_floats(1, s.rows * stride);
  const Floats table = random_floats(2, kPositions * s.rotary_dim);
  const std::vector<int32_t> position = random_indices(3, s.rows, kPositions);
  kernels.rope({.x = x.data(),
                .rows = s.rows,
                .stride = stride,
                .heads = s.heads,
                .head_dim = s.head_dim,
                .rotary_dim = s.rotary_dim,
                .interleaved = interleaved,
                .inverse = inverse,
                .position_N = position.data(),
                .table = table.data()},
               parallel);
  return {{"x", x.span()}};
}

}  // namespace

KernelCases rope_cases() {
  KernelCases cases;
  for (const RopeShape& s :
       std::vector<RopeShape>{{.rows = 1, .heads = 1, .head_dim = 2, .rotary_dim = 2},
                              {.rows = 3, .heads = 2, .head_dim = 8, .rotary_dim = 8},
                              {.rows = 7, .heads = 3, .head_dim = 22, .rotary_dim = 14},
                              {.rows = 5, .heads = 4, .head_dim = 64, .rotary_dim = 64},
                              {.rows = 2, .heads = 1, .head_dim = 128, .rotary_dim = 32},
                              {.rows = 700, .heads = 2, .head_dim = 10, .rotary_dim = 6}}) {
    for (const bool interleaved : {false, true}) {
      for (const bool inverse : {false, true}) {
        cases.push_back({fmt::format("rope rows {} heads {}x{} rotary {}{}{}", s.rows, s.heads,
                                     s.head_dim, s.rotary_dim, interleaved ? " interleaved" : "",
                                     inverse ? " inverse" : ""),
                         [=](const Kernels& kernels, Parallel& parallel) {
                           return run_rope(kernels, parallel, s, interleaved, inverse);
                         }});
      }
    }
  }
  return cases;
}

namespace {

struct EmbeddingShape {
  int64_t rows, cols, vocabulary;
};

Outputs run_embedding(const Kernels& kernels, Parallel& parallel, EmbeddingShape s,
                      bool has_positions, bool rounded) {
  constexpr int64_t kPositions = 9;
  const std::vector<int32_t> token = random_indices(1, s.rows, s.vocabulary);
  const std::vector<int32_t> position = random_indices(2, s.rows, kPositions);
  const Floats table = random_floats(3, s.vocabulary * s.cols);
  const Floats places = random_floats(4, kPositions * s.cols);
  const Floats dy = random_floats(5, s.rows * s.cols);
  Floats y(s.rows * s.cols);
  Floats dtable = random_floats(6, s.vocabulary * s.cols);
  kernels.embedding({.token_N = token.data(),
                     .table_VC = table.data(),
                     .position_N = position.data(),
                     .position_table_PC = has_positions ? places.data() : nullptr,
                     .y_NC = y.data(),
                     .rows = s.rows,
                     .cols = s.cols,
                     .round_tables = rounded},
                    parallel);
  const EmbeddingBackwardArgs backward{.index_N = token.data(),
                                       .dy_NC = dy.data(),
                                       .dtable_VC = dtable.data(),
                                       .rows = s.rows,
                                       .cols = s.cols,
                                       .table_rows = s.vocabulary};
  ScratchSpace scratch(kernels.embedding_backward_scratch(backward, parallel.workers()));
  kernels.embedding_backward(backward, scratch.span(), parallel);
  return {{"y", y.span()}, {"dtable", dtable.span()}};
}

Outputs run_packed_embedding(const Kernels& kernels, Parallel& parallel, EmbeddingShape s,
                             WeightFormat format) {
  const std::vector<int32_t> token = random_indices(1, s.rows, s.vocabulary);
  const Floats table = random_floats(2, s.vocabulary * s.cols);
  const Floats places = random_floats(3, s.rows * s.cols);
  Floats y(s.rows * s.cols);
  ScratchSpace room(kernels.packed_bytes(s.vocabulary, s.cols, format));
  kernels.embedding({.token_N = token.data(),
                     .table_VC = nullptr,
                     .position_N = token.data(),
                     .position_table_PC = s.rows >= s.vocabulary ? places.data() : nullptr,
                     .y_NC = y.data(),
                     .rows = s.rows,
                     .cols = s.cols,
                     .packed_VC = kernels.pack(table.data(), s.vocabulary, s.cols, format,
                                               room.span(), parallel)},
                    parallel);
  return {{"y", y.span()}};
}

}  // namespace

KernelCases embedding_cases() {
  KernelCases cases;
  for (const EmbeddingShape& s :
       std::vector<EmbeddingShape>{{.rows = 1, .cols = 1, .vocabulary = 1},
                                   {.rows = 5, .cols = 7, .vocabulary = 3},
                                   {.rows = 40, .cols = 16, .vocabulary = 100},
                                   {.rows = 257, .cols = 33, .vocabulary = 20},
                                   {.rows = 700, .cols = 10, .vocabulary = 7},
                                   {.rows = 1100, .cols = 4, .vocabulary = 400}}) {
    for (const auto& [has_positions, rounded] :
         {std::pair{false, false}, {true, false}, {false, true}, {true, true}}) {
      cases.push_back(
          {fmt::format("embedding {}x{} of {}{}{}", s.rows, s.cols, s.vocabulary,
                       has_positions ? " with positions" : "", rounded ? " rounded" : ""),
           [=, places = has_positions, round = rounded](const Kernels& kernels,
                                                        Parallel& parallel) {
             return run_embedding(kernels, parallel, s, places, round);
           }});
    }
    for (const WeightFormat format : kWeightFormats) {
      cases.push_back(
          {fmt::format("embedding {} {}x{} of {}", name(format), s.rows, s.cols, s.vocabulary),
           [=](const Kernels& kernels, Parallel& parallel) {
             return run_packed_embedding(kernels, parallel, s, format);
           }});
    }
  }
  return cases;
}

namespace {

Outputs run_flat(const Kernels& kernels, Parallel& parallel, int64_t count, float scale) {
  const Floats x = random_floats(1, count, scale);
  const Floats y = random_floats(2, count, scale);
  Floats out(count);
  kernels.add({.a = x.data(), .b = y.data(), .out = out.data(), .count = count}, parallel);
  const float sums[] = {kernels.sum(x.span(), parallel),
                        kernels.sum_of_squares(x.span(), parallel)};
  return {{"add", out.span()}, {"sum and sum of squares", sums}};
}

Outputs run_affine(const Kernels& kernels, Parallel& parallel, int64_t count, bool in_place) {
  Floats x = random_floats(1, count);
  Floats y(count);
  float* const out = in_place ? x.data() : y.data();
  kernels.affine({.x = x.data(), .y = out, .count = count, .factor = 1.7F, .term = 0.3F}, parallel);
  return {{"y", in_place ? x.span() : y.span()}};
}

Outputs run_column_sum(const Kernels& kernels, Parallel& parallel, MatrixShape s) {
  const Floats x = random_floats(1, s.rows * s.cols);
  Floats sum(s.cols, kUntouched);
  kernels.column_sum({.x_NC = x.data(), .sum_C = sum.data(), .rows = s.rows, .cols = s.cols},
                     parallel);
  return {{"sum", sum.span()}};
}

Outputs run_adamw(const Kernels& kernels, Parallel& parallel, int64_t count) {
  Floats parameter = random_floats(1, count);
  const Floats gradient = random_floats(2, count);
  Floats m = random_floats(3, count);
  Floats v = random_floats(4, count);
  for (int64_t i = 0; i < count; ++i) v.data()[i] = v.data()[i] * v.data()[i];
  kernels.adamw({.parameter = parameter.data(),
                 .gradient = gradient.data(),
                 .m = m.data(),
                 .v = v.data(),
                 .count = count,
                 .gradient_scale = 0.37F,
                 .learning_rate = 1e-3F,
                 .beta1 = 0.9F,
                 .beta2 = 0.95F,
                 .epsilon = 1e-8F,
                 .weight_decay = 0.1F,
                 .correction1 = 1.7F,
                 .correction2 = 3.3F},
                parallel);
  return {{"parameter", parameter.span()}, {"m", m.span()}, {"v", v.span()}};
}

// Every 16th gradient and momentum is zero, so that the sign of Lion is, too.
Outputs run_lion_and_sgd(const Kernels& kernels, Parallel& parallel, int64_t count) {
  Floats lion = random_floats(1, count), sgd = random_floats(1, count);
  Floats gradient = random_floats(2, count);
  Floats lion_m = random_floats(3, count), sgd_m = random_floats(3, count);
  for (int64_t i = 0; i < count; i += 16) gradient.data()[i] = lion_m.data()[i] = 0;
  kernels.lion({.parameter = lion.data(),
                .gradient = gradient.data(),
                .m = lion_m.data(),
                .count = count,
                .gradient_scale = 0.37F,
                .learning_rate = 1e-3F,
                .beta1 = 0.9F,
                .beta2 = 0.99F,
                .weight_decay = 0.1F},
               parallel);
  kernels.sgd({.parameter = sgd.data(),
               .gradient = gradient.data(),
               .m = sgd_m.data(),
               .count = count,
               .gradient_scale = 0.37F,
               .learning_rate = 1e-3F,
               .momentum = 0.9F,
               .weight_decay = 0.1F},
              parallel);
  return {{"lion", lion.span()},
          {"lion_m", lion_m.span()},
          {"sgd", sgd.span()},
          {"sgd_m", sgd_m.span()}};
}

Outputs run_blend_and_momentum(const Kernels& kernels, Parallel& parallel, int64_t count) {
  Floats a = random_floats(1, count), m = random_floats(3, count),
         plain_m = random_floats(3, count);
  const Floats b = random_floats(2, count);
  Floats blended(count), ahead(count), plain(count);
  kernels.blend({.a = a.data(),
                 .b = b.data(),
                 .out = blended.data(),
                 .count = count,
                 .alpha = 3.4445F,
                 .beta = -4.775F},
                parallel);
  kernels.blend({.a = a.data(),
                 .b = b.data(),
                 .out = a.data(),
                 .count = count,
                 .alpha = 0.999F,
                 .beta = 0.001F},
                parallel);
  MomentumArgs args{.gradient = b.data(),
                    .m = m.data(),
                    .out = ahead.data(),
                    .count = count,
                    .gradient_scale = 0.37F,
                    .momentum = 0.95F,
                    .nesterov = true};
  kernels.momentum(args, parallel);
  args.m = plain_m.data();
  args.out = plain.data();
  args.nesterov = false;
  kernels.momentum(args, parallel);
  return {{"blended", blended.span()}, {"in place", a.span()},      {"m", m.span()},
          {"ahead", ahead.span()},     {"plain m", plain_m.span()}, {"plain", plain.span()}};
}

Outputs run_dropout(const Kernels& kernels, Parallel& parallel, int64_t count, uint64_t first) {
  Floats x = random_floats(1, count);
  Floats y(count);
  DropoutArgs args{.x = x.data(),
                   .y = y.data(),
                   .count = count,
                   .seed = 0x123456789ABCDEF0,
                   .stream = 0xFEDCBA9876543210,
                   .first = first,
                   .threshold = 0x40000000,
                   .scale = 4.0F / 3.0F};
  kernels.dropout(args, parallel);
  args.y = x.data();
  args.threshold = 0;
  kernels.dropout(args, parallel);
  return {{"y", y.span()}, {"nothing dropped, in place", x.span()}};
}

Outputs run_random_normal(const Kernels& kernels, Parallel& parallel, int64_t count) {
  Floats out(count + 1, kUntouched);
  kernels.random_normal({.out = out.data(),
                         .count = count,
                         .seed = 0x123456789abcdef,
                         .purpose = Purpose::kInitialWeights,
                         .stream = (uint64_t{7} << 32) + 5,
                         .scale = 0.02F},
                        parallel);
  return {{"out", out.span()}};
}

}  // namespace

KernelCases reduction_cases() {
  KernelCases cases;
  const auto add = [&](std::string name, auto run) {
    cases.push_back({std::move(name), std::move(run)});
  };
  for (const int64_t count : {1, 4, 31, 32, 33, 70, 20000}) {
    add(fmt::format("random_normal {}", count),
        [=](const Kernels& k, Parallel& p) { return run_random_normal(k, p, count); });
  }
  for (const int64_t count : {0, 1, 15, 16, 17, 33, 255, 256, 257, 5000, 70001}) {
    for (const float scale : {1.0F, 1e-24F}) {
      add(fmt::format("add, sum, sum_of_squares {} scale {}", count, scale),
          [=](const Kernels& k, Parallel& p) { return run_flat(k, p, count, scale); });
    }
    for (const bool in_place : {false, true}) {
      add(fmt::format("affine {}{}", count, in_place ? " in place" : ""),
          [=](const Kernels& k, Parallel& p) { return run_affine(k, p, count, in_place); });
    }
    add(fmt::format("blend, momentum {}", count),
        [=](const Kernels& k, Parallel& p) { return run_blend_and_momentum(k, p, count); });
    for (const uint64_t first : {uint64_t{0}, uint64_t{3}, (uint64_t{1} << 34) - 6}) {
      add(fmt::format("dropout {} from {}", count, first),
          [=](const Kernels& k, Parallel& p) { return run_dropout(k, p, count, first); });
    }
    add(fmt::format("adamw {}", count),
        [=](const Kernels& k, Parallel& p) { return run_adamw(k, p, count); });
    add(fmt::format("lion, sgd {}", count),
        [=](const Kernels& k, Parallel& p) { return run_lion_and_sgd(k, p, count); });
  }
  for (const MatrixShape& s : std::vector<MatrixShape>{{.rows = 1, .cols = 1},
                                                       {.rows = 3, .cols = 7},
                                                       {.rows = 256, .cols = 16},
                                                       {.rows = 257, .cols = 33},
                                                       {.rows = 1500, .cols = 5},
                                                       {.rows = 600, .cols = 130}}) {
    add(fmt::format("column_sum {}x{}", s.rows, s.cols),
        [=](const Kernels& k, Parallel& p) { return run_column_sum(k, p, s); });
  }
  return cases;
}

}  // namespace glass::engine::testing
