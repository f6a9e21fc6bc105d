// FetchRelease: a release on a web server becomes a folder.
//
// Any server that hands out files will do. First come SHA256SUMS and model.sig, then what
// SHA256SUMS names, each streamed to the disk and hashed on its way. Nothing of it is believed:
// whether the folder is a release, and whose, is for verify_release to say.
//
// What lies in the folder at any time: whole files that have the digests of SHA256SUMS; and
// `.fetch` with the part of one file, which ends with the fetch. SHA256SUMS and model.sig appear
// last. So an interrupted fetch is gone on with by the next, whole files first, then the part, by
// Range where the server knows it.
//
// What a server can do at worst: fill the disk up to `free_bytes_left`, which is seen before the
// first byte if it tells how long the file is, and else taken back; take its time, as long as 1000
// bytes a second come.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::record {

// Who waits for a fetch.
struct FetchWatch {
  std::function<bool()> interrupted = [] { return false; };
  std::function<void(std::string_view)> tell = [](std::string_view) {};  // how far it is, in a line
};

struct FetchLimits {
  uint64_t free_bytes_left = uint64_t{64} << 20;  // on the disk
  int stall_seconds = 60;
  int tries = 5;            // in a row that bring nothing
  int64_t pause_ms = 1000;  // between them
};

// REQUIRES: `url` comes from release_base. kInvalidInput if no release is there, kRefused if the
// folder holds something else, or the disk has not enough room; kMismatch if a file has not the
// digest of SHA256SUMS; kIo naming URL and status of HTTP. model.sig may be absent on the server,
// which verify_release then tells.
[[nodiscard]] Status fetch_release(system::Files& files, const std::string& url,
                                   const system::Path& folder, const FetchWatch& watch,
                                   const FetchLimits& limits = {});

}  // namespace glass::record
