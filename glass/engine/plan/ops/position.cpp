// Launches of rope, of the constant table it reads, and of window_keys.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "glass/engine/graph/ops/scaling.h"
#include "glass/engine/kernels/math.h"
#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/ops/families.h"
#include "glass/engine/plan/ops/operand.h"

namespace glass::engine {
namespace {

constexpr double kTwoPi = 6.283185307179586;

// Llama 3.1: by how often a frequency turns in the context of the first training.
double scaled(double frequency, const RopeScaling& scaling) {
  if (scaling.kind == RopeScaling::Kind::kNone) return frequency;
  const double slow = frequency / scaling.factor;
  if (scaling.kind == RopeScaling::Kind::kLinear) return slow;
  const double turns = static_cast<double>(scaling.context) * frequency / kTwoPi;
  if (turns < scaling.low_frequency) return slow;
  if (turns > scaling.high_frequency) return frequency;
  const double share =
      (turns - scaling.low_frequency) / (scaling.high_frequency - scaling.low_frequency);
  return (1 - share) * slow + share * frequency;
}

// cos and sin of position * theta^(-2i/rotary_dim), in double precision, rounded once.
Launch prepare_rope_table(const Graph& graph, const Node& node) {
  const int64_t positions = output_shape(graph, node, 0)[0];
  const int64_t pairs = output_shape(graph, node, 0)[1];
  const double log_theta = engine::log(node.number_attribute("theta"));
  return [=, scaling = scaling_of(node)](const LaunchContext& at) {
    float* table = at.output(0);
    for (int64_t i = 0; i < pairs; ++i) {
      const double exponent = -static_cast<double>(i) / static_cast<double>(pairs);
      const double frequency = scaled(engine::exp(exponent * log_theta), scaling);
      for (int64_t p = 0; p < positions; ++p) {
        const double angle = static_cast<double>(p) * frequency;
        table[(p * pairs + i) * 2] = static_cast<float>(engine::cos(angle));
        table[(p * pairs + i) * 2 + 1] = static_cast<float>(engine::sin(angle));
      }
    }
  };
}

Launch prepare_rope(const Graph& graph, const Node& node) {
  const Shape& x = input_shape(graph, node, 0);
  const RopeArgs shape = {.x = nullptr,
                          .rows = x[0],
                          .stride = x[1],
                          .heads = node.int_attribute("heads"),
                          .head_dim = node.int_attribute("head_dim"),
                          .rotary_dim = 2 * input_shape(graph, node, 2)[1],
                          .interleaved = node.bool_attribute("interleaved"),
                          .inverse = node.bool_attribute("inverse"),
                          .position_N = nullptr,
                          .table = nullptr};
  return [shape](const LaunchContext& at) {
    RopeArgs args = shape;
    args.x = at.output(0);
    args.position_N = at.integers(1);
    args.table = at.floats(2);
    copy_unless_same(at.floats(0), args.x, args.rows * args.stride, at.parallel);
    at.kernels.rope(args, at.parallel);
  };
}

Launch prepare_window_keys(const Graph& graph, const Node& node) {
  const int64_t sequences = input_shape(graph, node, 0)[0];
  const int64_t positions = input_shape(graph, node, 0)[1];
  return [=, window = node.int_attribute("window")](const LaunchContext& at) {
    const int32_t* first_key = at.integers(0);
    const int32_t* length = at.integers(1);
    for (int64_t i = 0; i < sequences * positions; ++i) {
      const int64_t before = length == nullptr ? 0 : length[i / positions];
      const int64_t begin = before + i % positions + 1 - window;
      at.integer_output(0)[i] = static_cast<int32_t>(std::max<int64_t>(first_key[i], begin));
    }
  };
}

}  // namespace

std::vector<OpLaunch> launches::position() {
  return {
      {.op = "rope_table", .prepare = prepare_rope_table},
      {.op = "rope", .in_place = {{.output = 0, .input = 0}}, .prepare = prepare_rope},
      {.op = "window_keys", .prepare = prepare_window_keys},
  };
}

}  // namespace glass::engine
