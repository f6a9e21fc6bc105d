// The parts of a release, each added to the staged folder. Nothing outside this room.
#pragma once

#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/service/release/internal/staged_release.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_record.h"
#include "glass/service/services.h"

namespace glass::service {

// The files of model/ and adapter/ as recorded, what other programs want beside them, and the model
// as GGUF in the named forms, each read back and compared.
[[nodiscard]] Status add_model(StagedRelease& release, const RunRecord& record,
                               const RunPaths& paths, const std::string& name,
                               const std::vector<std::string>& forms, const Services& services);

// The record, what it names, the log of the training and the replays, under the names of the run's
// folder.
[[nodiscard]] Status add_evidence(StagedRelease& release, const RunRecord& record,
                                  const RunPaths& paths, system::Files& files);

// Cards, bills of materials, the EU's forms, the grade of openness. `facts` knows all files so far.
[[nodiscard]] Status add_documents(StagedRelease& release, const record::ReleaseFacts& facts);

// What the forms demand and nobody has answered, as "2.1 label"; empty if nothing.
std::vector<std::string> missing_answers(const record::ReleaseFacts& facts);

}  // namespace glass::service
