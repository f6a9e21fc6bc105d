// The parts of a release, each added to the staged folder. Nothing outside this room.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glass/base/result.h"
#include "glass/engine/formats/gguf.h"
#include "glass/record/release_documents/release_facts.h"
#include "glass/service/release/internal/staged_release.h"
#include "glass/service/run_folder.h"
#include "glass/service/run_record.h"
#include "glass/service/services.h"

namespace glass::service {

// Asked between the parts: kInterrupted if the user wants to stop.
[[nodiscard]] Status expect_wanted(const Services& services);

struct ReleasedForm {
  std::string name;  // as in the file's name
  engine::GgufForm form;
};

// Forms of GGUF files by name, in either case. kInvalidInput says which there are, or that one is
// named twice.
[[nodiscard]] Result<std::vector<ReleasedForm>> released_forms(
    const std::vector<std::string>& names);

// kInvalidInput if the record has a file of the model by a name that the release needs for itself.
[[nodiscard]] Status expect_model_names(const RunRecord& record);

struct ModelForms {
  std::vector<ReleasedForm> gguf = {};
  uint64_t shard_bytes = UINT64_MAX;  // weights of more are split
};

// The files of model/ and adapter/ as recorded, what other programs want beside them, and the model
// as GGUF in the forms; what is not a copy is read back and compared.
[[nodiscard]] Status add_model(StagedRelease& release, const RunRecord& record,
                               const RunPaths& paths, const std::string& name,
                               const ModelForms& forms, const Services& services);

// The files of replays/, each a replay of this run that was equal. What a kill has left is passed
// over; of anything else the error names the file: kMismatch if it was changed or its replay not
// equal, kInvalidInput if it is no replay of this run.
[[nodiscard]] Result<std::vector<std::string>> equal_replays(const RunRecord& record,
                                                             const RunPaths& paths,
                                                             system::Files& files);

// The record, what it names, the log of the training and the replays, under the names of the run's
// folder; and, where text was held out, a statement of how the model did on it.
[[nodiscard]] Status add_evidence(StagedRelease& release, const RunRecord& record,
                                  const RunPaths& paths, const Services& services);

// Cards, bills of materials, the EU's forms, the grade of openness. `facts` knows all files so far.
[[nodiscard]] Status add_documents(StagedRelease& release, const record::ReleaseFacts& facts);

// What the forms demand and nobody has answered, as "2.1 label"; empty if nothing.
std::vector<std::string> missing_answers(const record::ReleaseFacts& facts);

}  // namespace glass::service
