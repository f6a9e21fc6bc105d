#include "glass/engine/plan/plan_test_graphs.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "glass/engine/graph/bf16_storage.h"
#include "glass/engine/graph/operations.h"

namespace glass::engine::testing {
namespace {

constexpr int64_t kSequences = 2, kPositions = 5, kRows = kSequences * kPositions;
constexpr int64_t kWidth = 8, kVocabulary = 11;
constexpr Heads kHeads = {.query = 2, .key = 1, .head_dim = 4, .scale = 0.5};

struct Inputs {
  ValueId positions, first_key, table;
};

// One more layer on some value of the width of the stream; low bits choose the layer, high bits
// which of the last values it reads.
ValueId random_layer(GraphBuilder& g, const Inputs& in, const std::vector<ValueId>& stream,
                     uint8_t choice, int number) {
  const auto scope = g.scope("layer" + std::to_string(number), number / 3);
  const size_t back = std::min<size_t>(static_cast<size_t>(choice >> 3) % 4, stream.size() - 1);
  const ValueId x = stream[stream.size() - 1 - back];
  const ValueId last = stream.back();
  switch (choice % 8) {
    case 0: return rms_norm(g, "rms", x, g.parameter("rms.weight", {kWidth}), 1e-5);
    case 1:
      return layer_norm(g, "ln", x, g.parameter("ln.weight", {kWidth}),
                        g.parameter("ln.bias", {kWidth}), 1e-5);
    case 2: return gelu(g, "gelu", x, number % 2 == 0 ? "tanh" : "erf");
    case 3: return add(g, "add", x, last);
    case 4:
      return linear(g, "linear", x, g.parameter("linear.weight", {kWidth, kWidth}),
                    {.bias_M = g.parameter("linear.bias", {kWidth}), .residual_NM = last});
    case 5: {
      const ValueId wide = linear(g, "wide", x, g.parameter("wide.weight", {2 * kWidth, kWidth}));
      return swiglu(g, "swiglu", wide);
    }
    case 6: {
      const ValueId qkv =
          linear(g, "qkv", x, g.parameter("qkv.weight", {kHeads.qkv_width(), kWidth}));
      const ValueId turned = rope(g, "rope", qkv, in.positions, in.table,
                                  {.heads = 3, .head_dim = 4, .interleaved = number % 2 == 0});
      return attention(g, "attention", turned, in.first_key, kHeads);
    }
    default: return linear(g, "plain", x, g.parameter("plain.weight", {kWidth, kWidth}));
  }
}

}  // namespace

Graph random_graph(const std::vector<uint8_t>& choices, bool in_bf16) {
  GraphBuilder g("random");
  const ValueId tokens = g.input("tokens", DType::kI32, {kRows});
  const Inputs in = {.positions = g.input("positions", DType::kI32, {kRows}),
                     .first_key = g.input("first_key", DType::kI32, {kSequences, kPositions}),
                     .table = rope_table(g, "rope_table", kPositions, 4, 10000)};
  const ValueId targets = g.input("targets", DType::kI32, {kRows});
  const ValueId table = g.parameter("table", {kVocabulary, kWidth});
  std::vector<ValueId> stream = {embedding(g, "x", tokens, table)};
  ValueId sum = stream.front();  // of every layer, so that each reaches the loss
  for (size_t i = 0; i < std::min<size_t>(choices.size(), 24); ++i) {
    const int number = static_cast<int>(i);
    stream.push_back(random_layer(g, in, stream, choices[i], number));
    sum = add(g, "sum" + std::to_string(i), sum, stream.back());
  }
  const ValueId norm = rms_norm(g, "norm", sum, g.parameter("norm.weight", {kWidth}), 1e-5);
  g.mark_output(linear_cross_entropy(g, "loss", norm, table, targets));
  Graph graph = g.build().value();
  return in_bf16 ? store_in_bf16(graph).value() : graph;
}

}  // namespace glass::engine::testing
