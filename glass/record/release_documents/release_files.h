// The files of a release's folder that are not the model: what the documents call one another.
#pragma once

#include <string_view>

namespace glass::record {

inline constexpr std::string_view kModelCardFile = "README.md";
inline constexpr std::string_view kVerifyGuideFile = "VERIFY.md";
inline constexpr std::string_view kSumsFile = "SHA256SUMS";
inline constexpr std::string_view kSignatureFile = "model.sig";
inline constexpr std::string_view kSigningKeyFile = "model.pub";  // PEM
inline constexpr std::string_view kProvenanceFile = "provenance.json";
inline constexpr std::string_view kBillOfMaterialsFile = "bom.cdx.json";
inline constexpr std::string_view kSpdxFile = "spdx.json";
inline constexpr std::string_view kCroissantFile = "croissant.json";
inline constexpr std::string_view kPublicSummaryName = "public-summary";  // .json, .md, .html
inline constexpr std::string_view kDocumentationName = "model-documentation";
inline constexpr std::string_view kOpennessFile = "openness.json";
inline constexpr std::string_view kFrameworkFile = "mof.yml";
inline constexpr std::string_view kRunRecordFile = "record.json";
inline constexpr std::string_view kRecipeFile = "recipe.json";
inline constexpr std::string_view kLogProofFile = "release.tlog-proof";

}  // namespace glass::record
