// The soft cap of scores or logits as an attribute of a node; without a cap, or with a cap of 0,
// there is none.
#pragma once

#include <cmath>

#include "glass/base/result.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/graph/registry.h"

namespace glass::engine {

inline void add_softcap(Attributes& attributes, double cap) {
  if (cap != 0) attributes["softcap"] = cap;
}

inline double softcap_of(const Node& node) {
  return node.attributes.contains("softcap") ? node.number_attribute("softcap") : 0;
}

[[nodiscard]] inline Status expect_softcap(const NodeTypes& node) {
  const double cap = softcap_of(node.node());
  if (!std::isfinite(cap) || cap < 0) return node.wrong("the soft cap must be a positive number");
  return {};
}

}  // namespace glass::engine
