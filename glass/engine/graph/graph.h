// Graph: named operations on named values, in the order they run.
//
// A value is made once (by a node, or it comes from outside) and never changes: an operation that
// works in place in memory is, here, one that makes a new value; the plan decides about memory.
// Names are unique and follow the field, `blocks.3.attn.qkv`, so any value can be captured, patched
// or ablated by name; a node bears the name of its first output. The canonical JSON of a graph is
// part of a run's record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/json.h"
#include "glass/engine/tensor/dtype.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {

enum class ValueKind {
  kInput,       // bound before each run: tokens, positions, the cache of generation
  kParameter,   // bound: the weights
  kConstant,    // a pure function of attributes, computed once: the table of RoPE
  kActivation,  // lives in the arena, as long as it is needed
  kGradient,    // bound: the gradient of a parameter, written by the graph
  kOutput,      // lives in the arena until the next run: the loss of each row, the logits
};

// "input", "parameter", ...
std::string_view name(ValueKind kind);

enum class ValueId : int32_t { kNone = -1 };  // kNone: an optional input that is absent

constexpr size_t index(ValueId id) {
  return static_cast<size_t>(id);
}

struct Value {
  ValueId id;
  std::string name;
  DType dtype;
  Shape shape;
  ValueKind kind;

  [[nodiscard]] int64_t element_count() const;
  [[nodiscard]] size_t size_bytes() const;
};

using Attributes = Json::Object;  // of integers, finite numbers, booleans and strings

struct Node {
  std::string op;
  std::string name;
  std::vector<ValueId> inputs;  // an absent optional input is kNone
  std::vector<ValueId> outputs;
  Attributes attributes;
  int block = -1;  // the block of the model it belongs to: the unit of recomputation

  // REQUIRES: the attribute exists and has this type, as the shape rule of the op has checked.
  [[nodiscard]] int64_t int_attribute(std::string_view key) const;
  [[nodiscard]] double number_attribute(std::string_view key) const;
  [[nodiscard]] bool bool_attribute(std::string_view key) const;
  [[nodiscard]] const std::string& string_attribute(std::string_view key) const;

  [[nodiscard]] bool has_input(size_t i) const {
    return i < inputs.size() && inputs[i] != ValueId::kNone;
  }
};

// Made by a GraphBuilder or by backward(), which check every node's shapes.
class Graph {
 public:
  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] std::span<const Value> values() const { return values_; }

  [[nodiscard]] std::span<const Node> nodes() const { return nodes_; }

  [[nodiscard]] const Value& value(ValueId id) const { return values_[index(id)]; }

  // nullptr when there is none of that name.
  [[nodiscard]] const Value* find(std::string_view name) const;

  // In the order in which they were made.
  [[nodiscard]] std::vector<const Value*> values_of(ValueKind kind) const;

 private:
  friend class GraphBuilder;

  std::string name_;
  std::vector<Value> values_;
  std::vector<Node> nodes_;
  std::map<std::string, ValueId, std::less<>> by_name_;
};

// What the digest of a graph is taken of: to_canonical(to_json(graph)).
[[nodiscard]] Json to_json(const Graph& graph);

}  // namespace glass::engine
