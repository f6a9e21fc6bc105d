// The reference computes what the textbook says: values against double precision, gradients
// against central differences of the double-precision models.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "glass/base/parallel.h"
#include "glass/engine/kernels/double_models.h"
#include "glass/engine/kernels/kernels.h"
#include "glass/engine/kernels/kernels_test_kit.h"

namespace glass::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the kit of this test

using Arrays = std::vector<std::vector<float>>;

// An operation under test: `truth` maps all inputs to the output; `kernel` fills the output and,
// for the gradient dy of the output, the gradients of all inputs.
struct Operation {
  Arrays inputs;
  std::function<Doubles(const std::vector<Doubles>&)> truth = nullptr;
  std::function<void(std::span<const float> dy, std::vector<float>& y, Arrays& gradients)> kernel =
      nullptr;
};

constexpr double kTolerance = 1e-5;  // of the largest magnitude in the array, or of 1
constexpr double kStep = 1e-5;       // of the central differences
constexpr size_t kProbes = 25;       // elements per input whose gradient is checked

std::vector<float> floats(uint64_t stream, size_t count, float scale = 1.0F) {
  const Floats source = random_floats(stream, static_cast<int64_t>(count), scale);
  return {source.data(), source.data() + count};
}

double magnitude(const Doubles& x) {
  double largest = 1;
  for (const double value : x) largest = std::max(largest, std::fabs(value));
  return largest;
}

double weighted(const Doubles& y, const std::vector<float>& dy) {
  double sum = 0;
  for (size_t i = 0; i < y.size(); ++i) sum += y[i] * static_cast<double>(dy[i]);
  return sum;
}

void expect_close(const std::vector<float>& ours, const Doubles& truth, const char* what) {
  ASSERT_EQ(ours.size(), truth.size());
  const double bound = kTolerance * magnitude(truth);
  for (size_t i = 0; i < truth.size(); ++i)
    ASSERT_NEAR(static_cast<double>(ours[i]), truth[i], bound) << what << " " << i;
}

void check(const Operation& op, const char* what) {
  std::vector<Doubles> inputs;
  for (const auto& input : op.inputs) inputs.emplace_back(input.begin(), input.end());
  const Doubles expected = op.truth(inputs);
  const std::vector<float> dy = floats(90, expected.size());
  std::vector<float> y(expected.size());
  Arrays gradients;
  for (const auto& input : op.inputs) gradients.emplace_back(input.size());
  op.kernel(dy, y, gradients);
  expect_close(y, expected, what);
  for (size_t n = 0; n < inputs.size(); ++n) {
    const size_t stride = std::max<size_t>(1, inputs[n].size() / kProbes);
    std::vector<float> ours;
    Doubles truth;
    for (size_t i = 0; i < inputs[n].size(); i += stride) {
      const double at = inputs[n][i];
      inputs[n][i] = at + kStep;
      const double above = weighted(op.truth(inputs), dy);
      inputs[n][i] = at - kStep;
      const double below = weighted(op.truth(inputs), dy);
      inputs[n][i] = at;
      ours.push_back(gradients[n][i]);
      truth.push_back((above - below) / (2 * kStep));
    }
    expect_close(ours, truth, (std::string(what) + ", gradient of input").c_str());
  }
}

TEST(Reference, LinearLayerAndItsGradients) {
  for (const auto& [m, n, k] :
       std::vector<std::array<int64_t, 3>>{{3, 4, 5}, {2, 300, 3}, {7, 2, 600}, {520, 2, 2}}) {
    const auto product = [](GemmArgs::Form form, int64_t rows, int64_t cols, int64_t depth,
                            const float* a, int64_t a_stride, const float* b, int64_t b_stride,
                            float* c) {
      SerialParallel serial;
      reference_kernels().gemm({.form = form,
                                .m = rows,
                                .n = cols,
                                .k = depth,
                                .a = a,
                                .a_stride = a_stride,
                                .b = b,
                                .b_stride = b_stride,
                                .c = c,
                                .c_stride = cols},
                               {}, serial);
    };
    Operation op{
        .inputs = {floats(1, static_cast<size_t>(m * k)), floats(2, static_cast<size_t>(n * k))}};
    op.truth = [=](const std::vector<Doubles>& in) {
      return linear(in[0], in[1], static_cast<size_t>(m), static_cast<size_t>(n),
                    static_cast<size_t>(k));
    };
    op.kernel = [&](std::span<const float> dy, std::vector<float>& y, Arrays& gradients) {
      const float* x = op.inputs[0].data();
      const float* w = op.inputs[1].data();
      product(GemmArgs::Form::kNT, m, n, k, x, k, w, k, y.data());
      product(GemmArgs::Form::kNN, m, k, n, dy.data(), n, w, k, gradients[0].data());
      product(GemmArgs::Form::kTN, n, k, m, dy.data(), n, x, k, gradients[1].data());
    };
    check(op, "linear");
  }
}

TEST(Reference, GemmAddsOldValueBiasAndResidualInThatOrder) {
  // Chosen so that any other order rounds differently.
  const float a = 1.0F;
  const float b = 0x1p-24F;
  const float bias = 1.0F;
  const float residual = -1.0F;
  float c = 0x1p-24F;
  SerialParallel serial;
  reference_kernels().gemm({.m = 1,
                            .n = 1,
                            .k = 1,
                            .a = &a,
                            .a_stride = 1,
                            .b = &b,
                            .b_stride = 1,
                            .c = &c,
                            .c_stride = 1,
                            .accumulate = true,
                            .bias = &bias,
                            .residual = &residual},
                           {}, serial);
  EXPECT_EQ(c, 0x1p-23F);
}

TEST(Reference, RmsNormAndItsGradients) {
  for (const size_t cols : {7U, 300U}) {
    const size_t rows = cols == 7 ? 300 : 3;
    Operation op{.inputs = {floats(1, rows * cols), floats(2, cols)}};
    op.truth = [](const std::vector<Doubles>& in) { return rms_norm(in[0], in[1], 1e-3); };
    op.kernel = [&](std::span<const float> dy, std::vector<float>& y, Arrays& gradients) {
      SerialParallel serial;
      std::vector<float> rstd(rows);
      const auto n = static_cast<int64_t>(rows);
      const auto c = static_cast<int64_t>(cols);
      reference_kernels().rms_norm({.x_NC = op.inputs[0].data(),
                                    .weight_C = op.inputs[1].data(),
                                    .y_NC = y.data(),
                                    .rstd_N = rstd.data(),
                                    .rows = n,
                                    .cols = c,
                                    .epsilon = 1e-3F},
                                   serial);
      reference_kernels().rms_norm_backward({.dy_NC = dy.data(),
                                             .x_NC = op.inputs[0].data(),
                                             .weight_C = op.inputs[1].data(),
                                             .rstd_N = rstd.data(),
                                             .dx_NC = gradients[0].data(),
                                             .dweight_C = gradients[1].data(),
                                             .rows = n,
                                             .cols = c},
                                            serial);
    };
    check(op, "rms_norm");
  }
}

TEST(Reference, LayerNormAndItsGradients) {
  for (const size_t cols : {7U, 300U}) {
    const size_t rows = cols == 7 ? 300 : 3;
    Operation op{.inputs = {floats(1, rows * cols), floats(2, cols), floats(3, cols)}};
    op.truth = [](const std::vector<Doubles>& in) { return layer_norm(in[0], in[1], in[2], 1e-3); };
    op.kernel = [&](std::span<const float> dy, std::vector<float>& y, Arrays& gradients) {
      SerialParallel serial;
      std::vector<float> mean(rows), rstd(rows);
      const auto n = static_cast<int64_t>(rows);
      const auto c = static_cast<int64_t>(cols);
      reference_kernels().layer_norm({.x_NC = op.inputs[0].data(),
                                      .weight_C = op.inputs[1].data(),
                                      .bias_C = op.inputs[2].data(),
                                      .y_NC = y.data(),
                                      .mean_N = mean.data(),
                                      .rstd_N = rstd.data(),
                                      .rows = n,
                                      .cols = c,
                                      .epsilon = 1e-3F},
                                     serial);
      reference_kernels().layer_norm_backward({.dy_NC = dy.data(),
                                               .x_NC = op.inputs[0].data(),
                                               .weight_C = op.inputs[1].data(),
                                               .mean_N = mean.data(),
                                               .rstd_N = rstd.data(),
                                               .dx_NC = gradients[0].data(),
                                               .dweight_C = gradients[1].data(),
                                               .dbias_C = gradients[2].data(),
                                               .rows = n,
                                               .cols = c},
                                              serial);
    };
    check(op, "layer_norm");
  }
}

TEST(Reference, RopeTurnsPairsAndTheInverseTurnsBack) {
  constexpr int32_t kPosition = 1;
  const float table[] = {1, 0, 1, 0, 0.6F, 0.8F, 0.28F, 0.96F};  // two positions, two pairs
  for (const bool interleaved : {false, true}) {
    std::vector<float> x = {1, 2, 3, 4, 5};  // the fifth does not turn
    RopeArgs args{.x = x.data(),
                  .rows = 1,
                  .stride = 5,
                  .heads = 1,
                  .head_dim = 5,
                  .rotary_dim = 4,
                  .interleaved = interleaved,
                  .inverse = false,
                  .position_N = &kPosition,
                  .table = table};
    SerialParallel serial;
    reference_kernels().rope(args, serial);
    const Doubles halves = {1 * 0.6 - 3 * 0.8, 2 * 0.28 - 4 * 0.96, 1 * 0.8 + 3 * 0.6,
                            2 * 0.96 + 4 * 0.28, 5};
    const Doubles pairs = {1 * 0.6 - 2 * 0.8, 1 * 0.8 + 2 * 0.6, 3 * 0.28 - 4 * 0.96,
                           3 * 0.96 + 4 * 0.28, 5};
    expect_close(x, interleaved ? pairs : halves, "rope");
    args.inverse = true;
    reference_kernels().rope(args, serial);
    expect_close(x, {1, 2, 3, 4, 5}, "inverse rope");
  }
}

void check_attention(size_t queries, size_t q_heads, size_t kv_heads, size_t head_dim,
                     const std::vector<int32_t>& first_key, float softcap = 0) {
  const float scale = 0.5F;
  Operation op{.inputs = {floats(1, queries * q_heads * head_dim),
                          floats(2, queries * kv_heads * head_dim),
                          floats(3, queries * kv_heads * head_dim)}};
  const AttentionModel model{.queries = queries,
                             .q_heads = q_heads,
                             .kv_heads = kv_heads,
                             .head_dim = head_dim,
                             .first_key = first_key,
                             .scale = 0.5,
                             .softcap = static_cast<double>(softcap)};
  op.truth = [&](const std::vector<Doubles>& in) { return model(in[0], in[1], in[2]); };
  op.kernel = [&](std::span<const float> dy, std::vector<float>& y, Arrays& gradients) {
    const auto t = static_cast<int64_t>(queries);
    const auto q_row = static_cast<int64_t>(q_heads * head_dim);
    const auto kv_row = static_cast<int64_t>(kv_heads * head_dim);
    std::vector<float> log_sum_exp(queries * q_heads);
    const AttentionArgs args{.batch = 1,
                             .queries = t,
                             .keys = t,
                             .q_heads = static_cast<int64_t>(q_heads),
                             .kv_heads = static_cast<int64_t>(kv_heads),
                             .head_dim = static_cast<int64_t>(head_dim),
                             .q = op.inputs[0].data(),
                             .k = op.inputs[1].data(),
                             .v = op.inputs[2].data(),
                             .out = y.data(),
                             .q_stride = q_row,
                             .k_stride = kv_row,
                             .v_stride = kv_row,
                             .out_stride = q_row,
                             .q_batch_stride = 0,
                             .k_batch_stride = 0,
                             .v_batch_stride = 0,
                             .out_batch_stride = 0,
                             .first_key = first_key.data(),
                             .scale = scale,
                             .softcap = softcap,
                             .log_sum_exp = log_sum_exp.data()};
    const AttentionBackwardArgs backward{.forward = args,
                                         .dout = dy.data(),
                                         .dq = gradients[0].data(),
                                         .dk = gradients[1].data(),
                                         .dv = gradients[2].data()};
    SerialParallel serial;
    ScratchSpace scratch(std::max(reference_kernels().attention_scratch(args, 1),
                                  reference_kernels().attention_backward_scratch(backward, 1)));
    reference_kernels().attention(args, scratch.span(), serial);
    reference_kernels().attention_backward(backward, scratch.span(), serial);
  };
  check(op, "attention");
}

TEST(Reference, AttentionAndItsGradients) {
  check_attention(6, 2, 1, 3, {0, 0, 0, 0, 0, 0});
  check_attention(6, 4, 2, 3, {0, 0, 2, 2, 4, 4});
  std::vector<int32_t> documents;
  for (int32_t i = 0; i < 300; ++i) documents.push_back(i < 280 ? i / 270 * 270 : 280);
  check_attention(300, 2, 1, 3, documents);
  check_attention(530, 1, 1, 2, std::vector<int32_t>(530));
  check_attention(6, 4, 2, 3, {0, 0, 2, 2, 4, 4}, 0.5F);
  check_attention(300, 2, 1, 3, documents, 0.5F);
}

TEST(Reference, SwigluAndItsGradients) {
  Operation op{.inputs = {floats(1, 24, 5.0F)}};
  op.truth = [](const std::vector<Doubles>& in) { return swiglu(in[0], 4); };
  op.kernel = [&](std::span<const float> dy, std::vector<float>& y, Arrays& gradients) {
    SerialParallel serial;
    reference_kernels().swiglu(
        {.gate_up_N2F = op.inputs[0].data(), .h_NF = y.data(), .rows = 3, .cols = 4}, serial);
    reference_kernels().swiglu_backward({.gate_up_N2F = op.inputs[0].data(),
                                         .dh_NF = dy.data(),
                                         .dgate_up_N2F = gradients[0].data(),
                                         .rows = 3,
                                         .cols = 4},
                                        serial);
  };
  check(op, "swiglu");
}

TEST(Reference, GegluAndItsGradients) {
  Operation op{.inputs = {floats(1, 24, 3.0F)}};
  op.truth = [](const std::vector<Doubles>& in) { return geglu(in[0], 4); };
  op.kernel = [&](std::span<const float> dy, std::vector<float>& y, Arrays& gradients) {
    SerialParallel serial;
    const float* gate_up = op.inputs[0].data();
    reference_kernels().geglu({.gate_up_N2F = gate_up, .h_NF = y.data(), .rows = 3, .cols = 4},
                              serial);
    reference_kernels().geglu_backward({.gate_up_N2F = gate_up,
                                        .dh_NF = dy.data(),
                                        .dgate_up_N2F = gradients[0].data(),
                                        .rows = 3,
                                        .cols = 4},
                                       serial);
  };
  check(op, "geglu");
}

TEST(Reference, SoftcapBendsTowardsTheCapAndAffineIsALine) {
  const std::vector<float> x = floats(1, 50, 90.0F);
  std::vector<float> capped_x(50), line(50);
  Doubles capped_truth, line_truth;
  for (const float value : x) {
    capped_truth.push_back(capped(static_cast<double>(value), 30));
    line_truth.push_back(3 * static_cast<double>(value) - 2);
  }
  SerialParallel serial;
  reference_kernels().softcap({.x = x.data(), .y = capped_x.data(), .count = 50, .cap = 30},
                              serial);
  reference_kernels().affine(
      {.x = x.data(), .y = line.data(), .count = 50, .factor = 3, .term = -2}, serial);
  expect_close(capped_x, capped_truth, "softcap");
  expect_close(line, line_truth, "affine");
}

TEST(Reference, GeluAndItsGradients) {
  for (const Gelu kind : {Gelu::kTanh, Gelu::kErf}) {
    Operation op{.inputs = {floats(1, 25, 5.0F)}};
    op.truth = [=](const std::vector<Doubles>& in) {
      return kind == Gelu::kTanh ? gelu_tanh(in[0]) : gelu_erf(in[0]);
    };
    op.kernel = [&](std::span<const float> dy, std::vector<float>& y, Arrays& gradients) {
      SerialParallel serial;
      reference_kernels().gelu({.kind = kind, .x = op.inputs[0].data(), .y = y.data(), .count = 25},
                               serial);
      reference_kernels().gelu_backward({.kind = kind,
                                         .x = op.inputs[0].data(),
                                         .dy = dy.data(),
                                         .dx = gradients[0].data(),
                                         .count = 25},
                                        serial);
    };
    check(op, "gelu");
  }
}

TEST(Reference, EmbeddingAndItsGradients) {
  const std::vector<int32_t> token = random_indices(1, 300, 5);
  const std::vector<int32_t> position = random_indices(2, 300, 4);
  Operation op{.inputs = {floats(3, 5 * 6), floats(4, 4 * 6)}};
  op.truth = [&](const std::vector<Doubles>& in) {
    Doubles y;
    for (size_t i = 0; i < token.size(); ++i)
      for (size_t c = 0; c < 6; ++c)
        y.push_back(in[0][static_cast<size_t>(token[i]) * 6 + c] +
                    in[1][static_cast<size_t>(position[i]) * 6 + c]);
    return y;
  };
  op.kernel = [&](std::span<const float> dy, std::vector<float>& y, Arrays& gradients) {
    SerialParallel serial;
    reference_kernels().embedding({.token_N = token.data(),
                                   .table_VC = op.inputs[0].data(),
                                   .position_N = position.data(),
                                   .position_table_PC = op.inputs[1].data(),
                                   .y_NC = y.data(),
                                   .rows = 300,
                                   .cols = 6},
                                  serial);
    reference_kernels().embedding_backward({.index_N = token.data(),
                                            .dy_NC = dy.data(),
                                            .dtable_VC = gradients[0].data(),
                                            .rows = 300,
                                            .cols = 6,
                                            .table_rows = 5},
                                           {}, serial);
    reference_kernels().embedding_backward({.index_N = position.data(),
                                            .dy_NC = dy.data(),
                                            .dtable_VC = gradients[1].data(),
                                            .rows = 300,
                                            .cols = 6,
                                            .table_rows = 4},
                                           {}, serial);
  };
  check(op, "embedding");
}

struct Objective {
  float softcap = 0, label_smoothing = 0, z_loss = 0;
};

// The sum over the rows that have a target; logits [rows, vocabulary].
double objective_of(const Doubles& logits, const std::vector<int32_t>& target,
                    const Objective& objective) {
  const size_t vocabulary = logits.size() / target.size();
  const auto s = static_cast<double>(objective.label_smoothing);
  double sum = 0;
  for (size_t i = 0; i < target.size(); ++i) {
    if (target[i] < 0) continue;
    const std::span<const double> z(&logits[i * vocabulary], vocabulary);
    double total = 0, mean = 0;
    for (const double value : z) {
      total += std::exp(value);
      mean += value / static_cast<double>(vocabulary);
    }
    const double log_total = std::log(total);
    sum += log_total - (1 - s) * z[static_cast<size_t>(target[i])] - s * mean +
           static_cast<double>(objective.z_loss) * log_total * log_total;
  }
  return sum;
}

void check_linear_cross_entropy(const Objective& objective) {
  for (const auto& [rows, cols, vocabulary] :
       std::vector<std::array<size_t, 3>>{{3, 5, 7}, {4, 3, 600}, {300, 2, 4}}) {
    std::vector<int32_t> target =
        random_indices(3, static_cast<int64_t>(rows), static_cast<int64_t>(vocabulary));
    target[1] = -1;
    Operation op{.inputs = {floats(1, rows * cols, 3.0F), floats(2, vocabulary * cols)}};
    // The gradients are those of the sum of the losses, whatever dy says.
    op.truth = [&](const std::vector<Doubles>& in) {
      Doubles logits = linear(in[0], in[1], rows, vocabulary, cols);
      for (double& logit : logits) logit = capped(logit, static_cast<double>(objective.softcap));
      return Doubles{objective_of(logits, target, objective)};
    };
    op.kernel = [&](std::span<const float> dy, std::vector<float>& y, Arrays& gradients) {
      SerialParallel serial;
      std::vector<float> loss(rows);
      const LinearCrossEntropyArgs args{.x_NC = op.inputs[0].data(),
                                        .weight_VC = op.inputs[1].data(),
                                        .target_N = target.data(),
                                        .loss_N = loss.data(),
                                        .dx_NC = gradients[0].data(),
                                        .dweight_VC = gradients[1].data(),
                                        .rows = static_cast<int64_t>(rows),
                                        .cols = static_cast<int64_t>(cols),
                                        .vocabulary = static_cast<int64_t>(vocabulary),
                                        .softcap = objective.softcap,
                                        .label_smoothing = objective.label_smoothing,
                                        .z_loss = objective.z_loss};
      ScratchSpace scratch(reference_kernels().linear_cross_entropy_scratch(args, 1));
      reference_kernels().linear_cross_entropy(args, scratch.span(), serial);
      y[0] = reference_kernels().sum(loss, serial);
      for (auto& gradient : gradients)
        for (float& value : gradient) value *= dy[0];
    };
    check(op, "linear_cross_entropy");
  }
}

TEST(Reference, LinearCrossEntropyAndItsGradients) {
  check_linear_cross_entropy({});
  check_linear_cross_entropy({.softcap = 2.5F});
  check_linear_cross_entropy({.label_smoothing = 0.1F});
  check_linear_cross_entropy({.z_loss = 0.03F});
  check_linear_cross_entropy({.softcap = 2.5F, .label_smoothing = 0.2F, .z_loss = 0.01F});
}

TEST(Reference, DropoutKeepsTheShareAndTheMean) {
  constexpr int64_t kCount = 1 << 16;
  const std::vector<float> x(kCount, 3.0F);
  std::vector<float> y(kCount), shifted(kCount);
  SerialParallel serial;
  DropoutArgs args{.x = x.data(),
                   .y = y.data(),
                   .count = kCount,
                   .seed = 5,
                   .stream = 7,
                   .first = 0,
                   .threshold = 1U << 30,
                   .scale = 4.0F / 3.0F};
  reference_kernels().dropout(args, serial);
  const auto dropped = static_cast<double>(std::ranges::count(y, 0.0F));
  EXPECT_NEAR(dropped / kCount, 0.25, 0.0085);  // five standard deviations
  EXPECT_EQ(std::ranges::count(y, 4.0F) + static_cast<int64_t>(dropped), kCount);
  args.first = 1;
  args.y = shifted.data();
  reference_kernels().dropout(args, serial);
  EXPECT_TRUE(std::equal(y.begin() + 1, y.end(), shifted.begin()));
  args.stream = 8;
  reference_kernels().dropout(args, serial);
  EXPECT_FALSE(std::equal(y.begin() + 1, y.end(), shifted.begin()));
}

TEST(Reference, AdamWIsTheTextbookStep) {
  const std::vector<float> gradient = floats(1, 50);
  std::vector<float> parameter = floats(2, 50);
  std::vector<float> m = floats(3, 50);
  std::vector<float> v = floats(4, 50);
  for (float& value : v) value = std::fabs(value);
  Doubles parameter_truth, m_truth, v_truth;
  for (size_t i = 0; i < 50; ++i) {
    const double g = static_cast<double>(gradient[i]) * 0.5;
    m_truth.push_back(0.9 * static_cast<double>(m[i]) + 0.1 * g);
    v_truth.push_back(0.95 * static_cast<double>(v[i]) + 0.05 * g * g);
    const double step = m_truth[i] * 2 / (std::sqrt(v_truth[i] * 3) + 1e-3);
    parameter_truth.push_back(static_cast<double>(parameter[i]) * (1 - 0.01 * 0.2) - 0.01 * step);
  }
  SerialParallel serial;
  reference_kernels().adamw({.parameter = parameter.data(),
                             .gradient = gradient.data(),
                             .m = m.data(),
                             .v = v.data(),
                             .count = 50,
                             .gradient_scale = 0.5F,
                             .learning_rate = 0.01F,
                             .beta1 = 0.9F,
                             .beta2 = 0.95F,
                             .epsilon = 1e-3F,
                             .weight_decay = 0.2F,
                             .correction1 = 2.0F,
                             .correction2 = 3.0F},
                            serial);
  expect_close(parameter, parameter_truth, "parameter");
  expect_close(m, m_truth, "m");
  expect_close(v, v_truth, "v");
}

TEST(Reference, SumsOfArraysAndColumns) {
  SerialParallel serial;
  const std::vector<float> x = floats(1, 3000);
  double sum = 0;
  double squares = 0;
  Doubles columns(3);
  for (size_t i = 0; i < x.size(); ++i) {
    const auto value = static_cast<double>(x[i]);
    sum += value;
    squares += value * value;
    columns[i % 3] += value;
  }
  EXPECT_NEAR(static_cast<double>(reference_kernels().sum(x, serial)), sum, 1e-4);
  EXPECT_NEAR(static_cast<double>(reference_kernels().sum_of_squares(x, serial)), squares, 1e-3);
  std::vector<float> ours(3);
  reference_kernels().column_sum({.x_NC = x.data(), .sum_C = ours.data(), .rows = 1000, .cols = 3},
                                 serial);
  expect_close(ours, columns, "columns");
}

}  // namespace
}  // namespace glass::engine
