// How an operation of the graph becomes a call of a kernel: one row per op, in ops/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/kernels/kernels.h"

namespace glass::engine {

// Where a value lies.
struct Operand {
  void* data = nullptr;
  PackedMatrix packed = {};  // a weight may be bound in this form, too
};

struct LaunchContext {
  std::span<const Operand* const> inputs;  // null: an absent optional input
  std::span<const Operand* const> outputs;
  Scratch scratch;
  const Kernels& kernels;
  Parallel& parallel;

  [[nodiscard]] const float* floats(size_t input) const {
    return static_cast<const float*>(data(input));
  }

  [[nodiscard]] const int32_t* integers(size_t input) const {
    return static_cast<const int32_t*>(data(input));
  }

  [[nodiscard]] const uint16_t* halves(size_t input) const {
    return static_cast<const uint16_t*>(data(input));
  }

  [[nodiscard]] float* output(size_t i) const {
    return i < outputs.size() ? static_cast<float*>(outputs[i]->data) : nullptr;
  }

  [[nodiscard]] int32_t* integer_output(size_t i) const {
    return static_cast<int32_t*>(outputs[i]->data);
  }

  [[nodiscard]] uint16_t* halves_output(size_t i) const {
    return static_cast<uint16_t*>(outputs[i]->data);
  }

 private:
  [[nodiscard]] const void* data(size_t input) const {
    return inputs[input] == nullptr ? nullptr : inputs[input]->data;
  }
};

using Launch = std::function<void(const LaunchContext&)>;

// The kernel allows `output` to lie where `input` lies.
struct InPlace {
  size_t output = 0;
  size_t input = 0;
  bool required = false;  // the node is an update of that memory
};

struct OpLaunch {
  std::string_view op;
  std::vector<InPlace> in_place = {};  // the first that is possible is taken
  // Bytes of scratch; null: none.
  size_t (*scratch)(const Graph&, const Node&, const Kernels&, int workers) = nullptr;
  // Reads shapes and attributes once; the result only calls the kernel.
  Launch (*prepare)(const Graph&, const Node&) = nullptr;
};

// nullptr when no kernel computes this op.
const OpLaunch* find_launch(std::string_view op);

// Every op that a kernel computes, by name.
const std::map<std::string_view, OpLaunch>& all_launches();

}  // namespace glass::engine
