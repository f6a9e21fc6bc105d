// How a node takes the matrices it reads, as an attribute: as they are where it is absent, or as
// the nearest numbers of bfloat16.
#pragma once

#include "glass/engine/graph/graph.h"
#include "glass/engine/tensor/dtype.h"

namespace glass::engine {

inline void take_matrices_as_bf16(Attributes& attributes) {
  attributes["matrices"] = name(DType::kBF16);
}

inline bool takes_matrices_as_bf16(const Node& node) {
  return node.attributes.contains("matrices");
}

}  // namespace glass::engine
