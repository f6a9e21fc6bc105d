// A Debian package file: an ar archive of debian-binary, control.tar.* and data.tar.*.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/data/deb822/deb822.h"
#include "glass/data/ingest/archive.h"

namespace glass::data {

struct DebPackage {
  Stanza control;                 // Package, Version, Architecture ...
  std::vector<TarEntry> entries;  // of data.tar, views into `data`
  std::unique_ptr<Bytes> data;    // the unpacked data.tar

  [[nodiscard]] std::string name() const;
  [[nodiscard]] std::string version() const;
  [[nodiscard]] std::string architecture() const;
};

// kCorruption if the bytes are no package; kRefused if data.tar unpacks beyond `limit`.
[[nodiscard]] Result<DebPackage> read_deb(ByteView bytes, uint64_t limit);

}  // namespace glass::data
