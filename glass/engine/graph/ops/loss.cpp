// linear_cross_entropy: the last product and the loss in one, so that the logits of all rows never
// exist at once. With gradients it is one op, too: the logits are made only once. Weighted, each
// row's gradient is multiplied by its weight; the loss stays as it is.
#include <string_view>
#include <utility>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/graph/operations.h"
#include "glass/engine/graph/ops/families.h"
#include "glass/engine/graph/ops/loss_options.h"
#include "glass/engine/graph/ops/softcap.h"

namespace glass::engine {
namespace {

Result<std::vector<ValueType>> infer_loss(const NodeTypes& node) {
  GLASS_TRY_STATUS(node.expect(0, kF32, 2));
  GLASS_TRY_STATUS(node.expect(1, kF32, 2));
  GLASS_TRY_STATUS(node.expect(2, DType::kI32, 1));
  if (node.extent(0, 1) != node.extent(1, 1))
    return node.wrong("the columns of x and of weight differ");
  GLASS_TRY_STATUS(node.expect_shape(2, {node.extent(0, 0)}));
  if (node.node().inputs.size() > 3) {
    GLASS_TRY_STATUS(node.expect(3, kF32, 1));
    GLASS_TRY_STATUS(node.expect_shape(3, {node.extent(0, 0)}));
  }
  GLASS_TRY_STATUS(expect_softcap(node));
  const LossOptions options = loss_options_of(node.node());
  if (!(options.label_smoothing >= 0 && options.label_smoothing < 1))
    return node.wrong("the label smoothing must be at least 0 and below 1");
  if (!(options.z_loss >= 0 && options.z_loss <= 1))
    return node.wrong("the factor of the z-loss must be from 0 to 1");
  return std::vector<ValueType>{{kF32, {node.extent(0, 0)}}};
}

Result<std::vector<ValueType>> infer_loss_with_gradients(const NodeTypes& node) {
  GLASS_TRY(std::vector<ValueType> outputs, infer_loss(node));
  outputs.push_back({kF32, node.shape(0)});
  outputs.push_back({kF32, node.shape(1)});
  return outputs;
}

Result<std::vector<ValueType>> infer_loss_with_input_gradient(const NodeTypes& node) {
  GLASS_TRY(std::vector<ValueType> outputs, infer_loss(node));
  outputs.push_back({kF32, node.shape(0)});
  return outputs;
}

}  // namespace

ValueId linear_cross_entropy(GraphBuilder& graph, std::string_view name, ValueId x_NC,
                             ValueId weight_VC, ValueId target_N, const LossOptions& options) {
  Attributes attributes;
  add_softcap(attributes, options.softcap);
  if (options.label_smoothing != 0) attributes["label_smoothing"] = options.label_smoothing;
  if (options.z_loss != 0) attributes["z_loss"] = options.z_loss;
  std::vector<ValueId> inputs = {x_NC, weight_VC, target_N};
  if (options.row_weight_N == ValueId::kNone)
    return graph.add_node_1("linear_cross_entropy", name, std::move(inputs), std::move(attributes));
  inputs.push_back(options.row_weight_N);
  return graph.add_node_1("weighted_linear_cross_entropy", name, std::move(inputs),
                          std::move(attributes));
}

std::vector<OpSpec> ops::loss() {
  const std::vector<std::string_view> inputs = {"x", "weight", "target"};
  const std::vector<std::string_view> weighted = {"x", "weight", "target", "row_weight"};
  return {
      {.name = "linear_cross_entropy",
       .inputs = inputs,
       .outputs = {""},
       .infer = infer_loss,
       .with_gradients = "linear_cross_entropy_with_gradients",
       .with_input_gradient = "linear_cross_entropy_with_input_gradient",
       .matrix_inputs = {1}},
      {.name = "linear_cross_entropy_with_gradients",
       .inputs = inputs,
       .outputs = {"", "dx", "dweight"},
       .infer = infer_loss_with_gradients,
       .gradient_of = {-1, 0, 1}},
      {.name = "linear_cross_entropy_with_input_gradient",
       .inputs = inputs,
       .outputs = {"", "dx"},
       .infer = infer_loss_with_input_gradient,
       .gradient_of = {-1, 0}},
      {.name = "weighted_linear_cross_entropy",
       .inputs = weighted,
       .outputs = {""},
       .infer = infer_loss,
       .with_gradients = "weighted_linear_cross_entropy_with_gradients",
       .with_input_gradient = "weighted_linear_cross_entropy_with_input_gradient",
       .matrix_inputs = {1}},
      {.name = "weighted_linear_cross_entropy_with_gradients",
       .inputs = weighted,
       .outputs = {"", "dx", "dweight"},
       .infer = infer_loss_with_gradients,
       .gradient_of = {-1, 0, 1}},
      {.name = "weighted_linear_cross_entropy_with_input_gradient",
       .inputs = weighted,
       .outputs = {"", "dx"},
       .infer = infer_loss_with_input_gradient,
       .gradient_of = {-1, 0}},
  };
}

}  // namespace glass::engine
