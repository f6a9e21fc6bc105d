// GraphBuilder: makes a graph, one operation after the other.
//
// The functions that add operations are in operations.h. Errors wait: the first impossible shape is
// remembered, what follows becomes a no-op, and build() returns the error, naming node and shapes.
// So a model reads as a list of its operations.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/graph.h"

namespace glass::engine {

class GraphBuilder {
 public:
  explicit GraphBuilder(std::string name);
  explicit GraphBuilder(Graph graph);  // goes on with it

  // A prefix for the names made while it lives: scope("blocks.3") and then "attn.qkv" give
  // "blocks.3.attn.qkv". A scope with a block number marks the nodes as that block's.
  class Scope {
   public:
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope();

   private:
    friend class GraphBuilder;
    Scope(GraphBuilder& builder, std::string_view prefix, std::optional<int> block);

    GraphBuilder& builder_;
    size_t length_before_;
    int block_before_;
  };

  [[nodiscard]] Scope scope(std::string_view prefix, std::optional<int> block = std::nullopt);

  ValueId input(std::string_view name, DType dtype, Shape shape);
  ValueId parameter(std::string_view name, Shape shape);

  // Adds a node of a registered op (registry.h). The outputs are named after the node: the first
  // one bears its name, the others add the op's suffix ("norm1.rstd").
  std::vector<ValueId> add_node(std::string_view op, std::string_view name,
                                std::vector<ValueId> inputs, Attributes attributes = {});
  ValueId add_node_1(std::string_view op, std::string_view name, std::vector<ValueId> inputs,
                     Attributes attributes = {});  // its first output

  void mark_output(ValueId id);
  void mark_gradient(ValueId id);
  void rename(ValueId id, std::string_view full_name);

  void set_block(int block) { block_ = block; }

  // Turns a node into another op that has the same first outputs and more of them; returns the
  // additional ones.
  std::vector<ValueId> replace_node(size_t node, std::string_view op);

  void fail(Error error);  // remembered if it is the first

  [[nodiscard]] bool failed() const { return error_.has_value(); }

  // So far; a value added later may move it.
  [[nodiscard]] const Graph& graph() const { return graph_; }

  [[nodiscard]] Result<Graph> build();

 private:
  ValueId add_value(std::string name, DType dtype, Shape shape, ValueKind kind);
  void add_outputs(Node& node, size_t already_there);

  Graph graph_;
  std::string prefix_;
  int block_ = -1;
  std::optional<Error> error_;
};

}  // namespace glass::engine
