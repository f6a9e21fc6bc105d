// fsck: whether the files of a log are what they should be, made again from the entries alone.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/record/merkle/merkle.h"
#include "glass/record/tlog/signed_note.h"
#include "glass/system/files.h"

namespace glass::record {

struct LogProblem {
  std::string path;  // below the folder
  std::string what;
};

struct LogHealth {
  TreeHead tree;         // that the checkpoint commits to
  int64_t tiles = 0;     // compared
  int64_t blobs = 0;     // compared with their digests
  int64_t withheld = 0;  // entries of statements whose text is not there
  int64_t pending = 0;   // files of a growth that is not published yet; its opening finishes it
  std::vector<LogProblem> problems;

  [[nodiscard]] bool good() const { return problems.empty(); }
};

// Checks everything below a log's public folder: the checkpoint's signature by the first of `keys`,
// each tile, partial ones of earlier sizes included, each blob, and that nothing else lies there.
// Problems are told all together; an Error is one that stands in the way of looking, such as an
// interrupt or a checkpoint that is not signed. A text that is withheld is counted and no problem,
// and so is one that no entry names, which a kill between the two leaves. `progress` is told of
// entries done, and answers whether to go on.
[[nodiscard]] Result<LogHealth> check_log_files(system::Files& files, const system::Path& folder,
                                                std::span<const NoteKey> keys,
                                                FunctionRef<bool(int64_t)> progress);

}  // namespace glass::record
