// HashFile: the digest of a file of any size, which whoever waits for it may stop.
#pragma once

#include "glass/base/parallel.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/system/files.h"

namespace glass::record {

// Adds the file's bytes to `hash`. kInterrupted when `interrupted` says so, which is asked now and
// then; the hash is then of no use.
[[nodiscard]] Status hash_file(system::Files& files, const system::Path& file,
                               FunctionRef<bool()> interrupted, crypto::Sha256& hash);

}  // namespace glass::record
