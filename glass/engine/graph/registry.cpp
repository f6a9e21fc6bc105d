#include "glass/engine/graph/registry.h"

#include <map>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "glass/base/check.h"
#include "glass/base/result.h"
#include "glass/engine/graph/ops/families.h"
#include "glass/engine/tensor/dtype.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {

const std::map<std::string_view, OpSpec>& all_ops() {
  static const std::map<std::string_view, OpSpec> table = [] {
    std::map<std::string_view, OpSpec> ops;
    for (const auto& family :
         {ops::activation(), ops::attention(), ops::cache(), ops::dropout(), ops::elementwise(),
          ops::embedding(), ops::experts(), ops::linear(), ops::loss(), ops::normalization(),
          ops::position(), ops::qk_norm(), ops::storage()}) {
      for (const OpSpec& spec : family) GLASS_CHECK(ops.emplace(spec.name, spec).second);
    }
    return ops;
  }();
  return table;
}

const OpSpec* find_op(std::string_view name) {
  const auto found = all_ops().find(name);
  return found == all_ops().end() ? nullptr : &found->second;
}

const Shape& NodeTypes::shape(size_t input) const {
  GLASS_CHECK(has(input));
  return graph_.value(node_.inputs[input]).shape;
}

int64_t NodeTypes::extent(size_t input, size_t dimension) const {
  return shape(input)[dimension];
}

tl::unexpected<Error> NodeTypes::wrong(std::string_view why) const {
  const OpSpec& spec = *find_op(node_.op);
  std::string inputs;
  for (size_t i = 0; i < node_.inputs.size(); ++i) {
    if (!has(i)) continue;
    std::string_view input = spec.inputs[i];
    if (input.ends_with('?')) input.remove_suffix(1);
    if (!inputs.empty()) inputs += ", ";
    inputs += fmt::format("{} is {}", input, to_text(shape(i)));
  }
  return fail(ErrorCode::kInvalidInput, fmt::format("{} ({}): {}{}{}", node_.name, node_.op, why,
                                                    inputs.empty() ? "" : "; ", inputs));
}

Status NodeTypes::expect(size_t input, DType dtype, size_t dimensions) const {
  if (!has(input)) return {};
  const Value& value = graph_.value(node_.inputs[input]);
  if (value.dtype != dtype)
    return wrong(fmt::format("'{}' has elements of type {}, not {}", value.name,
                             engine::name(value.dtype), engine::name(dtype)));
  if (value.shape.size() != dimensions)
    return wrong(fmt::format("'{}' must have {} dimensions", value.name, dimensions));
  return {};
}

Status NodeTypes::expect_shape(size_t input, const Shape& shape) const {
  if (!has(input)) return {};
  const Value& value = graph_.value(node_.inputs[input]);
  if (value.shape != shape)
    return wrong(fmt::format("'{}' must be {}", value.name, to_text(shape)));
  return {};
}

}  // namespace glass::engine
