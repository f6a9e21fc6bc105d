#include "glass/engine/nn/net.h"

#include <string>
#include <string_view>
#include <utility>

#include "glass/engine/graph/graph.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine::nn {

ValueId Net::parameter(std::string_view name, Shape shape, Init init) {
  return add_parameter(name, std::move(shape), init, adapters_.rank == 0);
}

ValueId Net::adapter_parameter(std::string_view name, Shape shape, Init init) {
  return add_parameter(name, std::move(shape), init, true);
}

ValueId Net::add_parameter(std::string_view name, Shape shape, Init init, bool trained) {
  const bool decay = shape.size() >= 2;
  const ValueId id = graph_.parameter(name, shape);
  if (id != ValueId::kNone)
    parameters_.push_back({.name = graph_.graph().value(id).name,
                           .shape = std::move(shape),
                           .init = init,
                           .decay = decay,
                           .trained = trained});
  return id;
}

int64_t Net::width(ValueId id) const {
  return graph_.failed() ? 0 : graph_.graph().value(id).shape.back();
}

}  // namespace glass::engine::nn
