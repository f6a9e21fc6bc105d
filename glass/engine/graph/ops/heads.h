// The heads of attention as attributes of a node.
#pragma once

#include <cmath>

#include "glass/base/result.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/softcap.h"
#include "glass/engine/graph/registry.h"

namespace glass::engine {

inline Attributes to_attributes(const Heads& heads) {
  Attributes attributes = {{"query_heads", heads.query},
                           {"key_heads", heads.key},
                           {"head_dim", heads.head_dim},
                           {"scale", heads.scale}};
  add_softcap(attributes, heads.softcap);
  return attributes;
}

inline Heads heads_of(const Node& node) {
  return {.query = node.int_attribute("query_heads"),
          .key = node.int_attribute("key_heads"),
          .head_dim = node.int_attribute("head_dim"),
          .scale = node.number_attribute("scale"),
          .softcap = softcap_of(node)};
}

// Refuses heads that cannot be and a fused row of another width.
[[nodiscard]] inline Status expect_heads(const NodeTypes& node, size_t qkv) {
  const Heads heads = heads_of(node.node());
  if (heads.query < 1 || heads.key < 1 || heads.head_dim < 1 || heads.query % heads.key != 0)
    return node.wrong("the query heads must be a multiple of the key heads");
  if (!std::isfinite(heads.scale) || heads.scale <= 0)
    return node.wrong("the scale must be a positive number");
  GLASS_TRY_STATUS(expect_softcap(node));
  GLASS_TRY_STATUS(node.expect(qkv, DType::kF32, 2));
  if (node.extent(qkv, 1) != heads.qkv_width())
    return node.wrong("a row of qkv is not as wide as all its heads");
  return {};
}

}  // namespace glass::engine
