#include "glass/engine/graph/graph.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "glass/base/check.h"
#include "glass/base/json.h"
#include "glass/engine/tensor/dtype.h"
#include "glass/engine/tensor/shape.h"

namespace glass::engine {
namespace {

const Json& attribute(const Node& node, std::string_view key) {
  const auto found = node.attributes.find(key);
  GLASS_CHECK(found != node.attributes.end());
  return found->second;
}

Json names_of(const Graph& graph, const std::vector<ValueId>& ids) {
  Json::Array names;
  for (const ValueId id : ids)
    names.push_back(id == ValueId::kNone ? Json(nullptr) : Json(graph.value(id).name));
  return names;
}

Json shape_json(const Shape& shape) {
  return Json::Array(shape.begin(), shape.end());
}

}  // namespace

std::string_view name(ValueKind kind) {
  switch (kind) {
    case ValueKind::kInput: return "input";
    case ValueKind::kParameter: return "parameter";
    case ValueKind::kConstant: return "constant";
    case ValueKind::kActivation: return "activation";
    case ValueKind::kGradient: return "gradient";
    case ValueKind::kOutput: return "output";
  }
  return "";
}

int64_t Value::element_count() const {
  return engine::element_count(shape).value();  // the builder has checked it
}

size_t Value::size_bytes() const {
  return static_cast<size_t>(element_count() * engine::size_bytes(dtype));
}

int64_t Node::int_attribute(std::string_view key) const {
  const int64_t* value = attribute(*this, key).if_int();
  GLASS_CHECK(value != nullptr);
  return *value;
}

double Node::number_attribute(std::string_view key) const {
  const Json& value = attribute(*this, key);
  if (const int64_t* whole = value.if_int()) return static_cast<double>(*whole);
  GLASS_CHECK(value.if_double() != nullptr);
  return *value.if_double();
}

bool Node::bool_attribute(std::string_view key) const {
  const bool* value = attribute(*this, key).if_bool();
  GLASS_CHECK(value != nullptr);
  return *value;
}

const std::string& Node::string_attribute(std::string_view key) const {
  const std::string* value = attribute(*this, key).if_string();
  GLASS_CHECK(value != nullptr);
  return *value;
}

const Value* Graph::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &value(found->second);
}

std::vector<const Value*> Graph::values_of(ValueKind kind) const {
  std::vector<const Value*> found;
  for (const Value& value : values_) {
    if (value.kind == kind) found.push_back(&value);
  }
  return found;
}

Json to_json(const Graph& graph) {
  Json::Array values, nodes;
  for (const Value& value : graph.values()) {
    values.emplace_back(Json::Object{{"name", value.name},
                                     {"dtype", name(value.dtype)},
                                     {"shape", shape_json(value.shape)},
                                     {"kind", name(value.kind)}});
  }
  for (const Node& node : graph.nodes()) {
    nodes.emplace_back(Json::Object{{"op", node.op},
                                    {"name", node.name},
                                    {"inputs", names_of(graph, node.inputs)},
                                    {"outputs", names_of(graph, node.outputs)},
                                    {"attributes", node.attributes}});
  }
  return Json::Object{{"format", "glass-graph-1"},
                      {"name", graph.name()},
                      {"values", std::move(values)},
                      {"nodes", std::move(nodes)}};
}

}  // namespace glass::engine
