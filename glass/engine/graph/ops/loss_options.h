// The options of a loss as attributes of its node; what is 0 is not there.
#pragma once

#include <string_view>

#include "glass/engine/graph/graph.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/softcap.h"

namespace glass::engine {

inline LossOptions loss_options_of(const Node& node) {
  const auto number = [&](std::string_view key) {
    return node.attributes.contains(key) ? node.number_attribute(key) : 0.0;
  };
  return {.softcap = softcap_of(node),
          .label_smoothing = number("label_smoothing"),
          .z_loss = number("z_loss")};
}

}  // namespace glass::engine
