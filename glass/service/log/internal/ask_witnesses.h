// AskWitnesses: a log's present state taken to the witnesses of a policy.
#pragma once

#include <vector>

#include "glass/base/result.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/policy.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/service/log/internal/own_log.h"
#include "glass/service/log/watch_log.h"
#include "glass/system/files.h"

namespace glass::service {

struct CosignedLog {
  record::TreeHead tree;  // that was shown to them
  std::vector<AskedWitness> asked;
  std::vector<record::NoteSignature> signatures;  // of those that cosigned it
};

// Reads what is published and holds nothing: the log may grow meanwhile.
[[nodiscard]] Result<CosignedLog> ask_witnesses(system::Files& files, const OwnLog& log,
                                                const record::Policy& policy);

// Publishes what they cosigned. kRefused if the log has grown meanwhile, or another writer holds
// it.
[[nodiscard]] Status publish_cosigned(system::Files& files, const OwnLog& log,
                                      const CosignedLog& cosigned);

}  // namespace glass::service
