#include "glass/engine/generate/weights.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "glass/base/result.h"
#include "glass/engine/graph/graph.h"
#include "glass/engine/models/decoder/decoder.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {
namespace {

constexpr size_t kAlignment = 64;

size_t aligned(size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

// The parameters that every node of the graph that reads them takes in packed form.
std::set<std::string> packable(const Graph& graph) {
  std::set<std::string> names, others;
  for (const Node& node : graph.nodes()) {
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == ValueId::kNone) continue;
      const Value& value = graph.value(node.inputs[i]);
      if (value.kind == ValueKind::kParameter)
        (Executor::takes_packed(node, i) ? names : others).insert(value.name);
    }
  }
  for (const std::string& other : others) names.erase(other);
  return names;
}

Status check_parameter(const ParameterSpec& spec, std::span<const float> values,
                       WeightFormat format) {
  const int64_t count = element_count(spec.shape).value();  // parameters() has checked it
  if (std::ssize(values) != count)
    return fail(ErrorCode::kInvalidInput,
                fmt::format("parameter '{}' has shape {}, but {} elements are given", spec.name,
                            to_text(spec.shape), values.size()));
  if (!fits(format, values))
    return fail(ErrorCode::kInvalidInput,
                fmt::format("parameter '{}' holds a number that {} cannot store; choose f32",
                            spec.name, name(format)));
  return {};
}

}  // namespace

Result<DecoderWeights> DecoderWeights::create(const DecoderConfig& config,
                                              const ParameterLookup& parameters,
                                              WeightFormat format, const Kernels& kernels,
                                              Parallel& parallel) {
  GLASS_TRY(const std::vector<ParameterSpec> specs, engine::parameters(config));
  GLASS_TRY(const Graph graph, build_inference_graph(config, {}));
  const std::set<std::string> packed = packable(graph);
  size_t bytes = 0;
  for (const ParameterSpec& spec : specs) {
    const std::span<const float> values = parameters(spec.name);
    const bool pack = packed.contains(spec.name);
    GLASS_TRY_STATUS(check_parameter(spec, values, pack ? format : WeightFormat::kF32));
    bytes += aligned(pack ? kernels.packed_bytes(spec.shape[0], spec.shape[1], format)
                          : values.size_bytes());
  }
  DecoderWeights weights;
  GLASS_TRY(weights.memory_, system::LargeMemory::allocate(bytes));
  std::span<std::byte> room = weights.memory_.span();
  for (const ParameterSpec& spec : specs) {
    const std::span<const float> values = parameters(spec.name);
    Parameter parameter{.name = spec.name, .plain = {}, .packed = {}};
    size_t used = values.size_bytes();
    if (packed.contains(spec.name)) {
      used = kernels.packed_bytes(spec.shape[0], spec.shape[1], format);
      parameter.packed = kernels.pack(values.data(), spec.shape[0], spec.shape[1], format,
                                      room.first(used), parallel);
    } else {
      auto* copy = reinterpret_cast<float*>(room.data());
      std::ranges::copy(values, copy);
      parameter.plain = {copy, values.size()};
    }
    room = room.subspan(aligned(used));
    weights.parameters_.push_back(std::move(parameter));
  }
  return weights;
}

Status DecoderWeights::bind_to(Executor& executor) const {
  for (const Parameter& parameter : parameters_) {
    if (parameter.packed.data != nullptr) {
      GLASS_TRY_STATUS(executor.bind_packed(parameter.name, parameter.packed));
    } else {
      GLASS_TRY_STATUS(executor.bind(parameter.name, parameter.plain));
    }
  }
  return {};
}

}  // namespace glass::engine
