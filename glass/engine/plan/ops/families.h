// The launches of each family of operations, one file of this folder each. launch.cpp joins them.
#pragma once

#include <vector>

#include "glass/engine/plan/launch.h"

namespace glass::engine::launches {

std::vector<OpLaunch> activation();
std::vector<OpLaunch> attention();
std::vector<OpLaunch> cache();
std::vector<OpLaunch> dropout();
std::vector<OpLaunch> elementwise();
std::vector<OpLaunch> embedding();
std::vector<OpLaunch> experts();
std::vector<OpLaunch> linear();
std::vector<OpLaunch> loss();
std::vector<OpLaunch> normalization();
std::vector<OpLaunch> position();
std::vector<OpLaunch> qk_norm();
std::vector<OpLaunch> storage();

}  // namespace glass::engine::launches
