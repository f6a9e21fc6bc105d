// Golden documents: what the renderers make of some_release(), in tests/golden/release/; and how
// tests look into others.
#pragma once

#include <string>
#include <string_view>

namespace glass::record {

// The text of the golden file. Where GLASS_UPDATE_GOLDEN is set, `made` becomes it first.
std::string golden(std::string_view name, std::string_view made);

bool contains(std::string_view document, std::string_view part);

}  // namespace glass::record
