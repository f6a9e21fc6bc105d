// Launches of attention over a fused qkv, forward and backward.
#include <cstdint>
#include <vector>

#include "glass/engine/graph/ops/heads.h"
#include "glass/engine/plan/launch.h"
#include "glass/engine/plan/ops/families.h"
#include "glass/engine/plan/ops/operand.h"

namespace glass::engine {
namespace {

// Shapes and strides of attention over the rows of qkv; pointers follow at each launch.
AttentionArgs args_of(const Node& node, const Shape& qkv, const Shape& first_key) {
  const Heads heads = heads_of(node);
  const int64_t positions = first_key[1], width = qkv[1], out = heads.query * heads.head_dim;
  return {.batch = first_key[0],
          .queries = positions,
          .keys = positions,
          .q_heads = heads.query,
          .kv_heads = heads.key,
          .head_dim = heads.head_dim,
          .q = nullptr,
          .k = nullptr,
          .v = nullptr,
          .out = nullptr,
          .q_stride = width,
          .k_stride = width,
          .v_stride = width,
          .out_stride = out,
          .q_batch_stride = positions * width,
          .k_batch_stride = positions * width,
          .v_batch_stride = positions * width,
          .out_batch_stride = positions * out,
          .first_key = nullptr,
          .scale = static_cast<float>(heads.scale),
          .softcap = static_cast<float>(heads.softcap),
          .log_sum_exp = nullptr};
}

AttentionArgs attention_args(const Graph& graph, const Node& node) {
  return args_of(node, input_shape(graph, node, 0), input_shape(graph, node, 1));
}

AttentionBackwardArgs attention_backward_args(const Graph& graph, const Node& node) {
  return {.forward = args_of(node, input_shape(graph, node, 1), input_shape(graph, node, 2)),
          .dout = nullptr,
          .dq = nullptr,
          .dk = nullptr,
          .dv = nullptr};
}

void set_qkv(AttentionArgs& args, const float* qkv) {
  args.q = qkv;
  args.k = args.q + args.q_heads * args.head_dim;
  args.v = args.k + args.kv_heads * args.head_dim;
}

Launch prepare_attention(const Graph& graph, const Node& node) {
  return [shape = attention_args(graph, node)](const LaunchContext& at) {
    AttentionArgs args = shape;
    set_qkv(args, at.floats(0));
    args.first_key = at.integers(1);
    args.out = at.output(0);
    args.log_sum_exp = at.output(1);
    at.kernels.attention(args, at.scratch, at.parallel);
  };
}

// The kernel reads `out`, although the type, which the forward pass shares, would let it write.
Launch prepare_attention_backward(const Graph& graph, const Node& node) {
  return [shape = attention_backward_args(graph, node)](const LaunchContext& at) {
    AttentionBackwardArgs args = shape;
    set_qkv(args.forward, at.floats(1));
    args.forward.first_key = at.integers(2);
    args.forward.out = static_cast<float*>(at.inputs[3]->data);
    args.forward.log_sum_exp = static_cast<float*>(at.inputs[4]->data);
    args.dout = at.floats(0);
    args.dq = at.output(0);
    args.dk = args.dq + args.forward.q_heads * args.forward.head_dim;
    args.dv = args.dk + args.forward.kv_heads * args.forward.head_dim;
    at.kernels.attention_backward(args, at.scratch, at.parallel);
  };
}

size_t attention_scratch(const Graph& graph, const Node& node, const Kernels& kernels,
                         int workers) {
  return kernels.attention_scratch(attention_args(graph, node), workers);
}

size_t attention_backward_scratch(const Graph& graph, const Node& node, const Kernels& kernels,
                                  int workers) {
  return kernels.attention_backward_scratch(attention_backward_args(graph, node), workers);
}

}  // namespace

std::vector<OpLaunch> launches::attention() {
  return {
      {.op = "attention", .scratch = attention_scratch, .prepare = prepare_attention},
      {.op = "attention_backward",
       .scratch = attention_backward_scratch,
       .prepare = prepare_attention_backward},
  };
}

}  // namespace glass::engine
