// The table of operations: what an op needs, what it makes, and how its gradient is made.
//
// Adding an operation: a file in ops/ with its shape rule, its backward rule and a row in that
// file's table; a row in plan/ops/ that launches its kernel. No other file changes.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/tensor/dtype.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {

class BackwardPass;  // backward_pass.h

struct ValueType {
  DType dtype = DType::kF32;
  Shape shape;
};

// A node whose outputs are still to be found: what shape rules read.
class NodeTypes {
 public:
  NodeTypes(const Graph& graph, const Node& node) : graph_(graph), node_(node) {}

  [[nodiscard]] const Node& node() const { return node_; }

  [[nodiscard]] bool has(size_t input) const { return node_.has_input(input); }

  // REQUIRES: has(input).
  [[nodiscard]] const Shape& shape(size_t input) const;
  [[nodiscard]] int64_t extent(size_t input, size_t dimension) const;

  // "blocks.3.attn.qkv (linear): x is [4096, 256], weight is [768, 128]: <why>"
  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view why) const;

  // Refuses an input of another type or number of dimensions; an absent one passes.
  [[nodiscard]] Status expect(size_t input, DType dtype, size_t dimensions) const;
  // Refuses an input of another shape; an absent one passes.
  [[nodiscard]] Status expect_shape(size_t input, const Shape& shape) const;

 private:
  const Graph& graph_;
  const Node& node_;
};

struct OpSpec {
  std::string_view name;
  std::vector<std::string_view> inputs;   // a trailing '?' marks an optional one
  std::vector<std::string_view> outputs;  // suffixes of the names; that of the first is empty
  // The types of the outputs, or why these inputs and attributes do not fit.
  Result<std::vector<ValueType>> (*infer)(const NodeTypes&);
  // Adds the nodes that make the gradients of the inputs; null: no gradient flows through it.
  void (*backward)(BackwardPass&, const Node&) = nullptr;
  // For a loss: the op that makes also the gradients of the loss' inputs, as further outputs.
  std::string_view with_gradients = "";
  std::string_view with_input_gradient = "";  // the same without what is not wanted, the weight's
  // Of `with_gradients`: the input whose gradient the output of that index is, -1 for none.
  std::vector<int> gradient_of = {};
  bool constant = false;  // computed once, before the first run
  // What storage in fewer bits has to know (bf16_storage.h), by index: the inputs and outputs of
  // many numbers, parameters aside, that the backward rule reads; inputs that may be matrices of
  // the model, multiplied or looked up; inputs whose residual stream the first output continues.
  std::vector<size_t> saved_inputs = {}, saved_outputs = {};
  std::vector<size_t> matrix_inputs = {};
  std::vector<size_t> stream_inputs = {};
  bool begins_stream = false;
  bool light = false;  // quickly computed again, from inputs that its backward rule keeps anyway
};

// nullptr when there is no such op.
const OpSpec* find_op(std::string_view name);

// Every op, by name.
const std::map<std::string_view, OpSpec>& all_ops();

}  // namespace glass::engine
