// The cache of keys and values that generation appends to and attends over. No gradients.
#include <cstdint>
#include <string_view>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/families.h"
#include "glass/engine/graph/ops/heads.h"

namespace glass::engine {
namespace {

Status expect_cache(const NodeTypes& node, size_t length) {
  const Heads heads = heads_of(node.node());
  GLASS_TRY_STATUS(expect_heads(node, 0));
  GLASS_TRY_STATUS(node.expect(1, kF32, 3));
  GLASS_TRY_STATUS(node.expect(length, kI32, 1));
  GLASS_TRY_STATUS(node.expect_shape(length, {node.extent(1, 0)}));
  if (node.extent(1, 2) != 2 * heads.key * heads.head_dim)
    return node.wrong("a row of the cache is not as wide as the key heads and the value heads");
  const int64_t sequences = node.extent(1, 0);
  if (node.extent(0, 0) % sequences != 0 || node.extent(0, 0) / sequences > node.extent(1, 1))
    return node.wrong("the rows of qkv do not fit into the cache");
  return {};
}

Result<std::vector<ValueType>> infer_cache_write(const NodeTypes& node) {
  GLASS_TRY_STATUS(expect_cache(node, 2));
  return std::vector<ValueType>{{kF32, node.shape(1)}};
}

Result<std::vector<ValueType>> infer_cached_attention(const NodeTypes& node) {
  GLASS_TRY_STATUS(expect_cache(node, 3));
  GLASS_TRY_STATUS(node.expect(2, kI32, 2));
  const int64_t sequences = node.extent(1, 0);
  GLASS_TRY_STATUS(node.expect_shape(2, {sequences, node.extent(0, 0) / sequences}));
  const Heads heads = heads_of(node.node());
  return std::vector<ValueType>{{kF32, {node.extent(0, 0), heads.query * heads.head_dim}}};
}

}  // namespace

ValueId cache_write(GraphBuilder& graph, std::string_view name, ValueId qkv, ValueId cache_BPW,
                    ValueId length_B, const Heads& heads) {
  return graph.add_node_1("cache_write", name, {qkv, cache_BPW, length_B}, to_attributes(heads));
}

ValueId cached_attention(GraphBuilder& graph, std::string_view name, ValueId qkv, ValueId cache_BPW,
                         ValueId first_key_BT, ValueId length_B, const Heads& heads) {
  return graph.add_node_1("cached_attention", name, {qkv, cache_BPW, first_key_BT, length_B},
                          to_attributes(heads));
}

std::vector<OpSpec> ops::cache() {
  return {
      {.name = "cache_write",
       .inputs = {"qkv", "cache", "length"},
       .outputs = {""},
       .infer = infer_cache_write},
      {.name = "cached_attention",
       .inputs = {"qkv", "cache", "first_key", "length"},
       .outputs = {""},
       .infer = infer_cached_attention},
  };
}

}  // namespace glass::engine
