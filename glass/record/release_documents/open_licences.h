// Open licences: which the Model Openness Framework 1.0 takes for open.
//
// The rule of lfai/model_openness_tool (May 2026): approved by OSI or called free by FSF, in the
// list of licences of SPDX; a licence for open data of the tool's own list; or OpenMDW-1.0.
#pragma once

#include <string_view>

namespace glass::record {

// Whether every licence that the expression names is open; of an "OR", too, since nobody has
// chosen. An empty expression is not.
bool is_open_licence(std::string_view expression);

}  // namespace glass::record
