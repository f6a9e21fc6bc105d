// ReleaseLayout: where the parts of a release lie in its folder.
//
//   README.md, config.json, *.safetensors, tokenizer.json, ...   the model, for Hugging Face
//   NAME-F32.gguf, ...                                           the model, for llama.cpp
//   evidence/...      the record, under the names of the run's folder
//   bom.cdx.json, ... bills of materials, cards, the EU's forms
//   provenance.json, release.json                                signed statements
//   release.tlog-proof, log.key                                  that release.json is in a log
//   SHA256SUMS, VERIFY.md, model.pub, model.sig                  for whoever checks it
//
// Who covers what: release.json names every file but itself, SHA256SUMS, the proof and model.sig;
// SHA256SUMS names every file but itself and model.sig; model.sig names every file but itself.
// Format page: docs/reference/formats/release.md.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "glass/crypto/sha256.h"

namespace glass::record {

inline constexpr std::string_view kReleaseStatementFile = "release.json";
inline constexpr std::string_view kReleaseProofFile = "release.tlog-proof";
inline constexpr std::string_view kLogKeyFile = "log.key";
inline constexpr std::string_view kReleaseSumsFile = "SHA256SUMS";
inline constexpr std::string_view kModelKeyFile = "model.pub";
inline constexpr std::string_view kProvenanceStatementFile = "provenance.json";
inline constexpr std::string_view kEvidenceFolder = "evidence";
// What whoever makes the release says of the held-out text; evaluations of others lie beside it.
inline constexpr std::string_view kHeldOutEvaluationFile = "evidence/evaluations/held-out.json";

// In the tree of a release, what its facility has decided.
inline constexpr std::string_view kDecisionNode = "facility's decision";

// Whether release.json has to name it.
bool is_stated(std::string_view file);

// What SHA256SUMS holds for these files: "<hex>  <file>" a line, as sha256sum prints it, itself and
// model.sig left out.
std::string sums_text(const std::map<std::string, crypto::Digest>& files);

}  // namespace glass::record
