// The scaling of RoPE's frequencies as attributes of a node; without a scaling there are none.
#pragma once

#include "glass/engine/graph/graph.h"
#include "glass/engine/graph/operations.h"

namespace glass::engine {

inline void add_scaling(Attributes& attributes, const RopeScaling& scaling) {
  if (scaling == RopeScaling()) return;
  attributes["scaling"] = scaling.kind == RopeScaling::Kind::kLlama3 ? "llama3" : "linear";
  attributes["factor"] = scaling.factor;
  attributes["low_frequency"] = scaling.low_frequency;
  attributes["high_frequency"] = scaling.high_frequency;
  attributes["context"] = scaling.context;
}

inline RopeScaling scaling_of(const Node& node) {
  if (!node.attributes.contains("scaling")) return {};
  const bool llama3 = node.string_attribute("scaling") == "llama3";
  return {.kind = llama3 ? RopeScaling::Kind::kLlama3 : RopeScaling::Kind::kLinear,
          .factor = node.number_attribute("factor"),
          .low_frequency = node.number_attribute("low_frequency"),
          .high_frequency = node.number_attribute("high_frequency"),
          .context = node.int_attribute("context")};
}

}  // namespace glass::engine
