// LogSource: where a log is read from: a folder, or a server (system/http). Nothing that comes from
// it is believed: checkpoints are signed, and everything else is checked against their roots.
#pragma once

#include <cstddef>
#include <string_view>

#include "glass/base/bytes.h"
#include "glass/base/result.h"
#include "glass/system/files.h"

namespace glass::record {

class LogSource {
 public:
  virtual ~LogSource() = default;

  // What lies at "checkpoint" or at the path of a tile. kNotFound if nothing does; kCorruption if
  // it is longer than `most_bytes`.
  [[nodiscard]] virtual Result<Bytes> read(std::string_view path, size_t most_bytes) = 0;
};

class FolderSource final : public LogSource {
 public:
  FolderSource(system::Files& files, system::Path folder)
      : files_(files), folder_(std::move(folder)) {}

  [[nodiscard]] Result<Bytes> read(std::string_view path, size_t most_bytes) override;

 private:
  system::Files& files_;
  system::Path folder_;
};

}  // namespace glass::record
