// The tables of operations, one per file of this folder. registry.cpp joins them.
#pragma once

#include <vector>

#include "glass/engine/graph/registry.h"

namespace glass::engine {

inline constexpr DType kF32 = DType::kF32;
inline constexpr DType kI32 = DType::kI32;

namespace ops {

std::vector<OpSpec> activation();
std::vector<OpSpec> attention();
std::vector<OpSpec> cache();
std::vector<OpSpec> dropout();
std::vector<OpSpec> elementwise();
std::vector<OpSpec> embedding();
std::vector<OpSpec> experts();
std::vector<OpSpec> linear();
std::vector<OpSpec> loss();
std::vector<OpSpec> normalization();
std::vector<OpSpec> position();
std::vector<OpSpec> qk_norm();
std::vector<OpSpec> storage();

}  // namespace ops
}  // namespace glass::engine
