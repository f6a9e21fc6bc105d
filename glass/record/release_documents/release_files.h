// The documents of a release by the names of their files; the rest of its folder stands in
// glass/record/release/release_layout.h.
#pragma once

#include <string_view>

namespace glass::record {

inline constexpr std::string_view kModelCardFile = "README.md";
inline constexpr std::string_view kVerifyGuideFile = "VERIFY.md";
inline constexpr std::string_view kBillOfMaterialsFile = "bom.cdx.json";
inline constexpr std::string_view kSpdxFile = "spdx.json";
inline constexpr std::string_view kCroissantFile = "croissant.json";
inline constexpr std::string_view kPublicSummaryName = "public-summary";  // .json, .md, .html
inline constexpr std::string_view kDocumentationName = "model-documentation";
inline constexpr std::string_view kOpennessFile = "openness.json";
inline constexpr std::string_view kFrameworkFile = "mof.yml";

// Of the run's folder, as the release keeps it.
inline constexpr std::string_view kRunRecordFile = "evidence/record.json";
inline constexpr std::string_view kRecipeFile = "evidence/recipe.json";
inline constexpr std::string_view kCorpusFolder = "evidence/corpus/";

}  // namespace glass::record
