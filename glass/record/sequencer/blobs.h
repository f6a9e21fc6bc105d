// Blobs: what the entries of a log name by digest lies beside it, each in a file of its digest.
//
//   blob/<2 digits>/<62 digits>     lower-case hexadecimal SHA-256 of the file
//
// A blob is there before the entry that names it. One may be withheld later, where the law demands
// it: the log stays what it is, and fsck tells that the text is gone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/crypto/sha256.h"
#include "glass/record/sequencer/log_folder.h"
#include "glass/system/files.h"

namespace glass::record {

// Below the log's public folder.
std::string blob_path(const crypto::Digest& digest);

// Nothing if it is no such path.
std::optional<crypto::Digest> digest_from_blob_path(std::string_view path);

// Durable when it returns, also where a kill has left one that may not be.
[[nodiscard]] Status write_blob(system::Files& files, const LogFolder& folder, ByteView bytes);

}  // namespace glass::record
