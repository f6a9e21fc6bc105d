// The two archive formats a .deb is made of: ar and tar, read from memory without copying.
//
// Every size, offset and checksum is checked before it is used. Nothing is ever unpacked to disk,
// so a path that climbs out of the archive ("../") is an error only because it makes no sense.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/result.h"

namespace glass::data {

struct ArMember {
  std::string name;  // without padding and final '/'
  ByteView content;
};

// Common ar format; BSD long names ("#1/N") and GNU string tables are refused, no .deb has them.
[[nodiscard]] Result<std::vector<ArMember>> read_ar(ByteView bytes);

struct TarEntry {
  enum class Kind { kFile, kFolder, kLink, kOther };  // kLink: symbolic and hard links
  Kind kind;
  std::string path;    // without "./" in front and without '/' at the end
  std::string target;  // of a link
  ByteView content;    // of a file
};

// ustar with GNU long names ('L', 'K') and pax headers (path, linkpath, size; 'x' and 'g').
// Entries in the archive's order. kCorruption names the entry.
[[nodiscard]] Result<std::vector<TarEntry>> read_tar(ByteView bytes);

}  // namespace glass::data
