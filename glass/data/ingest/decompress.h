// Decompression of xz, zstd and gzip in memory, never beyond a limit the caller names.
#pragma once

#include <cstdint>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/result.h"

namespace glass::data {

enum class Compression { kNone, kGzip, kXz, kZstd };

// By the end of a file's name: .gz, .xz, .zst; else kNone.
Compression compression_of(std::string_view name);

// `name` without the ending that compression_of() recognised.
std::string_view without_compression(std::string_view name);

// All frames or members, one after the other. kCorruption if the bytes are damaged or end early;
// kRefused if they unpack to more than `limit` bytes. kNone copies.
[[nodiscard]] Result<Bytes> decompress(Compression compression, ByteView bytes, uint64_t limit);

}  // namespace glass::data
